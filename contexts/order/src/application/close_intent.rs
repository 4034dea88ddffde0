//! Task `cancel-intent`: has the provider close an intent through which no money is wanted any more.

use std::sync::Arc;

use shared_kernel::{Clock, OrderId};

use super::tasks::{TaskError, TaskRun, decide_on, raise_alarm};
use crate::domain::{AttentionReason, IntentId, IntentStatus, Payment};
use crate::ports::{OrderStore, PaymentGateway};

/// Closes intents.
#[derive(Clone)]
pub struct CloseIntent {
    orders: Arc<dyn OrderStore>,
    gateway: Arc<dyn PaymentGateway>,
    clock: Arc<dyn Clock>,
}

impl CloseIntent {
    /// Puts the use case together.
    #[must_use]
    pub fn new(orders: Arc<dyn OrderStore>, gateway: Arc<dyn PaymentGateway>, clock: Arc<dyn Clock>) -> Self {
        Self { orders, gateway, clock }
    }

    /// Calls the provider and takes in how the intent stands then. If money was quicker, that is what is taken in.
    ///
    /// # Errors
    /// [`TaskError`]; after a while, or for good, the order needs attention.
    pub async fn execute(&self, id: OrderId, intent: IntentId, run: TaskRun) -> Result<(), TaskError> {
        let order = self.orders.find(id).await?.ok_or(TaskError::no_such_order(id))?;
        if !order.payment(&intent).is_some_and(Payment::is_open) {
            return Ok(());
        }
        let report = match self.gateway.cancel_intent(&intent).await.map_err(TaskError::from) {
            Ok(intent) if !matches!(intent.report.status, IntentStatus::Open { .. }) => intent.report,
            other => {
                let error = other.err().unwrap_or_else(|| TaskError::Again("the intent is still open".to_owned()));
                let reason = AttentionReason::IntentNotCancelled;
                raise_alarm(&self.orders, id, reason, &error, (&run, self.clock.now())).await?;
                return Err(error);
            }
        };
        let now = self.clock.now();
        let decide = decide_on(move |order| order.intent_reported(report.clone(), now));
        self.orders.update(decide.caused(id, Some(run.cause))).await?;
        Ok(())
    }
}
