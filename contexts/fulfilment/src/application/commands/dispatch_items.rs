//! Staff has handed a parcel to a carrier.

use std::collections::BTreeSet;
use std::sync::Arc;

use shared_kernel::{Clock, OrderId, Sku};

use crate::application::update::{UpdateError, update};
use crate::domain::{Consignment, Refusal, ShippingOrder, StockTransaction, shipping};
use crate::ports::{Keys, Warehouse};

/// A parcel that has left.
#[derive(Debug, Clone)]
pub struct DispatchItemsCommand {
    pub order: OrderId,
    /// What is in it; `None` for everything that was pending.
    pub skus: Option<BTreeSet<Sku>>,
    /// With whom.
    pub consignment: Consignment,
}

/// Records what has left.
pub struct DispatchItems {
    warehouse: Arc<dyn Warehouse>,
    clock: Arc<dyn Clock>,
}

impl DispatchItems {
    pub fn new(warehouse: Arc<dyn Warehouse>, clock: Arc<dyn Clock>) -> Self {
        Self { warehouse, clock }
    }

    /// Marks the items processed and answers the order as it now is. Saying it twice is ignored.
    pub async fn execute(&self, command: DispatchItemsCommand) -> Result<ShippingOrder, UpdateError> {
        let (order, now) = (command.order, self.clock.now());
        let decide = move |transaction: &mut StockTransaction| {
            shipping::dispatch(transaction, command.order, command.skus.as_ref(), &command.consignment, now)
        };
        let transaction = update(&*self.warehouse, Keys::order(order), None, decide).await?;
        Ok(transaction.shipping(order).cloned().ok_or(Refusal::NoSuchShippingOrder(order))?)
    }
}
