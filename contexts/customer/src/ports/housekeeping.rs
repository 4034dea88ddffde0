//! The port that throws away what has ended.

use async_trait::async_trait;
use shared_kernel::{StoreError, Timestamp};

/// Throws away what can never matter again.
#[async_trait]
pub trait Housekeeping: Send + Sync {
    /// Removes everything that is outdated and says how many rows that were.
    async fn sweep(&self, outdated: Outdated) -> Result<u64, StoreError>;
}

/// What has ended.
#[derive(Debug, Clone, Copy)]
pub struct Outdated {
    /// Sessions that began before this.
    pub sessions_started_before: Timestamp,
    /// Sessions unused since.
    pub sessions_unused_since: Timestamp,
    /// Tokens and login challenges that expired before this.
    pub tokens_expired_before: Timestamp,
    /// Login attempts before this.
    pub attempts_before: Timestamp,
}
