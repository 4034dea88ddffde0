//! Reading stock without changing it.

use async_trait::async_trait;
use shared_kernel::{Limit, Page, Sku, StoreError};

use crate::domain::{Kind, StockItem};

/// A shelf and what lies on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockLine {
    /// The shelf.
    pub item: StockItem,
    /// What a buyer reads, if the catalogue has said so.
    pub title: Option<String>,
    /// Packed or mailed, if the catalogue has said so.
    pub kind: Option<Kind>,
}

/// Which shelves.
#[derive(Debug, Clone, Default)]
pub struct StockQuery {
    /// Part of the SKU or the title in any case; empty means all.
    pub text: String,
    /// Only SKUs after this one.
    pub after: Option<String>,
}

/// Looks at the shelves.
#[async_trait]
pub trait StockBook: Send + Sync {
    /// One shelf as last committed; `None` if there is none.
    ///
    /// # Errors
    /// The store's.
    async fn find(&self, sku: &Sku) -> Result<Option<StockLine>, StoreError>;

    /// Shelves by SKU, in byte order. The cursor is the last SKU of the page.
    ///
    /// # Errors
    /// The store's.
    async fn list(&self, query: StockQuery, limit: Limit) -> Result<Page<StockLine>, StoreError>;
}
