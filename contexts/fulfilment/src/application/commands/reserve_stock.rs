//! An order was placed: hold its stock, all lines or none.

use std::sync::Arc;

use shared_kernel::{Cause, Clock, StoreError};

use crate::application::update::update_always;
use crate::domain::{PlacedOrder, StockTransaction, reserving};
use crate::ports::{Keys, Warehouse};

/// Holds stock for placed orders.
pub struct ReserveStock {
    warehouse: Arc<dyn Warehouse>,
    clock: Arc<dyn Clock>,
}

impl ReserveStock {
    pub fn new(warehouse: Arc<dyn Warehouse>, clock: Arc<dyn Clock>) -> Self {
        Self { warehouse, clock }
    }

    /// Releases the order that this one replaces and holds this one's stock, in one transaction; the order context is
    /// informed whether it worked: a shortage is an answer, not an error. Orders that are known already are ignored.
    pub async fn execute(&self, placed: PlacedOrder, cause: Cause) -> Result<(), StoreError> {
        let orders = std::iter::once(placed.order).chain(placed.replaces).collect();
        let skus = placed.lines.iter().map(|line| line.sku.clone()).collect();
        let (keys, now) = (Keys { orders, skus, ..Keys::default() }, self.clock.now());
        let decide = move |transaction: &mut StockTransaction| reserving::reserve(transaction, &placed, now);
        update_always(&*self.warehouse, keys, Some(cause), decide).await
    }
}
