//! Task `cancel-intent`: has the provider close an intent through which no money is wanted any more.

use std::sync::Arc;

use shared_kernel::{Clock, OrderId};

use crate::application::tasks::{Again, TaskError, TaskRun, decide_on, raise_alarm};
use crate::domain::{AttentionReason, IntentId, IntentStatus, Payment};
use crate::ports::{OrderStore, PaymentGateway};

#[derive(Clone)]
pub struct CloseIntent {
    orders: Arc<dyn OrderStore>,
    gateway: Arc<dyn PaymentGateway>,
    clock: Arc<dyn Clock>,
}

impl CloseIntent {
    /// Puts the use case together.
    pub fn new(orders: Arc<dyn OrderStore>, gateway: Arc<dyn PaymentGateway>, clock: Arc<dyn Clock>) -> Self {
        Self { orders, gateway, clock }
    }

    /// Calls the provider and takes in how the intent stands then. If money was quicker, that is what is taken in. Through
    /// an intent that the provider does not know, no money can come: that closes it, too, and a person is told.
    ///
    /// # Errors
    /// [`TaskError`]; after a while, or for good, the order needs attention.
    pub async fn execute(&self, id: OrderId, intent: IntentId, run: TaskRun) -> Result<(), TaskError> {
        let order = self.orders.find(id).await?.ok_or(TaskError::no_such_order(id))?;
        if !order.payment(&intent).is_some_and(Payment::is_open) {
            return Ok(());
        }
        let now = self.clock.now();
        let decide = match self.gateway.cancel_intent(&intent).await {
            Ok(found) if !matches!(found.report.status, IntentStatus::Open { .. }) => {
                decide_on(move |order| order.intent_reported(found.report.clone(), now))
            }
            Err(error) if error.is_unknown() => decide_on(move |order| order.payment_unknown(&intent, now)),
            other => {
                let error = other.err().map_or(Again::IntentStillOpen.into(), TaskError::from);
                let reason = AttentionReason::IntentNotCancelled;
                raise_alarm(&self.orders, id, reason, &error, (&run, now)).await?;
                return Err(error);
            }
        };
        self.orders.update(decide.caused(id, Some(run.cause))).await?;
        Ok(())
    }
}
