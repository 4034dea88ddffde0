//! How an order begins: placed here, or brought from another shop.

use shared_kernel::{Address, OrderId, Timestamp};

use super::{
    Buyer, CartId, Fulfilment, HistoryKind, Order, OrderEvent, OrderNumber, OrderParts, OrderState, Origin, Transition,
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
        let parts = OrderParts {
            id: new.id,
            number,
            cart: Some(new.cart),
            buyer: new.buyer,
            origin: Origin::Shop,
            lines: new.priced.lines,
            shipping: new.priced.shipping,
            country: new.address.as_ref().map(|address| address.country().to_owned()),
            address: new.address,
            totals: new.priced.totals,
            placed_at: now,
            expires_at: new.expires_at,
            replaces,
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
        let order = Self(parts);
        let event = OrderEvent::Placed(order.details());
        Transition::changed(order).event(event).with_history(HistoryKind::Placed, None, now)
    }

    /// Takes over an order of another shop as history. `parts` say where it stood there.
    ///
    /// # Errors
    /// Names the part that cannot be right.
    pub fn import(parts: OrderParts) -> Result<Transition, &'static str> {
        let at = parts.placed_at;
        let order = Self::restore(parts)?;
        let event = OrderEvent::Imported { order: order.details(), status: order.status() };
        Ok(Transition::changed(order).event(event).with_history(HistoryKind::Imported, None, at))
    }

    /// Whether an order placed now from the same cart would be this one again.
    pub fn is_same_as(&self, new: &NewOrder) -> bool {
        let payable = matches!(
            self.0.state,
            OrderState::AwaitingStock { .. } | OrderState::AwaitingPayment { closing: None, .. }
        );
        payable
            && self.0.buyer.customer == new.buyer.customer
            && self.0.lines == new.priced.lines
            && self.0.totals == new.priced.totals
            && self.0.address == new.address
            && new.placed_at < self.0.expires_at
    }
}
