//! The port that remembers failed logins.

use async_trait::async_trait;
use shared_kernel::{StoreError, Timestamp};

use crate::domain::{DelayPolicy, Delayed, LoginLane};

/// Remembers attempts to log in, by the lane in which they are counted.
#[async_trait]
pub trait LoginDelays: Send + Sync {
    /// Puts the question of [`Attempts::charge`](crate::domain::Attempts::charge) or
    /// [`NetworkAttempts::charge`](crate::domain::NetworkAttempts::charge) to what is remembered and keeps the answer, as
    /// one step: of many attempts at the same time only as many are admitted as the policy admits.
    async fn charge(
        &self,
        lane: &LoginLane,
        policy: DelayPolicy,
        now: Timestamp,
    ) -> Result<Result<(), Delayed>, StoreError>;

    /// The right password was given: forgets the failures of this lane, but not those of other networks.
    async fn forget(&self, lane: &LoginLane) -> Result<(), StoreError>;
}
