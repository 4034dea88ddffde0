//! What lies on the shelves, and what changed them.

use std::sync::Arc;

use shared_kernel::{Limit, Page, Sku, StoreError};

use crate::domain::StockItem;
use crate::ports::{StockBook, StockChange, StockLine, StockQuery};

/// Looks at stock.
pub struct StockQueries {
    stock: Arc<dyn StockBook>,
}

impl StockQueries {
    pub fn new(stock: Arc<dyn StockBook>) -> Self {
        Self { stock }
    }

    /// Shelves by SKU, in byte order, but not the empty ones of which the catalogue does not know.
    pub async fn list(&self, query: StockQuery, limit: Limit) -> Result<Page<StockLine>, StoreError> {
        self.stock.list(query, limit).await
    }

    /// One shelf as last committed; `None` if there is none.
    pub async fn find(&self, sku: &Sku) -> Result<Option<StockLine>, StoreError> {
        self.stock.find(sku).await
    }

    /// Whether the catalogue has told of a product with this code, or it has a shelf.
    pub async fn is_known(&self, sku: &Sku) -> Result<bool, StoreError> {
        self.stock.is_known(sku).await
    }

    /// The changes of one shelf, the latest first, from before the one numbered `before`; `None` if the SKU is not known.
    pub async fn history(
        &self,
        sku: &Sku,
        before: Option<i64>,
        limit: Limit,
    ) -> Result<Option<Page<StockChange>>, StoreError> {
        if !self.stock.is_known(sku).await? {
            return Ok(None);
        }
        self.stock.history(sku, before, limit).await.map(Some)
    }

    /// One shelf with its changes; `None` if the SKU is not known. A shelf that was never filled is shown empty.
    pub async fn shelf(
        &self,
        sku: &Sku,
        before: Option<i64>,
        limit: Limit,
    ) -> Result<Option<(StockLine, Page<StockChange>)>, StoreError> {
        let empty = || StockLine { item: StockItem::empty(sku.clone()), title: None, kind: None };
        let line = match self.stock.find(sku).await? {
            Some(line) => line,
            None if self.stock.is_known(sku).await? => empty(),
            None => return Ok(None),
        };
        Ok(Some((line, self.stock.history(sku, before, limit).await?)))
    }
}
