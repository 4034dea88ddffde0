//! Staff has counted a shelf.

use std::sync::Arc;

use shared_kernel::{Clock, Sku};

use crate::application::update::{UpdateError, update};
use crate::domain::{PersonsCount, StockItem, StockTransaction, counting};
use crate::ports::{Keys, Warehouse};

/// Sets what lies on a shelf.
pub struct SetStock {
    warehouse: Arc<dyn Warehouse>,
    clock: Arc<dyn Clock>,
}

impl SetStock {
    pub fn new(warehouse: Arc<dyn Warehouse>, clock: Arc<dyn Clock>) -> Self {
        Self { warehouse, clock }
    }

    /// Sets the shelf of `sku`, making it if there is none, and answers it as it now is. The same count is ignored.
    pub async fn execute(&self, sku: Sku, count: PersonsCount) -> Result<StockItem, UpdateError> {
        let (now, of) = (self.clock.now(), sku.clone());
        let keys = Keys { skus: vec![sku.clone()], ..Keys::default() };
        let decide = move |transaction: &mut StockTransaction| counting::set(transaction, &of, &count, now);
        let transaction = update(&*self.warehouse, keys, None, decide).await?;
        Ok(transaction.stock(&sku).cloned().unwrap_or_else(|| StockItem::empty(sku)))
    }
}
