//! Task `mail-receipt`: sends a paid order's receipt, under an id that never changes.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Clock, OrderId};

use crate::application::tasks::{Again, Impossible, TaskError, TaskRun, decide_on, raise_alarm};
use crate::domain::{AttentionReason, Order};
use crate::ports::{OrderStore, ReceiptError, ReceiptLetter, ReceiptSender};

/// Mail is tried for a day; in its last hour a person is asked to look.
const ALERT_AFTER: Duration = Duration::from_hours(23);

#[derive(Clone)]
pub struct SendReceipt {
    orders: Arc<dyn OrderStore>,
    receipts: Arc<dyn ReceiptSender>,
    clock: Arc<dyn Clock>,
}

impl SendReceipt {
    /// Puts the use case together.
    pub fn new(orders: Arc<dyn OrderStore>, receipts: Arc<dyn ReceiptSender>, clock: Arc<dyn Clock>) -> Self {
        Self { orders, receipts, clock }
    }

    /// Sends the receipt and notes that it was sent.
    ///
    /// # Errors
    /// [`TaskError`]; if nobody will ever take it, or nobody has for most of a day, the order needs attention.
    pub async fn execute(&self, id: OrderId, run: TaskRun) -> Result<(), TaskError> {
        let order = self.orders.find(id).await?.ok_or(TaskError::no_such_order(id))?;
        let Some(letter) = letter(order) else { return Ok(()) };
        let now = self.clock.now();
        match self.receipts.send(&letter).await {
            Ok(()) => {
                let decide = decide_on(move |order| order.receipt_sent(now));
                self.orders.update(decide.caused(id, Some(run.cause))).await?;
                Ok(())
            }
            Err(ReceiptError::Refused(why)) => {
                let (error, reason) = (Impossible::ReceiptRefused(why).into(), AttentionReason::ReceiptNotSent);
                raise_alarm(&self.orders, id, reason, &error, (&run, now)).await?;
                Err(error)
            }
            Err(ReceiptError::Unavailable(cause)) => {
                let error = Again::MailUnavailable(cause).into();
                if now.since(run.asked_at) >= ALERT_AFTER {
                    let reason = AttentionReason::ReceiptNotSent;
                    raise_alarm(&self.orders, id, reason, &error, (&run, now)).await?;
                }
                Err(error)
            }
        }
    }
}

fn letter(order: Order) -> Option<ReceiptLetter> {
    let receipt = order.receipt().filter(|receipt| receipt.sent_at.is_none())?;
    let (paid_at, payment_reference) = order.paid_with()?;
    let to = order.buyer().email.clone()?;
    Some(ReceiptLetter { id: receipt.id, to, paid_at, payment_reference, order })
}
