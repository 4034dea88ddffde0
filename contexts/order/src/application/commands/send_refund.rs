//! Task `refund-payment`: has the provider return money.

use std::sync::Arc;

use shared_kernel::{Clock, OrderId};

use crate::application::tasks::{Impossible, TaskError, TaskRun, decide_on, is_serious};
use crate::domain::{AttentionReason, RefundId, RefundReport, ReportedRefund};
use crate::ports::{NewRefund, OrderStore, PaymentError, PaymentGateway};

/// Returns money.
#[derive(Clone)]
pub struct SendRefund {
    orders: Arc<dyn OrderStore>,
    gateway: Arc<dyn PaymentGateway>,
    clock: Arc<dyn Clock>,
}

impl SendRefund {
    /// Puts the use case together.
    pub fn new(orders: Arc<dyn OrderStore>, gateway: Arc<dyn PaymentGateway>, clock: Arc<dyn Clock>) -> Self {
        Self { orders, gateway, clock }
    }

    /// Calls the provider under the refund's own key and takes in how the refund stands. An uncertain outcome is asked for
    /// again under the same key; a failure that the provider has answered with is kept there under that key, and the next
    /// attempt uses another one.
    ///
    /// # Errors
    /// [`TaskError`]. A refusal marks the refund as failed, so that the staff may try another way.
    pub async fn execute(&self, id: OrderId, refund: RefundId, run: TaskRun) -> Result<(), TaskError> {
        let order = self.orders.find(id).await?.ok_or(TaskError::no_such_order(id))?;
        let Some(wanted) = order.sendable_refund(refund) else { return Ok(()) };
        let new = NewRefund {
            refund,
            order: id,
            intent: wanted.intent.clone(),
            amount: wanted.amount,
            keys_used: wanted.used_keys(),
        };
        let now = self.clock.now();
        match self.gateway.refund(&new).await {
            Ok(answer) => {
                let report = RefundReport { id: Some(refund), ..answer.report };
                let decide = decide_on(move |order| order.refund_reported(report.clone(), now));
                self.orders.update(decide.caused(id, Some(run.cause))).await?;
                Ok(())
            }
            Err(PaymentError::Refused { code, message, .. }) => {
                let status = ReportedRefund::Failed { reason: format!("{code}: {message}") };
                let NewRefund { intent, amount, .. } = new;
                let report = RefundReport { id: Some(refund), provider_id: None, intent, amount, status };
                let decide = decide_on(move |order| order.refund_refused(refund, report.clone(), now));
                self.orders.update(decide.caused(id, None)).await?;
                Err(Impossible::RefundRefused { code, message }.into())
            }
            Err(error) => {
                if matches!(error, PaymentError::Failed(_)) {
                    let decide = decide_on(move |order| order.refund_key_used(refund));
                    self.orders.update(decide.caused(id, None)).await?;
                }
                let error = TaskError::from(error);
                if is_serious(&error, &run, now) {
                    let (about, detail) = (refund.to_string(), new.amount.to_string());
                    let reason = AttentionReason::RefundNotAccepted;
                    let decide = decide_on(move |order| order.needs_attention_about(reason, &about, &detail, now));
                    self.orders.update(decide.caused(id, None)).await?;
                }
                Err(error)
            }
        }
    }
}
