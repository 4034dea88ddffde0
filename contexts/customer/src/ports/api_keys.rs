//! The port that remembers API keys.

use async_trait::async_trait;
use shared_kernel::{Identity, StoreError, Timestamp};

use crate::domain::{ApiKey, ApiKeyId};

/// Remembers API keys, withdrawn ones included.
#[async_trait]
pub trait ApiKeys: Send + Sync {
    /// Keeps a new key.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if its owner is gone.
    async fn add(&self, key: ApiKey) -> Result<(), StoreError>;

    /// A key and who its owner is at this moment; `None` once the owner was erased. One indexed look.
    async fn identify(&self, id: ApiKeyId) -> Result<Option<(ApiKey, Identity)>, StoreError>;

    /// The newest hundred.
    async fn list(&self) -> Result<Vec<ApiKey>, StoreError>;

    /// Withdraws a key and says whether there is one; one that was withdrawn before keeps its time.
    async fn revoke(&self, id: ApiKeyId, at: Timestamp) -> Result<bool, StoreError>;
}
