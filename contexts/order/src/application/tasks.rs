//! The work on the outside world that orders give out: its names, its form on the way, and how it may end.

use std::sync::Arc;

use chassis::messaging::TaskDraft;
use serde::Deserialize;
use serde_json::Value;
use shared_kernel::{Cause, ConsumerName, OrderId, StoreError, Timestamp};

use crate::domain::order::GRACE_PERIOD;
use crate::domain::{AttentionReason, Order, OrderTask, RefundId, Transition};
use crate::ports::{Decide, OrderStore, PaymentError, Update};

/// Prepares payments.
pub const CREATE_INTENT: ConsumerName = ConsumerName::new("create-intent");
/// Closes payments.
pub const CANCEL_INTENT: ConsumerName = ConsumerName::new("cancel-intent");
/// Returns money.
pub const REFUND_PAYMENT: ConsumerName = ConsumerName::new("refund-payment");
pub const MAIL_RECEIPT: ConsumerName = ConsumerName::new("mail-receipt");
/// Translates what the payment provider posted.
pub const PAYMENT_EVENTS: ConsumerName = ConsumerName::new("payment-events");

/// What a task says of itself. Fields that its kind does not need are absent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TaskPayload {
    /// Whose work it is.
    pub order_id: OrderId,
    #[serde(default)]
    pub intent: Option<String>,
    #[serde(default)]
    pub refund: Option<RefundId>,
}

/// The tasks of a decision, in the form in which they are kept.
pub fn drafts(decided: &Transition) -> Vec<TaskDraft> {
    decided.tasks.iter().map(|task| draft(decided.order.id(), task)).collect()
}

fn draft(order: OrderId, task: &OrderTask) -> TaskDraft {
    let of_order = |more: Option<(&str, String)>| {
        let fields = std::iter::once(("order_id", order.to_string())).chain(more);
        fields.map(|(name, text)| (name.to_owned(), Value::String(text))).collect()
    };
    let (consumer, key, payload) = match task {
        OrderTask::CreateIntent => (CREATE_INTENT, format!("intent-{order}"), of_order(None)),
        OrderTask::CancelIntent { intent, attempt } => {
            (CANCEL_INTENT, format!("cancel-{intent}-{attempt}"), of_order(Some(("intent", intent.to_string()))))
        }
        OrderTask::RefundPayment { refund } => {
            (REFUND_PAYMENT, format!("refund-{refund}"), of_order(Some(("refund", refund.to_string()))))
        }
        OrderTask::MailReceipt => (MAIL_RECEIPT, format!("receipt-{order}"), of_order(None)),
    };
    // A lane for each: a refund that the provider refuses must not hold back the next one of the same order.
    TaskDraft { consumer, lane: key.clone(), key, payload: Value::Object(payload), not_before: None }
}

#[derive(Debug, Clone)]
pub struct TaskRun {
    /// What closes it.
    pub cause: Cause,
    /// Counts from 1.
    pub attempt: u32,
    /// Since when it is to be done.
    pub asked_at: Timestamp,
}

/// How a task may fail.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// It can never be done as it is; a person has to look.
    #[error(transparent)]
    Impossible(#[from] Impossible),
    /// Worth another try.
    #[error(transparent)]
    Again(#[from] Again),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a task can never be done as it is.
#[derive(Debug, thiserror::Error)]
pub enum Impossible {
    /// There was one when the task was given out.
    #[error("there is no order {0}")]
    NoSuchOrder(OrderId),
    #[error("the task does not say what it is about")]
    Incomplete,
    #[error("the payment provider refused: {code}: {message}")]
    PaymentRefused { code: String, message: String },
    #[error("the payment provider refused the refund: {code}: {message}")]
    RefundRefused { code: String, message: String },
    /// In the words of the mail server.
    #[error("{0}")]
    ReceiptRefused(String),
}

/// What may be different the next time.
#[derive(Debug, thiserror::Error)]
pub enum Again {
    #[error("the payment provider failed: {0}")]
    PaymentFailed(String),
    #[error("the payment provider is unavailable: {0}")]
    PaymentUnavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the intent is still open")]
    IntentStillOpen,
    #[error("mail is unavailable: {0}")]
    MailUnavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl TaskError {
    pub(super) fn no_such_order(order: OrderId) -> Self {
        Impossible::NoSuchOrder(order).into()
    }
}

impl From<PaymentError> for TaskError {
    fn from(error: PaymentError) -> Self {
        match error {
            PaymentError::Refused { code, message, .. } => Impossible::PaymentRefused { code, message }.into(),
            PaymentError::Failed(message) => Again::PaymentFailed(message).into(),
            PaymentError::Unavailable(cause) => Again::PaymentUnavailable(cause).into(),
        }
    }
}

/// A decision that refuses nothing, ready to become an [`Update`].
pub(super) struct Plain(Decide);

pub(super) fn decide_on(decide: impl Fn(Order) -> Transition + Send + Sync + 'static) -> Plain {
    Plain(Arc::new(move |order| Ok(decide(order))))
}

impl Plain {
    pub(super) fn caused(self, order: OrderId, cause: Option<Cause>) -> Update {
        Update { order, decide: self.0, cause, key: None }
    }
}

/// Asks a person to look at an order whose task has failed for good, or has been failing for too long.
pub(super) async fn raise_alarm(
    orders: &Arc<dyn OrderStore>,
    order: OrderId,
    reason: AttentionReason,
    error: &TaskError,
    (run, now): (&TaskRun, Timestamp),
) -> Result<(), StoreError> {
    if is_serious(error, run, now) {
        orders.update(decide_on(move |order| order.needs_attention(reason, now)).caused(order, None)).await?;
    }
    Ok(())
}

/// Whether the task has failed for good, or has been failing for too long.
pub(super) fn is_serious(error: &TaskError, run: &TaskRun, now: Timestamp) -> bool {
    match error {
        TaskError::Impossible(_) => true,
        TaskError::Again(_) => now.since(run.asked_at) >= GRACE_PERIOD,
        TaskError::Store(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{IntentId, RefundId};
    use crate::testing::an_order;

    #[test]
    fn what_a_task_says_of_itself_can_be_read_again() {
        let (order, refund) = (an_order(1).build().id(), RefundId::new(uuid::Uuid::from_u128(7)));
        let read = |task| serde_json::from_value::<TaskPayload>(draft(order, &task).payload).unwrap();
        let plain = TaskPayload { order_id: order, intent: None, refund: None };
        assert_eq!(read(OrderTask::MailReceipt), plain);
        let close = OrderTask::CancelIntent { intent: IntentId::new("pi_1"), attempt: 2 };
        assert_eq!(read(close), TaskPayload { intent: Some("pi_1".to_owned()), ..plain.clone() });
        assert_eq!(read(OrderTask::RefundPayment { refund }), TaskPayload { refund: Some(refund), ..plain });
    }
}
