//! What a transition may give out beside the changed order: facts for the world, and work for it.

use shared_kernel::{Address, Money, OrderId, Sku, Timestamp};

use super::{Buyer, Country, IntentId, Order, PaidBy, Reason, Refund, RefundId, RefundReason, Status};
use crate::domain::pricing::{OrderLine, ShippingItem, Totals};

/// A fact about an order, with everything that was true when it happened: the order may be further by the end of the
/// transition. `adapters/outbound/publish.rs` gives it its published form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderEvent {
    /// It was placed and asks for stock.
    Placed(Box<OrderDetails>),
    /// Its money has arrived.
    Paid {
        order: Box<OrderDetails>,
        /// With what, and when.
        paid: PaidBy,
    },
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
    Imported {
        order: Box<OrderDetails>,
        /// Where it stood there.
        status: Status,
    },
    /// Somebody wants it cancelled.
    CancellationRequested {
        /// Why.
        reason: Reason,
    },
    /// It is cancelled and repaid.
    Cancelled {
        /// Why.
        reason: Reason,
        /// Since when.
        at: Timestamp,
    },
    /// A part of the money that paid for it went back.
    Refunded {
        refund: RefundId,
        /// How much.
        amount: Money,
        /// Why.
        reason: RefundReason,
        /// Why, in the words of the person who decided it.
        note: Option<Reason>,
        /// When.
        at: Timestamp,
    },
    /// A part that had gone back has come again: the refund failed after it went through.
    RefundFailed {
        refund: RefundId,
        /// How much.
        amount: Money,
        /// What the provider said.
        reason: String,
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

/// What placement fixes of an order: only anonymising changes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderDetails {
    pub buyer: Buyer,
    /// The order whose place it takes.
    pub replaces: Option<OrderId>,
    pub placed_at: Timestamp,
    /// Until when it may be paid.
    pub expires_at: Timestamp,
    pub lines: Vec<OrderLine>,
    /// Delivery, if anything needs a parcel.
    pub shipping: Option<ShippingItem>,
    pub totals: Totals,
    /// Where the parcel goes.
    pub address: Option<Address>,
    /// That of the buyer, when known.
    pub country: Option<Country>,
}

impl Order {
    pub(super) fn snapshot(&self) -> Box<OrderDetails> {
        Box::new(self.details.clone())
    }
}

impl Refund {
    pub(super) fn refunded(&self, at: Timestamp) -> OrderEvent {
        let (amount, reason, note) = (self.amount, self.reason, self.note.clone());
        OrderEvent::Refunded { refund: self.id, amount, reason, note, at }
    }

    /// It had gone through at `refunded_at` and has failed since.
    pub(super) fn taken_back(&self, reason: &str, refunded_at: Timestamp, at: Timestamp) -> OrderEvent {
        let (refund, amount, reason) = (self.id, self.amount, reason.to_owned());
        OrderEvent::RefundFailed { refund, amount, reason, refunded_at, at }
    }
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
