//! Staff has counted a shelf.

use std::sync::Arc;

use shared_kernel::{Clock, Sku, StoreError};

use super::retry_on_conflict;
use crate::domain::{PersonsCount, Refusal, StockItem, counting};
use crate::ports::{Decide, Keys, Warehouse};

/// Why stock could not be changed as asked.
#[derive(Debug, thiserror::Error)]
pub enum SetStockError {
    /// The shelf does not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store did not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sets what lies on a shelf.
#[derive(Clone)]
pub struct SetStock {
    /// Where stock lies.
    pub warehouse: Arc<dyn Warehouse>,
    /// The time of the movement.
    pub clock: Arc<dyn Clock>,
}

impl SetStock {
    /// Sets the shelf of `sku`, making it if there is none, and answers it as it now is. The same count is ignored.
    pub async fn execute(&self, sku: Sku, count: PersonsCount) -> Result<StockItem, SetStockError> {
        let now = self.clock.now();
        let keys = Keys { skus: vec![sku.clone()], ..Keys::default() };
        let of = sku.clone();
        let decide: Decide = Arc::new(move |sheet| counting::set(sheet, &of, &count, now));
        let sheet = retry_on_conflict(|| self.warehouse.update(keys.clone(), decide.clone(), None)).await??;
        Ok(sheet.stock(&sku).cloned().unwrap_or_else(|| StockItem::empty(sku)))
    }
}
