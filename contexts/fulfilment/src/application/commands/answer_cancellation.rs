//! A buyer wants to cancel: say whether it is still possible.

use std::sync::Arc;

use shared_kernel::{Cause, Clock, OrderId, StoreError};

use crate::application::update::update_always;
use crate::domain::shipping;
use crate::ports::{Keys, Warehouse};

/// Answers requests for cancellation.
pub struct AnswerCancellation {
    warehouse: Arc<dyn Warehouse>,
    clock: Arc<dyn Clock>,
}

impl AnswerCancellation {
    pub fn new(warehouse: Arc<dyn Warehouse>, clock: Arc<dyn Clock>) -> Self {
        Self { warehouse, clock }
    }

    /// Cancels the shipping order and puts its goods back, or refuses because something has left or goes by mail. The
    /// order waits for the answer, so there is always one.
    pub async fn execute(&self, order: OrderId, cause: Cause) -> Result<(), StoreError> {
        let now = self.clock.now();
        let decide = move |transaction: &mut _| shipping::answer_cancellation(transaction, order, now);
        update_always(&*self.warehouse, Keys::order(order), Some(cause), decide).await
    }
}
