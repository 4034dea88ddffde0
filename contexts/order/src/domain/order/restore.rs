//! Building an order again from what a store has kept.

use shared_kernel::{OrderId, Timestamp};

use super::{
    Attention, CartId, Dispute, Fulfilment, HistoryEntry, Order, OrderDetails, OrderNumber, OrderState, Origin,
    Payment, Receipt, Refund,
};

/// Everything that a store keeps of an order. [`Order::restore`] checks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOrder {
    pub id: OrderId,
    pub number: OrderNumber,
    /// The cart it was placed from; imported orders had none here.
    pub cart: Option<CartId>,
    pub origin: Origin,
    pub details: OrderDetails,
    pub state: OrderState,
    pub state_since: Timestamp,
    pub payments: Vec<Payment>,
    pub refunds: Vec<Refund>,
    pub fulfilment: Fulfilment,
    pub receipt: Option<Receipt>,
    /// Oldest first.
    pub attention: Vec<Attention>,
    pub disputes: Vec<Dispute>,
    /// Oldest first.
    pub history: Vec<HistoryEntry>,
    pub anonymised_at: Option<Timestamp>,
    /// Counts its changes.
    pub version: i64,
}

/// Why something cannot be an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    #[error("an order has at least one line")]
    NoLines,
    #[error("net and tax do not add up to gross, or shipping is more than that")]
    TotalsDoNotAddUp,
}

impl OrderDetails {
    pub(super) fn check(&self) -> Result<(), RestoreError> {
        if self.lines.is_empty() {
            return Err(RestoreError::NoLines);
        }
        if self.totals.add_up() { Ok(()) } else { Err(RestoreError::TotalsDoNotAddUp) }
    }
}

impl Order {
    /// Rebuilds an order from storage.
    pub fn restore(stored: StoredOrder) -> Result<Self, RestoreError> {
        stored.details.check()?;
        Ok(Self {
            id: stored.id,
            number: stored.number,
            cart: stored.cart,
            origin: stored.origin,
            details: stored.details,
            state: stored.state,
            state_since: stored.state_since,
            payments: stored.payments,
            refunds: stored.refunds,
            fulfilment: stored.fulfilment,
            receipt: stored.receipt,
            attention: stored.attention,
            disputes: stored.disputes,
            history: stored.history,
            anonymised_at: stored.anonymised_at,
            version: stored.version,
        })
    }
}
