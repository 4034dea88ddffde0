//! An order's buyer was erased: forget where its parcel went.
//!
//! The order says so when it is at rest, so nothing is left to be sent.

use std::sync::Arc;

use shared_kernel::{Cause, Clock, OrderId, StoreError};

use crate::ports::PersonalData;

/// Forgets buyers.
pub struct AnonymiseOrder {
    personal_data: Arc<dyn PersonalData>,
    clock: Arc<dyn Clock>,
}

impl AnonymiseOrder {
    pub fn new(personal_data: Arc<dyn PersonalData>, clock: Arc<dyn Clock>) -> Self {
        Self { personal_data, clock }
    }

    /// Forgets the buyer of the order.
    pub async fn execute(&self, order: OrderId, cause: &Cause) -> Result<(), StoreError> {
        self.personal_data.anonymise(order, self.clock.now(), cause).await
    }
}
