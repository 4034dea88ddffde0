//! Slows down whoever guesses passwords, without ever locking the owner out.
//!
//! Counted by what was typed as e-mail address, whether we know it or not: otherwise the delay would tell which
//! addresses have an account.

use std::time::Duration;

use shared_kernel::Timestamp;

/// How failures turn into waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DelayPolicy {
    /// So many failures in a row cost nothing: people mistype.
    pub free: u32,
    /// The wait after the next one; doubled with each further one.
    pub first: Duration,
    /// The longest wait, so that the owner of an attacked account gets in again soon.
    pub longest: Duration,
    /// After so long without an attempt the count starts anew.
    pub forgotten_after: Duration,
}

impl Default for DelayPolicy {
    fn default() -> Self {
        Self {
            free: 5,
            first: Duration::from_secs(1),
            longest: Duration::from_mins(1),
            forgotten_after: Duration::from_mins(15),
        }
    }
}

impl DelayPolicy {
    fn after(&self, failures: u32) -> Duration {
        let Some(beyond) = failures.checked_sub(self.free) else { return Duration::ZERO };
        self.first.saturating_mul(1_u32.checked_shl(beyond).unwrap_or(u32::MAX)).min(self.longest)
    }
}

/// The attempts at one account that were not followed by a success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// How many.
    pub count: u32,
    /// When the last one was.
    pub last: Timestamp,
}

impl Attempts {
    /// Admits one more attempt, or tells how long it has to wait. An attempt counts as failed until it has succeeded, so
    /// that many at the same time are not all admitted; one that has to wait does not count, so that the owner's turn
    /// comes however often somebody else knocks.
    ///
    /// # Errors
    /// [`Delayed`] when it comes too early.
    pub fn charge(before: Option<Self>, policy: &DelayPolicy, now: Timestamp) -> Result<Self, Delayed> {
        let remembered = before.filter(|before| now < before.last.plus(policy.forgotten_after));
        let Some(before) = remembered else { return Ok(Self { count: 1, last: now }) };
        let until = before.last.plus(policy.after(before.count));
        if now < until {
            return Err(Delayed { wait: until.since(now) });
        }
        Ok(Self { count: before.count.saturating_add(1), last: now })
    }
}

/// Too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("try again in {} seconds", self.seconds())]
pub struct Delayed {
    /// How much.
    pub wait: Duration,
}

impl Delayed {
    /// The wait in whole seconds, at least one.
    #[must_use]
    pub fn seconds(self) -> u64 {
        self.wait.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX).max(1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn noon() -> Timestamp {
        Timestamp::parse("2026-11-22T12:00:00Z").unwrap()
    }

    fn failures(count: u32) -> Attempts {
        Attempts { count, last: noon() }
    }

    fn wait_after(count: u32) -> u64 {
        Attempts::charge(Some(failures(count)), &DelayPolicy::default(), noon()).map_or_else(Delayed::seconds, |_| 0)
    }

    #[test]
    fn mistyping_costs_nothing_and_guessing_more_and_more() {
        let waits: Vec<u64> = [1, 4, 5, 6, 7, 10, 11, 40, u32::MAX].map(wait_after).into();
        assert_eq!(waits, [0, 0, 1, 2, 4, 32, 60, 60, 60]);
    }

    #[test]
    fn knocking_early_does_not_make_the_wait_longer() {
        let policy = DelayPolicy::default();
        let early = Attempts::charge(Some(failures(6)), &policy, noon().plus(Duration::from_millis(1_500)));
        assert_eq!(early, Err(Delayed { wait: Duration::from_millis(500) }));
        let due = Attempts::charge(Some(failures(6)), &policy, noon().plus(Duration::from_secs(2))).unwrap();
        assert_eq!(due.count, 7);
    }

    #[test]
    fn an_old_failure_is_forgotten() {
        let later = noon().plus(Duration::from_mins(15));
        assert_eq!(
            Attempts::charge(Some(failures(40)), &DelayPolicy::default(), later),
            Ok(Attempts { count: 1, last: later })
        );
    }

    proptest! {
        #[test]
        fn who_guesses_without_pause_gets_few_guesses_and_the_owner_never_waits_long(gaps in prop::collection::vec(0_u64..5_000, 1..400)) {
            let (policy, mut attempts, mut now, mut admitted) = (DelayPolicy::default(), None, noon(), 0_u64);
            for gap in gaps {
                now = now.plus(Duration::from_millis(gap));
                match Attempts::charge(attempts, &policy, now) {
                    Ok(charged) => (attempts, admitted) = (Some(charged), admitted + 1),
                    Err(delayed) => prop_assert!(delayed.wait <= policy.longest),
                }
            }
            prop_assert!(admitted <= 11 + now.since(noon()).as_secs() / policy.longest.as_secs());
        }
    }
}
