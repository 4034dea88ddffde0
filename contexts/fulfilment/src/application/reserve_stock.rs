//! An order was placed: hold its stock, all lines or none.

use std::sync::Arc;

use shared_kernel::{Cause, Clock, StoreError};

use super::retry_on_conflict;
use crate::domain::{PlacedOrder, reserving};
use crate::ports::{Decide, Keys, Warehouse};

/// Holds stock for placed orders.
#[derive(Clone)]
pub struct ReserveStock {
    /// Where it lies.
    pub warehouse: Arc<dyn Warehouse>,
    /// The time of the movements.
    pub clock: Arc<dyn Clock>,
}

impl ReserveStock {
    /// Releases the order that this one replaces and holds this one's stock, in one transaction; the order is told
    /// whether it worked. Orders that are known already are ignored.
    ///
    /// # Errors
    /// The store's; a shortage is an answer, not an error.
    pub async fn execute(&self, placed: PlacedOrder, cause: Cause) -> Result<(), StoreError> {
        let orders = std::iter::once(placed.order).chain(placed.replaces).collect();
        let skus = placed.lines.iter().map(|line| line.sku.clone()).collect();
        let (keys, now) = (Keys { orders, skus, ..Keys::default() }, self.clock.now());
        let decide: Decide = Arc::new(move |sheet| {
            reserving::reserve(sheet, &placed, now);
            Ok(())
        });
        retry_on_conflict(|| self.warehouse.update(keys.clone(), decide.clone(), Some(cause.clone()))).await.map(drop)
    }
}
