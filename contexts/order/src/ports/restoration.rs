//! Whether the context's memory has gone back in time, because its database was restored from a backup.

use async_trait::async_trait;
use shared_kernel::{StoreError, Timestamp};

/// Knows of a restoration.
#[async_trait]
pub trait Restoration: Send + Sync {
    /// The moment to which memory has gone back, as long as nobody has caught up with the world since.
    async fn restore_point(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Everything was caught up with: from now on there is no such moment. Order numbers go on `skipped` further, so that
    /// none is given out again that was given out in the time that is forgotten. Nothing if it was said before.
    async fn mark_reconciled(&self, now: Timestamp, skipped: i64) -> Result<(), StoreError>;
}
