//! An order has expired, was rejected or was cancelled: nothing is held for it and nothing leaves for it.

use std::sync::Arc;

use shared_kernel::{Cause, Clock, OrderId, StoreError};

use crate::application::update::update_always;
use crate::domain::shipping;
use crate::ports::{Keys, Warehouse};

/// Takes back what ended orders hold.
pub struct ReleaseStock {
    warehouse: Arc<dyn Warehouse>,
    clock: Arc<dyn Clock>,
}

impl ReleaseStock {
    pub fn new(warehouse: Arc<dyn Warehouse>, clock: Arc<dyn Clock>) -> Self {
        Self { warehouse, clock }
    }

    /// Releases the order's stock. An order of which nothing is known is remembered as ended, so that a late "placed"
    /// holds nothing.
    pub async fn execute(&self, order: OrderId, cause: Cause) -> Result<(), StoreError> {
        let now = self.clock.now();
        let decide = move |transaction: &mut _| shipping::end(transaction, order, now);
        update_always(&*self.warehouse, Keys::order(order), Some(cause), decide).await
    }
}
