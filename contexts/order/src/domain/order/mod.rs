//! The order: one aggregate from placement to its end, with its payments, refunds, parcels and history.
//!
//! Each file holds the transitions of one theme: [`stock`], [`payment`], [`ledger`], [`dispute`], [`expiry`], [`cancellation`], [`refund`],
//! [`fulfilment`], [`receipt`], [`anonymise`]; [`next_step`] answers what others ask of an order. A transition takes the order, answers with a [`Transition`] and is total over
//! [`OrderState`]: no wildcard arm, so a new state must be decided everywhere. A repeated fact is ignored.
//!
//! Invariant: an order is Paid, or further, only if the captured amount equals its total; money that came for anything
//! else is refunded once. Nothing here calls a provider: work on the outside world leaves as an [`OrderTask`].

mod anonymise;
mod attention;
mod cancellation;
mod country;
mod dispute;
mod event;
mod expiry;
mod fulfilment;
mod history;
mod identity;
mod ledger;
mod next_step;
mod past;
mod payment;
mod place;
mod reason;
mod receipt;
mod refund;
mod restore;
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
pub use country::{Country, CountryError};
pub use dispute::{Dispute, DisputeReport, DisputeStatus};
pub use event::{OrderDetails, OrderEvent, OrderTask};
pub use expiry::GRACE_PERIOD;
pub use fulfilment::{Fulfilment, FulfilmentItem, FulfilmentStatus, NotSent, ProcessedItem, Shipment, Tracking};
pub use history::{HistoryEntry, HistoryKind};
pub use identity::{Buyer, IntentId, OrderNumber, Origin, RefundId};
pub use ledger::PaymentStatement;
pub use next_step::{AttemptHint, AttemptOutcome, NextStep};
pub use past::{NotHistory, PastOrder, PastPayment, PastRefund, PastStanding};
pub use payment::{IntentReport, IntentStatus, OpenedIntent, Payment, PaymentAxis, PaymentOrigin, PaymentState};
pub use place::NewOrder;
pub use reason::{Reason, ReasonError};
pub use receipt::Receipt;
pub use refund::{Refund, RefundReason, RefundRefused, RefundReport, RefundRequest, RefundState, ReportedRefund};
pub use restore::{RestoreError, StoredOrder};
pub use state::{CancelStep, OrderState, PaidBy, Status};
pub use transition::Transition;

/// An order. Its fields change only through the transitions of this module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    id: OrderId,
    number: OrderNumber,
    cart: Option<CartId>,
    origin: Origin,
    details: OrderDetails,
    state: OrderState,
    state_since: Timestamp,
    payments: Vec<Payment>,
    refunds: Vec<Refund>,
    fulfilment: Fulfilment,
    receipt: Option<Receipt>,
    attention: Vec<Attention>,
    disputes: Vec<Dispute>,
    history: Vec<HistoryEntry>,
    anonymised_at: Option<Timestamp>,
    version: i64,
}

impl Order {
    /// Its name among machines.
    pub const fn id(&self) -> OrderId {
        self.id
    }
    /// Its name among people.
    pub const fn number(&self) -> &OrderNumber {
        &self.number
    }
    /// The cart it was placed from.
    pub const fn cart(&self) -> Option<CartId> {
        self.cart
    }
    /// What placement fixed.
    pub const fn details(&self) -> &OrderDetails {
        &self.details
    }
    pub const fn buyer(&self) -> &Buyer {
        &self.details.buyer
    }
    /// Placed here, or brought from another shop.
    pub const fn origin(&self) -> Origin {
        self.origin
    }
    /// What is bought.
    pub fn lines(&self) -> &[OrderLine] {
        &self.details.lines
    }
    /// How many pieces of all kinds are bought.
    pub fn pieces(&self) -> u32 {
        self.details.lines.iter().fold(0, |pieces, line| pieces.saturating_add(line.quantity))
    }
    /// Delivery, if anything needs a parcel.
    pub const fn shipping(&self) -> Option<&ShippingItem> {
        self.details.shipping.as_ref()
    }
    /// Where the parcel goes.
    pub const fn address(&self) -> Option<&Address> {
        self.details.address.as_ref()
    }
    /// That of the buyer, when known.
    pub fn country(&self) -> Option<Country> {
        self.details.address.as_ref().map(Country::of).or_else(|| self.details.country.clone())
    }
    /// What it costs.
    pub const fn totals(&self) -> &Totals {
        &self.details.totals
    }
    /// When it was placed.
    pub const fn placed_at(&self) -> Timestamp {
        self.details.placed_at
    }
    /// Until when it may be paid.
    pub const fn expires_at(&self) -> Timestamp {
        self.details.expires_at
    }
    /// The order whose place it takes.
    pub const fn replaces(&self) -> Option<OrderId> {
        self.details.replaces
    }
    /// Where it stands.
    pub const fn state(&self) -> &OrderState {
        &self.state
    }
    /// Since when it stands there.
    pub const fn state_since(&self) -> Timestamp {
        self.state_since
    }
    /// Where it stands, as the API names it.
    pub const fn status(&self) -> Status {
        self.state.status()
    }
    /// Every intent that money for it might come through.
    pub fn payments(&self) -> &[Payment] {
        &self.payments
    }
    /// Every repayment, wished, done or failed.
    pub fn refunds(&self) -> &[Refund] {
        &self.refunds
    }
    /// What fulfilment said of it.
    pub const fn fulfilment(&self) -> &Fulfilment {
        &self.fulfilment
    }
    /// The receipt, once paid.
    pub const fn receipt(&self) -> Option<&Receipt> {
        self.receipt.as_ref()
    }
    /// The first reason why somebody has to look at it.
    pub fn attention(&self) -> Option<&Attention> {
        self.attention.first()
    }
    /// Why somebody has to look at it, oldest first.
    pub fn attentions(&self) -> &[Attention] {
        &self.attention
    }
    /// Every dispute about its money.
    pub fn disputes(&self) -> &[Dispute] {
        &self.disputes
    }
    /// What happened, oldest first.
    pub fn history(&self) -> &[HistoryEntry] {
        &self.history
    }
    /// Since when it names nobody any more, because the buyer was erased.
    pub const fn anonymised_at(&self) -> Option<Timestamp> {
        self.anonymised_at
    }
    /// Counts its changes.
    pub const fn version(&self) -> i64 {
        self.version
    }

    /// Whether `customer` bought it.
    pub fn belongs_to(&self, customer: CustomerId) -> bool {
        self.details.buyer.customer == Some(customer)
    }

    /// The same order as the store counts its changes.
    pub fn at_version(self, version: i64) -> Self {
        Self { version, ..self }
    }

    fn enter(&mut self, state: OrderState, now: Timestamp) {
        self.state = state;
        self.state_since = now;
    }
}
