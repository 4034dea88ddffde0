//! Orders that somebody has to look at, and why. An order may have several reasons at a time; each ends by its own cause
//! or because a person has looked.

use shared_kernel::Timestamp;

use super::{HistoryKind, Order, Transition};

/// Since when, and why, an order waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attention {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub reason: AttentionReason,
    /// Which refund, payment or dispute it is about: one reason may hold for several of them.
    pub about: Option<String>,
    /// Amounts, deadlines and the like, in words.
    pub detail: Option<String>,
}

/// Why an order waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    DisputeLost,
    RefundNotExplained,
    PaymentUnknown,
}

impl AttentionReason {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::AmountDiffers,
        Self::IntentNotCreated,
        Self::IntentNotCancelled,
        Self::RefundFailed,
        Self::RefundNotAccepted,
        Self::ReceiptNotSent,
        Self::PaymentDisputed,
        Self::ShippedUnpaid,
        Self::StockRejectedAfterShipping,
        Self::PaymentNotSettled,
        Self::NotFulfilled,
        Self::CancellationStuck,
        Self::RefundForgotten,
        Self::DisputeLost,
        Self::RefundNotExplained,
        Self::PaymentUnknown,
    ];

    /// The stable name: on the wire, in forms and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AmountDiffers => "amount-differs",
            Self::IntentNotCreated => "intent-not-created",
            Self::IntentNotCancelled => "intent-not-cancelled",
            Self::RefundFailed => "refund-failed",
            Self::RefundNotAccepted => "refund-not-accepted",
            Self::ReceiptNotSent => "receipt-not-sent",
            Self::PaymentDisputed => "payment-disputed",
            Self::ShippedUnpaid => "shipped-unpaid",
            Self::StockRejectedAfterShipping => "stock-rejected-after-shipping",
            Self::PaymentNotSettled => "payment-not-settled",
            Self::NotFulfilled => "not-fulfilled",
            Self::CancellationStuck => "cancellation-stuck",
            Self::RefundForgotten => "refund-forgotten",
            Self::DisputeLost => "dispute-lost",
            Self::RefundNotExplained => "refund-not-explained",
            Self::PaymentUnknown => "payment-unknown",
        }
    }

    /// Reads the stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// What the history of the order keeps of it. Pages have words of their own.
    const fn note(self) -> &'static str {
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
            Self::DisputeLost => "a dispute was lost; the bank has returned the money to the buyer",
            Self::RefundNotExplained => {
                "the payment provider reports a refund that the payment cannot explain; it is not in the books"
            }
            Self::PaymentUnknown => "the payment provider does not know a payment of this order",
        }
    }

    /// The reason under which processes of the version before know this one.
    pub const fn for_older_versions(self) -> Self {
        match self {
            Self::DisputeLost => Self::PaymentDisputed,
            Self::RefundNotExplained => Self::RefundFailed,
            Self::PaymentUnknown => Self::PaymentNotSettled,
            known => known,
        }
    }
}

impl Order {
    /// Asks a person to look, once for each reason.
    pub fn needs_attention(self, reason: AttentionReason, now: Timestamp) -> Transition {
        self.raise(Attention { since: now, reason, about: None, detail: None })
    }

    /// The same about one refund, payment or dispute.
    pub fn needs_attention_about(
        self,
        reason: AttentionReason,
        about: impl Into<String>,
        detail: impl Into<String>,
        now: Timestamp,
    ) -> Transition {
        let (about, detail) = (Some(about.into()), Some(detail.into()));
        self.raise(Attention { since: now, reason, about, detail })
    }

    fn raise(mut self, new: Attention) -> Transition {
        let same = |known: &Attention| known.reason == new.reason && known.about == new.about;
        if self.attention.iter().any(same) {
            return Transition::nothing(self);
        }
        let words = new.reason.note();
        let note = new.detail.as_ref().map_or_else(|| words.to_owned(), |detail| format!("{words} ({detail})"));
        let now = new.since;
        self.attention.push(new);
        Transition::changed(self).with_history(HistoryKind::NeedsAttention, note, now)
    }

    /// A person has looked at one reason, or at all of them, and is content.
    pub fn attention_resolved(mut self, reason: Option<AttentionReason>, by: &str, now: Timestamp) -> Transition {
        let before = self.attention.len();
        self.attention.retain(|attention| reason.is_some_and(|reason| attention.reason != reason));
        if self.attention.len() == before {
            return Transition::nothing(self);
        }
        Transition::changed(self).with_history(HistoryKind::AttentionResolved, by.to_owned(), now)
    }

    /// Whether a person is asked to look for this reason.
    pub fn is_waiting_for(&self, reason: AttentionReason) -> bool {
        self.attention.iter().any(|attention| attention.reason == reason)
    }

    /// What was wrong has put itself right.
    pub(super) fn clear_attention(&mut self, reasons: &[AttentionReason]) {
        self.attention.retain(|attention| !reasons.contains(&attention.reason));
    }

    /// The same of one refund, payment or dispute. Rows of older versions do not say which one they mean.
    pub(super) fn clear_attention_about(&mut self, reason: AttentionReason, about: &str) -> bool {
        let before = self.attention.len();
        let ended = |it: &Attention| it.reason == reason && it.about.as_deref().is_none_or(|it| it == about);
        self.attention.retain(|attention| !ended(attention));
        self.attention.len() != before
    }
}
