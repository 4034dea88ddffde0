//! The port that remembers what fulfilment said about stock.

use async_trait::async_trait;
use shared_kernel::{Cause, StoreError};

use crate::domain::StockLevel;

/// Keeps the local copy of stock levels.
#[async_trait]
pub trait StockLevels: Send + Sync {
    /// Keeps the level together with its cause, unless a statement with the same or a higher sequence is kept already;
    /// then only the cause is.
    ///
    /// # Errors
    /// [`StoreError::AlreadyHandled`] if the cause was seen before.
    async fn note(&self, level: StockLevel, cause: &Cause) -> Result<(), StoreError>;

    /// All levels, ordered by SKU, for the audit.
    async fn all(&self) -> Result<Vec<StockLevel>, StoreError>;
}
