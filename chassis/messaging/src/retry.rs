//! When a failed message is tried again, and when no more.

use std::time::Duration;

use shared_kernel::{Backoff, jitter};

/// How long and how often. Pauses grow by doubling, and a random part of each keeps many failures from returning at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    attempts: Option<u32>,
    give_up_after: Option<Duration>,
    backoff: Backoff,
}

/// A message's age depends on a clock that may have been set ahead, or the shop was closed for days: a message is tried
/// at least this often before its age counts.
const MIN_ATTEMPTS: u32 = 12;
/// A handler that panics is tried this often and no more: the fault is ours and seldom heals.
const MAX_PANICS: u32 = 3;

impl RetryPolicy {
    /// For effects inside the shop: 12 attempts, pauses from half a second to ten minutes, about 35 minutes in all.
    pub const fn transient() -> Self {
        Self {
            attempts: Some(12),
            give_up_after: None,
            backoff: Backoff::new(Duration::from_millis(500), Duration::from_mins(10)),
        }
    }

    /// For calls that move money: 72 hours, and at least 12 attempts, with pauses up to 15 minutes.
    pub const fn money() -> Self {
        Self {
            attempts: None,
            give_up_after: Some(Duration::from_hours(72)),
            backoff: Backoff::new(Duration::from_millis(500), Duration::from_mins(15)),
        }
    }

    /// For mail: 24 hours, and at least 12 attempts, with pauses up to an hour.
    pub const fn mail() -> Self {
        Self {
            attempts: None,
            give_up_after: Some(Duration::from_hours(24)),
            backoff: Backoff::new(Duration::from_secs(1), Duration::from_hours(1)),
        }
    }

    /// The same policy with another first pause.
    pub const fn starting_at(mut self, base: Duration) -> Self {
        self.backoff = Backoff::new(base, self.backoff.cap());
        self
    }

    /// The pause before attempt `attempt + 1`, or `None` when it is time to give up. `age` is how long the message has
    /// been waiting; `random` picks the pause between nothing and its upper bound.
    pub(super) fn pause(&self, attempt: u32, age: Duration, panicked: bool, random: u64) -> Option<Duration> {
        let spent = self.attempts.is_some_and(|most| attempt >= most);
        let overdue = attempt >= MIN_ATTEMPTS && self.give_up_after.is_some_and(|most| age >= most);
        if spent || overdue || (panicked && attempt >= MAX_PANICS) {
            return None;
        }
        Some(jitter(Duration::ZERO, self.backoff.delay(attempt), random))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_cap() {
        let policy = RetryPolicy::transient();
        let bound =
            |attempt| policy.pause(attempt, Duration::ZERO, false, u64::MAX).map(|pause| pause <= policy.backoff.cap());
        assert_eq!(bound(11), Some(true));
        assert_eq!(bound(12), None);
        assert_eq!(policy.pause(1, Duration::ZERO, false, 500_000), Some(Duration::from_millis(500)));
        assert_eq!(policy.pause(2, Duration::ZERO, false, 999_999), Some(Duration::from_micros(999_999)));
    }

    #[test]
    fn money_is_tried_by_the_clock_and_panics_three_times() {
        let policy = RetryPolicy::money();
        assert!(policy.pause(5_000, Duration::from_hours(71), false, 1).is_some());
        assert_eq!(policy.pause(300, Duration::from_hours(72), false, 1), None);
        assert_eq!(policy.pause(3, Duration::ZERO, true, 1), None);
    }

    #[test]
    fn a_clock_that_was_set_ahead_by_days_costs_no_message_its_attempts() {
        for policy in [RetryPolicy::money(), RetryPolicy::mail()] {
            assert!(policy.pause(1, Duration::from_hours(24 * 365), false, 1).is_some());
            assert!(policy.pause(11, Duration::from_hours(24 * 365), false, 1).is_some());
            assert_eq!(policy.pause(12, Duration::from_hours(24 * 365), false, 1), None);
        }
    }
}
