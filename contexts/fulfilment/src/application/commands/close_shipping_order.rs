//! Staff decides that what has not left yet is not sent any more.

use std::sync::Arc;

use shared_kernel::{Clock, OrderId};

use crate::application::update::{UpdateError, update};
use crate::domain::{NotSentReason, Refusal, ShippingOrder, StockTransaction, shipping};
use crate::ports::{Keys, Warehouse};

/// Closes shipping orders without the rest.
pub struct CloseShippingOrder {
    warehouse: Arc<dyn Warehouse>,
    clock: Arc<dyn Clock>,
}

impl CloseShippingOrder {
    pub fn new(warehouse: Arc<dyn Warehouse>, clock: Arc<dyn Clock>) -> Self {
        Self { warehouse, clock }
    }

    /// Marks the pending items as not sent, frees their stock and answers the order as it now is. If nothing has left,
    /// the whole shipping order is cancelled, and the order with it. A repeat changes nothing.
    pub async fn execute(&self, order: OrderId, reason: NotSentReason) -> Result<ShippingOrder, UpdateError> {
        let now = self.clock.now();
        let decide = move |transaction: &mut StockTransaction| shipping::close(transaction, order, reason, now);
        let transaction = update(&*self.warehouse, Keys::order(order), None, decide).await?;
        Ok(transaction.shipping(order).cloned().ok_or(Refusal::NoSuchShippingOrder(order))?)
    }
}
