//! Staff decides that what has not left yet is not sent any more.

use std::sync::Arc;

use shared_kernel::{Clock, OrderId, StoreError};

use super::retry_on_conflict;
use crate::domain::{NotSentReason, Refusal, ShippingOrder, shipping};
use crate::ports::{Decide, Keys, Warehouse};

/// Why it could not be closed.
#[derive(Debug, thiserror::Error)]
pub enum CloseShippingOrderError {
    /// There is no such order, or everything in it has left.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store did not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Clone)]
pub struct CloseShippingOrder {
    /// Where shipping orders are kept.
    pub warehouse: Arc<dyn Warehouse>,
    /// The time of the decision.
    pub clock: Arc<dyn Clock>,
}

impl CloseShippingOrder {
    /// Marks the pending items as not sent, frees their stock and answers the order as it now is. If nothing has left,
    /// the whole shipping order is cancelled, and the order with it. A repeat changes nothing.
    pub async fn execute(
        &self,
        order: OrderId,
        reason: NotSentReason,
    ) -> Result<ShippingOrder, CloseShippingOrderError> {
        let now = self.clock.now();
        let decide: Decide = Arc::new(move |sheet| shipping::close(sheet, order, reason, now));
        let sheet = retry_on_conflict(|| self.warehouse.update(Keys::order(order), decide.clone(), None)).await??;
        Ok(sheet.shipping(order).cloned().ok_or(Refusal::NoSuchShippingOrder(order))?)
    }
}
