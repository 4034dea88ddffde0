//! A count came with an import of products.

use std::sync::Arc;

use shared_kernel::{Cause, Clock, StoreError};

use super::retry_on_conflict;
use crate::domain::{ImportedCount, counting};
use crate::ports::{Decide, Keys, Warehouse};

/// Applies imported counts.
#[derive(Clone)]
pub struct ImportCount {
    /// Where stock lies.
    pub warehouse: Arc<dyn Warehouse>,
    /// The time of the movement.
    pub clock: Arc<dyn Clock>,
}

impl ImportCount {
    /// Sets the shelf once for each import and SKU, but never below what is promised to orders.
    pub async fn execute(&self, count: ImportedCount, cause: Cause) -> Result<(), StoreError> {
        let now = self.clock.now();
        let keys = Keys { skus: vec![count.sku.clone()], count: Some(count.clone()), ..Keys::default() };
        let decide: Decide = Arc::new(move |sheet| {
            counting::import(sheet, &count, now);
            Ok(())
        });
        retry_on_conflict(|| self.warehouse.update(keys.clone(), decide.clone(), Some(cause.clone()))).await.map(drop)
    }
}
