//! Trying again: at once after a lost race between two changes, and with growing delays after a failure.
//!
//! Nothing here waits: the caller of a [`Backoff`] sleeps as long as it says.

use std::future::Future;
use std::time::Duration;

use crate::store::StoreError;

/// An error that tells whether another change came first, so that loading and deciding again may succeed.
pub trait IsConflict {
    /// Whether it is worth loading the thing again and deciding again.
    fn is_conflict(&self) -> bool;
}

impl IsConflict for StoreError {
    /// Only [`StoreError::Stale`]: what is unique stays taken however often it is tried.
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Stale)
    }
}

/// Runs `attempt` until it ends in something else than a conflict, at most `max_attempts` times and at least once.
///
/// An attempt loads, decides and commits; it must not have had an effect when it fails. Only conflicts are retried, and
/// without a pause: a conflict means that another writer has just succeeded, so there is nothing to wait for. When all
/// attempts met a conflict, the last one is the answer.
///
/// # Errors
/// Those of the last attempt.
pub async fn retry_on_conflict<T, E, F>(max_attempts: u32, mut attempt: impl FnMut() -> F) -> Result<T, E>
where
    E: IsConflict,
    F: Future<Output = Result<T, E>>,
{
    let mut attempts = 1;
    loop {
        match attempt().await {
            Err(error) if error.is_conflict() && attempts < max_attempts => attempts += 1,
            outcome => return outcome,
        }
    }
}

/// Delays that double with every failure in a row, up to a cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    first: Duration,
    cap: Duration,
}

impl Backoff {
    /// Starts with `first`; no delay is longer than `cap`.
    pub const fn new(first: Duration, cap: Duration) -> Self {
        Self { first, cap }
    }

    /// The longest delay there is.
    pub const fn cap(&self) -> Duration {
        self.cap
    }

    /// The delay after this many failures in a row, from 1.
    pub fn delay(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        self.first.saturating_mul(1 << doublings).min(self.cap)
    }
}

/// A delay from `least` to `most`, picked by `random` ([`Ids::random`](crate::Ids::random)): many that failed at the same
/// moment do not come back at the same moment.
pub fn jitter(least: Duration, most: Duration, random: u64) -> Duration {
    let range = u64::try_from(most.saturating_sub(least).as_micros()).unwrap_or(u64::MAX);
    least + Duration::from_micros(range.checked_add(1).map_or(random, |values| random % values))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::ready;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn run<T>(max_attempts: u32, mut answer: impl FnMut(u32) -> Result<T, StoreError>) -> (Result<T, StoreError>, u32) {
        let attempts = Cell::new(0);
        let attempt = || {
            attempts.set(attempts.get() + 1);
            ready(answer(attempts.get()))
        };
        let outcome = match pin!(retry_on_conflict(max_attempts, attempt)).poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => panic!("nothing here waits"),
        };
        (outcome, attempts.get())
    }

    #[test]
    fn a_conflict_is_retried_until_it_is_gone() {
        let (outcome, attempts) = run(5, |attempt| if attempt < 3 { Err(StoreError::Stale) } else { Ok(attempt) });
        assert_eq!((outcome.unwrap(), attempts), (3, 3));
    }

    #[test]
    fn conflicts_without_end_are_given_up_and_the_last_is_the_answer() {
        let (outcome, attempts) = run::<()>(5, |_| Err(StoreError::Stale));
        assert!(matches!(outcome, Err(StoreError::Stale)), "{outcome:?}");
        assert_eq!(attempts, 5);
        assert_eq!(run::<()>(0, |_| Err(StoreError::Stale)).1, 1, "one attempt is always made");
    }

    #[test]
    fn what_is_no_conflict_is_not_retried() {
        for error in [StoreError::AlreadyHandled, StoreError::LeaseLost, StoreError::Conflict("email")] {
            let mut error = Some(error);
            assert_eq!(run::<()>(5, |_| Err(error.take().unwrap())).1, 1);
        }
    }

    #[test]
    fn delays_double_up_to_the_cap() {
        let backoff = Backoff::new(Duration::from_secs(2), Duration::from_mins(1));
        let seconds = |failures| backoff.delay(failures).as_secs();
        assert_eq!([0, 1, 2, 3, 5, 6, 1_000].map(seconds), [2, 2, 4, 8, 32, 60, 60]);
    }

    #[test]
    fn jitter_stays_between_its_bounds_and_reaches_both() {
        let (least, most) = (Duration::from_millis(4), Duration::from_millis(6));
        assert_eq!(jitter(least, most, 0), least);
        assert_eq!(jitter(least, most, 2_000), most);
        assert_eq!(jitter(least, most, 2_001), least);
        assert_eq!(jitter(least, least, u64::MAX), least);
        assert!(jitter(Duration::ZERO, Duration::MAX, u64::MAX) <= Duration::MAX);
    }
}
