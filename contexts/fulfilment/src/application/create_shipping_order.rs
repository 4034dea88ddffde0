//! An order was paid: commit its goods to it and put it on the work list.

use std::sync::Arc;

use shared_kernel::{Cause, Clock, StoreError};

use super::retry_on_conflict;
use crate::domain::{PaidOrder, shipping};
use crate::ports::{Decide, Keys, Warehouse};

/// Makes shipping orders of paid orders.
#[derive(Clone)]
pub struct CreateShippingOrder {
    /// Where stock lies.
    pub warehouse: Arc<dyn Warehouse>,
    /// The time of the movements.
    pub clock: Arc<dyn Clock>,
}

impl CreateShippingOrder {
    /// Turns the reservation into a shipping order. Without a reservation the stock is taken if it is there; if not, the
    /// order is told, so that the money goes back.
    ///
    /// # Errors
    /// The store's; a shortage is an answer, not an error.
    pub async fn execute(&self, paid: PaidOrder, cause: Cause) -> Result<(), StoreError> {
        let skus = paid.lines.iter().map(|line| line.sku.clone()).collect();
        let (keys, now) = (Keys { orders: vec![paid.order], skus, ..Keys::default() }, self.clock.now());
        let decide: Decide = Arc::new(move |sheet| {
            shipping::ship(sheet, &paid, now);
            Ok(())
        });
        retry_on_conflict(|| self.warehouse.update(keys.clone(), decide.clone(), Some(cause.clone()))).await.map(drop)
    }
}
