//! A buyer wants to cancel: say whether it is still possible.

use std::sync::Arc;

use shared_kernel::{Cause, Clock, OrderId, StoreError};

use super::retry_on_conflict;
use crate::domain::shipping;
use crate::ports::{Decide, Keys, Warehouse};

/// Answers wishes to cancel.
#[derive(Clone)]
pub struct AnswerCancellation {
    /// Where stock lies.
    pub warehouse: Arc<dyn Warehouse>,
    /// The time of the movements.
    pub clock: Arc<dyn Clock>,
}

impl AnswerCancellation {
    /// Cancels the shipping order and puts its goods back, or refuses because something has left or goes by mail. The
    /// order waits for the answer, so there is always one.
    pub async fn execute(&self, order: OrderId, cause: Cause) -> Result<(), StoreError> {
        let now = self.clock.now();
        let decide: Decide = Arc::new(move |sheet| {
            shipping::answer_cancellation(sheet, order, now);
            Ok(())
        });
        retry_on_conflict(|| self.warehouse.update(Keys::order(order), decide.clone(), Some(cause.clone())))
            .await
            .map(drop)
    }
}
