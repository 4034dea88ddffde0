//! How an order begins that is placed here; [`super::past`] has those that come from another shop.

use shared_kernel::{Address, OrderId, Timestamp};

use super::{
    Buyer, CartId, Country, Fulfilment, HistoryKind, Order, OrderDetails, OrderEvent, OrderNumber, OrderState, Origin,
    Transition,
};
use crate::domain::pricing::Priced;

/// What an order is made of when it is placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    /// Its name among machines.
    pub id: OrderId,
    /// The cart it comes from.
    pub cart: CartId,
    pub buyer: Buyer,
    /// Lines, delivery and totals, from the local price list.
    pub priced: Priced,
    /// Where a parcel would go.
    pub address: Option<Address>,
    /// When.
    pub placed_at: Timestamp,
    /// Until when it may be paid.
    pub expires_at: Timestamp,
}

impl Order {
    /// Places an order: from now on lines, prices, tax, delivery and address are frozen.
    pub fn place(new: NewOrder, number: OrderNumber, replaces: Option<OrderId>) -> Transition {
        let now = new.placed_at;
        let state = OrderState::AwaitingStock { reserved: false };
        let details = OrderDetails {
            buyer: new.buyer,
            lines: new.priced.lines,
            shipping: new.priced.shipping,
            totals: new.priced.totals,
            country: new.address.as_ref().map(Country::of),
            address: new.address,
            placed_at: now,
            expires_at: new.expires_at,
            replaces,
        };
        let order = Self {
            id: new.id,
            number,
            cart: Some(new.cart),
            origin: Origin::Shop,
            details,
            state,
            state_since: now,
            payments: Vec::new(),
            refunds: Vec::new(),
            fulfilment: Fulfilment::default(),
            receipt: None,
            attention: Vec::new(),
            disputes: Vec::new(),
            history: Vec::new(),
            anonymised_at: None,
            version: 0,
        };
        let event = OrderEvent::Placed(order.snapshot());
        Transition::changed(order).event(event).with_history(HistoryKind::Placed, None, now)
    }

    /// Whether an order placed now from the same cart would be this one again.
    pub fn is_same_as(&self, new: &NewOrder) -> bool {
        let payable =
            matches!(self.state, OrderState::AwaitingStock { .. } | OrderState::AwaitingPayment { closing: None, .. });
        payable
            && self.details.buyer.customer == new.buyer.customer
            && self.details.lines == new.priced.lines
            && self.details.totals == new.priced.totals
            && self.details.address == new.address
            && new.placed_at < self.details.expires_at
    }
}
