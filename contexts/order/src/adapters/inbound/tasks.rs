//! Runs the context's own work on the outside world: payments prepared and closed, money returned, receipts mailed.
//!
//! Each handler calls a use case outside any transaction; the use case commits the result together with the mark that
//! closes the task. Whether and when a failed task comes again is the engine's business.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::messaging::{Delivery, Failure, Handled, Handler, RetryPolicy, Subscription};
use shared_kernel::StoreError;

use crate::application::tasks::{
    CANCEL_INTENT, CREATE_INTENT, Impossible, MAIL_RECEIPT, REFUND_PAYMENT, TaskError, TaskPayload, TaskRun,
};
use crate::application::{CloseIntent, OpenPayment, SendReceipt, SendRefund, UseCases};
use crate::domain::IntentId;

/// How many calls to the provider, or mails, are under way at once.
const MAX_CONCURRENT_TASKS: usize = 16;

enum Work {
    CreateIntent(Arc<OpenPayment>),
    CancelIntent(Arc<CloseIntent>),
    RefundPayment(Arc<SendRefund>),
    MailReceipt(Arc<SendReceipt>),
}

/// The consumers of this context's tasks.
pub fn subscriptions(use_cases: &UseCases) -> Vec<Subscription> {
    let money = |consumer, work| {
        Subscription::task(consumer, Arc::new(TaskHandler(work)))
            .retry(RetryPolicy::money())
            .lanes(MAX_CONCURRENT_TASKS)
    };
    let mail = Arc::new(TaskHandler(Work::MailReceipt(use_cases.send_receipt.clone())));
    vec![
        money(CREATE_INTENT, Work::CreateIntent(use_cases.open_payment.clone())),
        money(CANCEL_INTENT, Work::CancelIntent(use_cases.close_intent.clone())),
        money(REFUND_PAYMENT, Work::RefundPayment(use_cases.send_refund.clone())),
        Subscription::task(MAIL_RECEIPT, mail).retry(RetryPolicy::mail()).lanes(MAX_CONCURRENT_TASKS),
    ]
}

struct TaskHandler(Work);

#[async_trait]
impl Handler for TaskHandler {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        let TaskPayload { order_id: order, intent, refund } = match delivery.envelope.data() {
            Ok(payload) => payload,
            Err(error) => return Handled::Dead(Failure::new("unreadable", error)),
        };
        let run = TaskRun { cause: delivery.cause.clone(), attempt: delivery.attempt, asked_at: delivery.received_at };
        let done = match (&self.0, intent, refund) {
            (Work::CreateIntent(work), _, _) => work.execute(order, run).await,
            (Work::CancelIntent(work), Some(intent), _) => work.execute(order, IntentId::new(intent), run).await,
            (Work::RefundPayment(work), _, Some(refund)) => work.execute(order, refund, run).await,
            (Work::MailReceipt(work), _, _) => work.execute(order, run).await,
            (Work::CancelIntent(_), None, _) | (Work::RefundPayment(_), _, None) => Err(Impossible::Incomplete.into()),
        };
        match done {
            Ok(()) | Err(TaskError::Store(StoreError::AlreadyHandled)) => Handled::Done,
            Err(TaskError::Impossible(why)) => Handled::Dead(Failure::new("refused", why)),
            Err(TaskError::Again(why)) => Handled::Retry(Failure::new("unavailable", why)),
            Err(TaskError::Store(error)) => Handled::Retry(Failure::of(&error)),
        }
    }
}
