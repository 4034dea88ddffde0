//! Reading stock without changing it.

use async_trait::async_trait;
use shared_kernel::{Limit, Page, Sku, StoreError, Timestamp};

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

impl StockLine {
    /// Whether the catalogue has told of a product with this code.
    pub fn is_known(&self) -> bool {
        self.kind.is_some()
    }
}

/// One change of a shelf, as it was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockChange {
    /// Its number: later ones have higher numbers.
    pub position: i64,
    /// When.
    pub at: Timestamp,
    /// The name of [`crate::domain::Reason`], or one that a newer version knows.
    pub reason: String,
    /// How what lies there changed.
    pub on_hand: i64,
    /// How many more (or fewer) may be sold since.
    pub available: i64,
    /// `order:..`, `import:..` or `staff`.
    pub reference: String,
    /// What to call the person who did it.
    pub by: Option<String>,
    /// What the person wrote about it.
    pub note: Option<String>,
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
    async fn find(&self, sku: &Sku) -> Result<Option<StockLine>, StoreError>;

    /// Whether the catalogue has told of a product with this code, or it has a shelf.
    async fn is_known(&self, sku: &Sku) -> Result<bool, StoreError>;

    /// The changes of one shelf, the latest first, from before the one numbered `before`. The cursor is the number of the
    /// last change of the page.
    async fn history(&self, sku: &Sku, before: Option<i64>, limit: Limit) -> Result<Page<StockChange>, StoreError>;

    /// Shelves by SKU, in byte order, but not the empty ones of which the catalogue does not know. The cursor is the last
    /// SKU of the page.
    async fn list(&self, query: StockQuery, limit: Limit) -> Result<Page<StockLine>, StoreError>;
}
