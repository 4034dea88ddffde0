//! The receipt that a paid order owes its buyer.

use shared_kernel::{OrderId, Timestamp};
use uuid::Uuid;

use super::{AttentionReason, HistoryKind, Order, Transition};

/// A receipt: owed from the moment of payment, sent when the mailer took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its name, and the mail's Message-ID. Made from the order's id, so that sending twice sends the same mail.
    pub id: Uuid,
    /// When the mailer took it.
    pub sent_at: Option<Timestamp>,
}

impl Receipt {
    pub(super) fn owed_by(order: OrderId) -> Self {
        Self { id: Uuid::new_v5(&order.uuid(), b"receipt"), sent_at: None }
    }
}

impl Order {
    /// The mailer took the receipt.
    pub fn receipt_sent(mut self, now: Timestamp) -> Transition {
        match &mut self.receipt {
            Some(receipt) if receipt.sent_at.is_none() => receipt.sent_at = Some(now),
            Some(_) | None => return Transition::nothing(self),
        }
        self.clear_attention(&[AttentionReason::ReceiptNotSent]);
        Transition::changed(self).with_history(HistoryKind::ReceiptSent, None, now)
    }
}
