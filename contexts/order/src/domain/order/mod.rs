//! The order: one aggregate from placement to its end, with its payments, refunds, parcels and history.
//!
//! Each file holds the transitions of one theme: [`stock`], [`payment`], [`ledger`], [`dispute`], [`expiry`], [`cancellation`], [`refund`],
//! [`fulfilment`], [`receipt`], [`anonymise`]. A transition takes the order, answers with a [`Transition`] and is total over
//! [`OrderState`]: no wildcard arm, so a new state must be decided everywhere. A repeated fact is ignored.
//!
//! Invariant: an order is Paid, or further, only if the captured amount equals its total; money that came for anything
//! else is refunded once. Nothing here calls a provider: work on the outside world leaves as an [`OrderTask`].

mod anonymise;
mod attention;
mod cancellation;
mod dispute;
mod event;
mod expiry;
mod fulfilment;
mod history;
mod identity;
mod ledger;
mod past;
mod payment;
mod place;
mod receipt;
mod refund;
mod state;
mod stock;
#[cfg(test)]
mod tests;
mod transition;

use shared_kernel::{Address, CustomerId, OrderId, Timestamp};

use super::cart::CartId;
use super::pricing::{OrderLine, ShippingItem, Totals};

pub use attention::{Attention, AttentionReason};
pub use cancellation::CancelRefused;
pub use dispute::{Dispute, DisputeReport, DisputeStatus};
pub use event::{OrderDetails, OrderEvent, OrderTask};
pub use expiry::GRACE_PERIOD;
pub use fulfilment::{Fulfilment, FulfilmentItem, FulfilmentStatus, NotSent, ProcessedItem, Shipment};
pub use history::{HistoryEntry, HistoryKind};
pub use identity::{Buyer, IntentId, OrderNumber, Origin, RefundId};
pub use ledger::PaymentStatement;
pub use past::{PastPayment, PastRefund};
pub use payment::{IntentReport, IntentStatus, OpenedIntent, Payment, PaymentAxis, PaymentOrigin, PaymentState};
pub use place::NewOrder;
pub use receipt::Receipt;
pub use refund::{Refund, RefundReason, RefundRefused, RefundReport, RefundRequest, RefundState, ReportedRefund};
pub use state::{CancelStep, OrderState, PaidBy, Status};
pub use transition::Transition;

/// An order. Its fields change only through the transitions of this module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order(OrderParts);

/// Everything an order consists of, for those who keep it. Turning it back into an [`Order`] checks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderParts {
    /// Its name among machines.
    pub id: OrderId,
    /// Its name among people.
    pub number: OrderNumber,
    /// The cart it was placed from; imported orders had none here.
    pub cart: Option<CartId>,
    pub buyer: Buyer,
    /// Placed here, or brought from another shop.
    pub origin: Origin,
    /// What is bought, frozen at placement.
    pub lines: Vec<OrderLine>,
    /// Delivery, if anything needs a parcel.
    pub shipping: Option<ShippingItem>,
    /// Where the parcel goes.
    pub address: Option<Address>,
    /// Two-letter country of the buyer, when known.
    pub country: Option<String>,
    /// What it costs.
    pub totals: Totals,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// Until when it may be paid.
    pub expires_at: Timestamp,
    /// The order whose place it takes.
    pub replaces: Option<OrderId>,
    /// Where it stands.
    pub state: OrderState,
    /// Since when it stands there.
    pub state_since: Timestamp,
    /// Every intent that money for it might come through.
    pub payments: Vec<Payment>,
    /// Every repayment, wished, done or failed.
    pub refunds: Vec<Refund>,
    /// What fulfilment said of it.
    pub fulfilment: Fulfilment,
    /// The receipt, once paid.
    pub receipt: Option<Receipt>,
    /// Why somebody has to look at it, oldest first.
    pub attention: Vec<Attention>,
    /// Every dispute about its money.
    pub disputes: Vec<Dispute>,
    /// What happened, oldest first.
    pub history: Vec<HistoryEntry>,
    /// Since when it names nobody any more.
    pub anonymised_at: Option<Timestamp>,
    /// Counts its changes.
    pub version: i64,
}

impl Order {
    /// An order as it was kept.
    ///
    /// # Errors
    /// Names the part that cannot be right.
    pub fn restore(parts: OrderParts) -> Result<Self, &'static str> {
        if parts.lines.is_empty() {
            return Err("lines");
        }
        if !parts.totals.add_up() {
            return Err("totals");
        }
        Ok(Self(parts))
    }

    /// Its parts, to keep them.
    pub const fn parts(&self) -> &OrderParts {
        &self.0
    }
    /// Its name among machines.
    pub const fn id(&self) -> OrderId {
        self.0.id
    }
    /// Its name among people.
    pub const fn number(&self) -> &OrderNumber {
        &self.0.number
    }
    /// The cart it was placed from.
    pub const fn cart(&self) -> Option<CartId> {
        self.0.cart
    }
    pub const fn buyer(&self) -> &Buyer {
        &self.0.buyer
    }
    /// Placed here, or brought from another shop.
    pub const fn origin(&self) -> Origin {
        self.0.origin
    }
    /// What is bought.
    pub fn lines(&self) -> &[OrderLine] {
        &self.0.lines
    }
    /// How many pieces of all kinds are bought.
    pub fn pieces(&self) -> u32 {
        self.0.lines.iter().fold(0, |pieces, line| pieces.saturating_add(line.quantity))
    }
    /// Delivery, if anything needs a parcel.
    pub const fn shipping(&self) -> Option<&ShippingItem> {
        self.0.shipping.as_ref()
    }
    /// Where the parcel goes.
    pub const fn address(&self) -> Option<&Address> {
        self.0.address.as_ref()
    }
    /// Two-letter country of the buyer, when known.
    pub fn country(&self) -> Option<&str> {
        self.0.address.as_ref().map(Address::country).or(self.0.country.as_deref())
    }
    /// What it costs.
    pub const fn totals(&self) -> &Totals {
        &self.0.totals
    }
    /// When it was placed.
    pub const fn placed_at(&self) -> Timestamp {
        self.0.placed_at
    }
    /// Until when it may be paid.
    pub const fn expires_at(&self) -> Timestamp {
        self.0.expires_at
    }
    /// The order whose place it takes.
    pub const fn replaces(&self) -> Option<OrderId> {
        self.0.replaces
    }
    /// Where it stands.
    pub const fn state(&self) -> &OrderState {
        &self.0.state
    }
    /// Where it stands, as the API names it.
    pub const fn status(&self) -> Status {
        self.0.state.status()
    }
    /// Every intent that money for it might come through.
    pub fn payments(&self) -> &[Payment] {
        &self.0.payments
    }
    /// Every repayment, wished, done or failed.
    pub fn refunds(&self) -> &[Refund] {
        &self.0.refunds
    }
    /// What fulfilment said of it.
    pub const fn fulfilment(&self) -> &Fulfilment {
        &self.0.fulfilment
    }
    /// The receipt, once paid.
    pub const fn receipt(&self) -> Option<&Receipt> {
        self.0.receipt.as_ref()
    }
    /// The first reason why somebody has to look at it.
    pub fn attention(&self) -> Option<&Attention> {
        self.0.attention.first()
    }
    /// Why somebody has to look at it, oldest first.
    pub fn attentions(&self) -> &[Attention] {
        &self.0.attention
    }
    /// Every dispute about its money.
    pub fn disputes(&self) -> &[Dispute] {
        &self.0.disputes
    }
    /// What happened, oldest first.
    pub fn history(&self) -> &[HistoryEntry] {
        &self.0.history
    }
    /// Since when it names nobody any more, because the buyer was erased.
    pub const fn anonymised_at(&self) -> Option<Timestamp> {
        self.0.anonymised_at
    }
    /// Counts its changes.
    pub const fn version(&self) -> i64 {
        self.0.version
    }

    /// Whether `customer` bought it.
    pub fn belongs_to(&self, customer: CustomerId) -> bool {
        self.0.buyer.customer == Some(customer)
    }

    /// The same order as the store counts its changes.
    pub fn at_version(self, version: i64) -> Self {
        Self(OrderParts { version, ..self.0 })
    }

    fn enter(&mut self, state: OrderState, now: Timestamp) {
        self.0.state = state;
        self.0.state_since = now;
    }
}
