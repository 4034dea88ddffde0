//! The port that remembers failed logins.

use async_trait::async_trait;
use shared_kernel::{StoreError, Timestamp};

use crate::domain::{DelayPolicy, Delayed, Fingerprint};

/// Remembers attempts to log in, by the fingerprint of what was typed as address.
#[async_trait]
pub trait LoginDelays: Send + Sync {
    /// Puts the question of [`Attempts::charge`](crate::domain::Attempts::charge) to what is remembered and keeps the
    /// answer, as one step: of many attempts at the same time only as many are admitted as the policy admits.
    async fn charge(
        &self,
        account: &Fingerprint,
        policy: DelayPolicy,
        now: Timestamp,
    ) -> Result<Result<(), Delayed>, StoreError>;

    /// The right password was given: forgets the failures.
    async fn forget(&self, account: &Fingerprint) -> Result<(), StoreError>;
}
