//! Task `create-intent`: has the provider prepare the payment of an order whose goods are held.

use std::sync::Arc;

use shared_kernel::{Clock, OrderId};

use crate::application::tasks::{TaskError, TaskRun, decide_on, raise_alarm};
use crate::domain::{AttentionReason, OpenedIntent};
use crate::ports::{NewIntent, OrderStore, PaymentError, PaymentGateway};

/// Prepares payments.
#[derive(Clone)]
pub struct OpenPayment {
    orders: Arc<dyn OrderStore>,
    gateway: Arc<dyn PaymentGateway>,
    clock: Arc<dyn Clock>,
}

impl OpenPayment {
    /// Puts the use case together.
    pub fn new(orders: Arc<dyn OrderStore>, gateway: Arc<dyn PaymentGateway>, clock: Arc<dyn Clock>) -> Self {
        Self { orders, gateway, clock }
    }

    /// Calls the provider and keeps what it gave. If it refuses for good, the order ends: nobody could ever pay it.
    ///
    /// # Errors
    /// [`TaskError`]; after a while, or for good, the order needs attention.
    pub async fn execute(&self, id: OrderId, run: TaskRun) -> Result<(), TaskError> {
        let order = self.orders.find(id).await?.ok_or(TaskError::no_such_order(id))?;
        let Some(amount) = order.payment_to_open(run.attempt) else { return Ok(()) };
        let intent = NewIntent {
            order: id,
            number: order.number().clone(),
            amount,
            receipt_email: order.buyer().email.clone(),
            attempt: run.attempt,
            placed_at: order.placed_at(),
        };
        let created = match self.gateway.create_intent(&intent).await {
            Ok(created) => created,
            Err(PaymentError::Refused { code, message, .. }) => {
                let (detail, now) = (format!("{code}: {message}"), self.clock.now());
                let decide = decide_on(move |order| order.payment_not_possible(&detail, now));
                self.orders.update(decide.caused(id, Some(run.cause))).await?;
                return Ok(());
            }
            Err(error) => {
                let (error, reason) = (error.into(), AttentionReason::IntentNotCreated);
                raise_alarm(&self.orders, id, reason, &error, (&run, self.clock.now())).await?;
                return Err(error);
            }
        };
        let opened = OpenedIntent { intent: created.report.intent, client_secret: created.client_secret };
        let now = self.clock.now();
        let decide = decide_on(move |order| order.intent_opened(opened.clone(), now));
        self.orders.update(decide.caused(id, Some(run.cause))).await?;
        Ok(())
    }
}
