//! An order was paid: commit its goods to it and put it on the work list.

use std::sync::Arc;

use shared_kernel::{Cause, Clock, StoreError};

use crate::application::update::update_always;
use crate::domain::{PaidOrder, StockTransaction, shipping};
use crate::ports::{Keys, Warehouse};

/// Makes shipping orders of paid orders.
pub struct CreateShippingOrder {
    warehouse: Arc<dyn Warehouse>,
    clock: Arc<dyn Clock>,
}

impl CreateShippingOrder {
    pub fn new(warehouse: Arc<dyn Warehouse>, clock: Arc<dyn Clock>) -> Self {
        Self { warehouse, clock }
    }

    /// Turns the reservation into a shipping order. Without a reservation the stock is taken if it is there; if not,
    /// the order context is informed, so that it refunds: a shortage is an answer, not an error.
    pub async fn execute(&self, paid: PaidOrder, cause: Cause) -> Result<(), StoreError> {
        let skus = paid.lines.iter().map(|line| line.sku.clone()).collect();
        let (keys, now) = (Keys { orders: vec![paid.order], skus, ..Keys::default() }, self.clock.now());
        let decide = move |transaction: &mut StockTransaction| shipping::ship(transaction, &paid, now);
        update_always(&*self.warehouse, keys, Some(cause), decide).await
    }
}
