//! A count came with an import of products.

use std::sync::Arc;

use shared_kernel::{Cause, Clock, StoreError};

use crate::application::update::update_always;
use crate::domain::{ImportedCount, StockTransaction, counting};
use crate::ports::{Keys, Warehouse};

/// Applies imported counts.
pub struct ImportCount {
    warehouse: Arc<dyn Warehouse>,
    clock: Arc<dyn Clock>,
}

impl ImportCount {
    pub fn new(warehouse: Arc<dyn Warehouse>, clock: Arc<dyn Clock>) -> Self {
        Self { warehouse, clock }
    }

    /// Sets the shelf once for each import and SKU, but never below what is promised to orders.
    pub async fn execute(&self, count: ImportedCount, cause: Cause) -> Result<(), StoreError> {
        let now = self.clock.now();
        let keys = Keys { skus: vec![count.sku.clone()], count: Some(count.clone()), ..Keys::default() };
        let decide = move |transaction: &mut StockTransaction| counting::import(transaction, &count, now);
        update_always(&*self.warehouse, keys, Some(cause), decide).await
    }
}
