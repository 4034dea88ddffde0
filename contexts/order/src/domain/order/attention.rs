//! Orders that somebody has to look at, and why.

use serde::{Deserialize, Serialize};
use shared_kernel::Timestamp;

use super::{Decided, HistoryKind, Order};

/// Since when, and why, an order waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attention {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub reason: AttentionReason,
}

/// Why an order waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it, and `words` says it to people")]
pub enum AttentionReason {
    AmountDiffers,
    IntentNotCreated,
    IntentNotCancelled,
    RefundFailed,
    RefundNotAccepted,
    ReceiptNotSent,
    PaymentDisputed,
    ShippedUnpaid,
    StockRejectedAfterShipping,
    PaymentNotSettled,
    NotFulfilled,
    CancellationStuck,
    RefundForgotten,
}

impl AttentionReason {
    /// For the person who looks.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::AmountDiffers => "the amount or currency paid differs from the order; it is being returned",
            Self::IntentNotCreated => "the payment provider cannot prepare the payment",
            Self::IntentNotCancelled => "the payment provider cannot cancel the payment",
            Self::RefundFailed => "a refund failed",
            Self::RefundNotAccepted => "the payment provider has not accepted a refund yet",
            Self::ReceiptNotSent => "the receipt cannot be delivered",
            Self::PaymentDisputed => "the buyer disputes the payment with the bank",
            Self::ShippedUnpaid => "goods were sent although the order is not paid",
            Self::StockRejectedAfterShipping => "fulfilment reports missing stock although goods were sent",
            Self::PaymentNotSettled => "the payment is neither made nor cancelled, long after the deadline",
            Self::NotFulfilled => "fulfilment has not taken up the paid order",
            Self::CancellationStuck => "the cancellation does not get through",
            Self::RefundForgotten => {
                "the shop has returned money and, restored from a backup, forgot why; look before it is sent"
            }
        }
    }
}

impl Order {
    /// Asks a person to look. The first reason stays until somebody has.
    #[must_use]
    pub fn needs_attention(mut self, reason: AttentionReason, now: Timestamp) -> Decided {
        if self.0.attention.is_some() {
            return Decided::nothing(self);
        }
        self.0.attention = Some(Attention { since: now, reason });
        Decided::changed(self).noted(HistoryKind::NeedsAttention, reason.words().to_owned(), now)
    }

    /// A person has looked and is content.
    #[must_use]
    pub fn attention_resolved(mut self, by: &str, now: Timestamp) -> Decided {
        if self.0.attention.take().is_none() {
            return Decided::nothing(self);
        }
        Decided::changed(self).noted(HistoryKind::AttentionResolved, by.to_owned(), now)
    }

    /// What was wrong has put itself right.
    pub(super) fn calmed(&mut self, reasons: &[AttentionReason]) {
        if self.0.attention.as_ref().is_some_and(|attention| reasons.contains(&attention.reason)) {
            self.0.attention = None;
        }
    }
}
