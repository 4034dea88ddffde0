//! An order has expired, was rejected or was cancelled: nothing is held for it and nothing leaves for it.

use std::sync::Arc;

use shared_kernel::{Cause, Clock, OrderId, StoreError};

use super::retry_on_conflict;
use crate::domain::shipping;
use crate::ports::{Decide, Keys, Warehouse};

/// Takes back what ended orders hold.
#[derive(Clone)]
pub struct ReleaseStock {
    /// Where it lies.
    pub warehouse: Arc<dyn Warehouse>,
    /// The time of the movements.
    pub clock: Arc<dyn Clock>,
}

impl ReleaseStock {
    /// Releases the order's stock. An order of which nothing is known is remembered as ended, so that a late "placed"
    /// holds nothing.
    pub async fn execute(&self, order: OrderId, cause: Cause) -> Result<(), StoreError> {
        let now = self.clock.now();
        let decide: Decide = Arc::new(move |sheet| {
            shipping::end(sheet, order, now);
            Ok(())
        });
        retry_on_conflict(|| self.warehouse.update(Keys::order(order), decide.clone(), Some(cause.clone())))
            .await
            .map(drop)
    }
}
