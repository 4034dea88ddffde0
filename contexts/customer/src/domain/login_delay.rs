//! Slows down password guessing, without a way for one person to lock another out.
//!
//! Attempts are counted where they come from ([`LoginLane`]): a browser from which the owner has logged in before has a
//! count of its own, and so has every network. Only the first attempts of each network count for the account as a whole
//! as well; that bounds guessing from many networks, and no single network can make another one wait.
//!
//! An account is named by what was typed as e-mail address, whether we know it or not: otherwise the delay would tell
//! which addresses have an account.

use std::time::Duration;

use shared_kernel::Timestamp;

use super::email::Fingerprint;
use super::token::TokenHash;

/// How failures turn into waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DelayPolicy {
    /// Failures in a row that cause no wait: people mistype.
    pub free: u32,
    /// First failures of different networks together that cause no wait either.
    pub free_everywhere: u32,
    /// The wait after the next one; doubled with each further one.
    pub first: Duration,
    /// The longest wait, so that the owner of an attacked account gets in again soon.
    pub longest: Duration,
    /// After this time without an attempt the count starts again.
    pub forgotten_after: Duration,
}

impl Default for DelayPolicy {
    fn default() -> Self {
        Self {
            free: 5,
            free_everywhere: 50,
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

/// By what an attempt is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginLane {
    /// By itself: a browser from which this account was logged in to before, or a session that has to enter the
    /// password again. Attempts from elsewhere cannot make it wait.
    Own(Fingerprint),
    /// By the network, and by the account for the first attempts of each network.
    Network {
        /// This network at this account.
        network: Fingerprint,
        /// All networks at this account.
        everywhere: Fingerprint,
    },
}

impl LoginLane {
    /// Of a browser that is known at the account, or of a session; `secret` is what it shows.
    pub fn own(account: &Fingerprint, secret: &TokenHash) -> Self {
        Self::Own(account.within("own", &secret.hex()))
    }

    /// Of all other attempts.
    pub fn network(account: &Fingerprint, network: &str) -> Self {
        Self::Network { network: account.within("network", network), everywhere: account.within("everywhere", "") }
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
    /// Admits one more attempt, or tells how long it has to wait. An attempt counts as failed until it has succeeded,
    /// so that many at the same time are not all admitted; one that has to wait does not count, so that the owner's
    /// turn comes however often others try.
    pub fn charge(before: Option<Self>, policy: &DelayPolicy, now: Timestamp) -> Result<Self, Delayed> {
        let remembered = before.filter(|before| now < before.last.plus(policy.forgotten_after));
        let Some(before) = remembered else { return Ok(Self { count: 1, last: now }) };
        let until = before.last.plus(policy.after(before.count));
        // An attempt of the future was made before the clock was set back: it causes no wait.
        if before.last <= now && now < until {
            return Err(Delayed { wait: until.since(now) });
        }
        Ok(Self { count: before.count.saturating_add(1), last: now })
    }
}

/// What is remembered of an attempt from a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetworkAttempts {
    pub network: Attempts,
    /// All networks' together, if this attempt counts among them.
    pub everywhere: Option<Attempts>,
}

impl NetworkAttempts {
    /// The same as [`Attempts::charge`] for a network. A network that waits by itself is not counted for the account:
    /// if it were, one patient guesser could make all others wait.
    ///
    /// # Errors
    /// [`Delayed`] when it comes too early for the network, or for the account as a whole.
    pub fn charge(
        network: Option<Attempts>,
        everywhere: Option<Attempts>,
        policy: &DelayPolicy,
        now: Timestamp,
    ) -> Result<Self, Delayed> {
        let network = Attempts::charge(network, policy, now)?;
        if network.count > policy.free {
            return Ok(Self { network, everywhere: None });
        }
        let for_all = DelayPolicy { free: policy.free_everywhere, ..*policy };
        Ok(Self { network, everywhere: Some(Attempts::charge(everywhere, &for_all, now)?) })
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
    fn a_clock_that_is_set_back_keeps_nobody_out() {
        let earlier = noon().minus(Duration::from_hours(24));
        let attempts = Attempts::charge(Some(failures(9)), &DelayPolicy::default(), earlier).unwrap();
        assert_eq!(attempts, Attempts { count: 10, last: earlier }, "it counts as before");
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
    /// An attacker in every network of the list, each as fast as it is let, for an hour.
    fn guesses_in_an_hour(networks: usize) -> u32 {
        let (policy, mut everywhere, mut admitted) = (DelayPolicy::default(), None, 0);
        let mut each: Vec<Option<Attempts>> = vec![None; networks];
        for second in 0..3_600 {
            let now = noon().plus(Duration::from_secs(second));
            for network in &mut each {
                if let Ok(charged) = NetworkAttempts::charge(*network, everywhere, &policy, now) {
                    (*network, everywhere) = (Some(charged.network), charged.everywhere.or(everywhere));
                    admitted += 1;
                }
            }
        }
        admitted
    }

    #[test]
    fn guessing_is_bounded_from_however_many_networks() {
        assert!(guesses_in_an_hour(1) <= 75, "{}", guesses_in_an_hour(1));
        let (hundred, thousands) = (guesses_in_an_hour(100), guesses_in_an_hour(5_000));
        assert!(hundred <= 1_000 && thousands <= 1_000, "{hundred} {thousands}");
    }

    #[test]
    fn one_network_however_patient_makes_nobody_else_wait() {
        let (policy, mut theirs, mut everywhere) = (DelayPolicy::default(), None, None);
        for second in 0..7_200 {
            let now = noon().plus(Duration::from_secs(second));
            if let Ok(charged) = NetworkAttempts::charge(theirs, everywhere, &policy, now) {
                (theirs, everywhere) = (Some(charged.network), charged.everywhere.or(everywhere));
            }
            assert!(NetworkAttempts::charge(None, everywhere, &policy, now).is_ok(), "after {second} s");
        }
    }
}
