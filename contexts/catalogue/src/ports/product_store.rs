//! The port that remembers products.

use async_trait::async_trait;
use shared_kernel::{Sku, StoreError};

use crate::domain::{Handle, Product, ProductEvent, StockCount, WrittenHandle};

/// A product as it is to be kept, with what happened to it and what was counted of it: one value, kept whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductChange {
    /// The product after the change; its version is the one that it was loaded at.
    pub product: Product,
    /// What happened; without events the product itself is as the store has it.
    pub events: Vec<ProductEvent>,
    /// What a file counted.
    pub counts: Vec<StockCount>,
    /// The handle of another shop under which it came in, when that is news.
    pub written: Option<WrittenHandle>,
}

/// Remembers products.
#[async_trait]
pub trait ProductStore: Send + Sync {
    /// The product as last committed; `None` if it never was.
    async fn find(&self, handle: &Handle) -> Result<Option<Product>, StoreError>;

    /// The handle of the product that has this code.
    async fn owner(&self, sku: &Sku) -> Result<Option<Handle>, StoreError>;

    /// Keeps all changes with their events, or none of them. A count that this store has seen before (same import,
    /// same SKU) is not published again.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if a product was changed since it was loaded; [`StoreError::Conflict`] with `handle`, `sku`
    /// or `written` if another product has it.
    async fn commit(&self, changes: Vec<ProductChange>) -> Result<(), StoreError>;
}
