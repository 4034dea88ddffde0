//! Throws away sessions, tokens and noted attempts that can never matter again.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Clock, StoreError};

use crate::domain::{DelayPolicy, SessionPolicy};
use crate::ports::{Housekeeping, Outdated};

pub struct Sweep {
    store: Arc<dyn Housekeeping>,
    clock: Arc<dyn Clock>,
    policy: SessionPolicy,
    delay: DelayPolicy,
}

impl Sweep {
    pub(crate) fn new(
        store: Arc<dyn Housekeeping>,
        clock: Arc<dyn Clock>,
        policy: SessionPolicy,
        delay: DelayPolicy,
    ) -> Self {
        Self { store, clock, policy, delay }
    }

    /// Sweeps once and says how many rows went. Expired tokens are kept for an hour, as they count towards the hour's
    /// limit.
    pub async fn execute(&self) -> Result<u64, StoreError> {
        let (now, longest) = (self.clock.now(), self.policy.longest());
        let outdated = Outdated {
            sessions_started_before: now.minus(longest.absolute),
            sessions_unused_since: now.minus(longest.idle),
            tokens_expired_before: now.minus(Duration::from_hours(1)),
            attempts_before: now.minus(self.delay.forgotten_after),
        };
        self.store.sweep(outdated).await
    }
}
