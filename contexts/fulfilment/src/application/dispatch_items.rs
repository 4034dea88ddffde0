//! Staff has handed a parcel to a carrier.

use std::collections::BTreeSet;
use std::sync::Arc;

use shared_kernel::{Clock, OrderId, Sku, StoreError};

use super::retry_on_conflict;
use crate::domain::{Consignment, Refusal, ShippingOrder, shipping};
use crate::ports::{Decide, Keys, Warehouse};

/// A parcel that has left.
#[derive(Debug, Clone)]
pub struct DispatchItemsCommand {
    pub order: OrderId,
    /// What is in it; `None` for everything that was pending.
    pub skus: Option<BTreeSet<Sku>>,
    /// With whom.
    pub consignment: Consignment,
}

/// Why it could not be noted.
#[derive(Debug, thiserror::Error)]
pub enum DispatchItemsError {
    /// There is no such order or item, or it was cancelled.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store did not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Notes what has left.
#[derive(Clone)]
pub struct DispatchItems {
    /// Where shipping orders are kept.
    pub warehouse: Arc<dyn Warehouse>,
    /// The time of dispatch.
    pub clock: Arc<dyn Clock>,
}

impl DispatchItems {
    /// Marks the items processed and answers the order as it now is. Saying it twice is ignored.
    pub async fn execute(&self, command: DispatchItemsCommand) -> Result<ShippingOrder, DispatchItemsError> {
        let (order, now) = (command.order, self.clock.now());
        let decide: Decide = Arc::new(move |sheet| {
            shipping::dispatch(sheet, command.order, command.skus.as_ref(), &command.consignment, now)
        });
        let sheet = retry_on_conflict(|| self.warehouse.update(Keys::order(order), decide.clone(), None)).await??;
        let shipped = sheet.shipping(order).cloned();
        Ok(shipped.ok_or(Refusal::NoSuchShippingOrder(order))?)
    }
}
