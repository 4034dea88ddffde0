//! What a transition may give out beside the changed order: facts for the world, and work for it.

use shared_kernel::{Sku, Timestamp};

use super::{IntentId, RefundId};

/// A fact about an order. `adapters/outbound/publish.rs` gives it its published form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderEvent {
    /// It was placed and asks for stock.
    Placed,
    /// Its money has arrived.
    Paid,
    /// One attempt to pay was declined; others may follow.
    PaymentFailed {
        /// What the provider said.
        reason: String,
    },
    /// There is no stock for it.
    Rejected {
        /// What fell short.
        skus: Vec<Sku>,
    },
    /// It was not paid in time, or was replaced.
    Expired,
    /// It was brought from another shop.
    Imported,
    /// Somebody wants it cancelled.
    CancellationRequested {
        /// Why.
        reason: String,
    },
    /// It is cancelled and repaid.
    Cancelled {
        /// Why.
        reason: String,
        /// Since when.
        at: Timestamp,
    },
    /// A part of the money that paid for it went back.
    Refunded {
        refund: RefundId,
        /// When.
        at: Timestamp,
    },
    /// A part that had gone back has come again: the refund failed after it went through.
    RefundFailed {
        refund: RefundId,
        /// When it had gone through.
        refunded_at: Timestamp,
        /// When.
        at: Timestamp,
    },
    /// Every item has been processed.
    Completed {
        /// When.
        at: Timestamp,
    },
    /// It names nobody any more.
    Anonymised {
        /// Since when.
        at: Timestamp,
    },
}

/// Work on the outside world, kept with the order and done outside any transaction, until it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderTask {
    /// Have the provider prepare a payment.
    CreateIntent,
    /// Have the provider close an intent. `attempt` grows when an earlier one was answered "in progress".
    CancelIntent {
        /// Which.
        intent: IntentId,
        /// Counts from 1.
        attempt: u32,
    },
    /// Have the provider return money.
    RefundPayment {
        refund: RefundId,
    },
    MailReceipt,
}
