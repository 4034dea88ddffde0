//! Promising stock to orders, and taking promises back.
//!
//! All lines of an order are promised or none. What cannot run out (a digital line without a shelf) is not counted.

use std::time::Duration;

use shared_kernel::{OrderId, Sku, Timestamp};

use super::events::FulfilmentEvent;
use super::kinds::{Kind, Line};
use super::reservation::{Hold, Release, Reservation, ReservationState};
use super::stock_transaction::StockTransaction;

/// An order that was placed and wants its stock held.
#[derive(Debug, Clone)]
pub struct PlacedOrder {
    /// Which.
    pub order: OrderId,
    /// The order of the same cart whose place it takes.
    pub replaces: Option<OrderId>,
    /// What is wanted; every SKU once.
    pub lines: Vec<Line>,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Releases the order that is replaced, then promises all lines or none. An order that is known already (it was
/// answered, or it ended before this message came) changes nothing.
pub fn reserve(transaction: &mut StockTransaction, placed: &PlacedOrder, now: Timestamp) {
    if let Some(older) = placed.replaces.filter(|older| *older != placed.order) {
        release(transaction, older, Release::Replaced, now);
    }
    if transaction.reservation(placed.order).is_some() {
        return;
    }
    let (order, until) = (placed.order, placed.expires_at);
    let wanted: Vec<&Line> = placed.lines.iter().filter(|line| is_counted(transaction, line)).collect();
    let short = shortages(transaction, &wanted);
    if !short.is_empty() {
        transaction.put_reservation(Reservation::new(order, ReservationState::Refused));
        return transaction.emit(FulfilmentEvent::StockRejected { order, short });
    }
    let mut holds = Vec::with_capacity(wanted.len());
    for line in wanted {
        let Some(Ok((item, movement))) =
            transaction.stock(&line.sku).cloned().map(|item| item.reserve(line.units, order, now))
        else {
            continue;
        };
        transaction.put_stock(item, Some(movement));
        holds.push(Hold { sku: line.sku.clone(), units: line.units });
    }
    transaction.put_reservation(Reservation::new(order, ReservationState::Held { holds, until }));
    transaction.emit(FulfilmentEvent::StockReserved { order, until });
}

/// Takes back what an order holds. For [`Release::OrderEnded`] this is final whatever was known before, even nothing:
/// what comes late finds the row and reserves no more.
pub fn release(transaction: &mut StockTransaction, order: OrderId, why: Release, now: Timestamp) {
    let state = transaction.reservation(order).map(|reservation| reservation.state().clone());
    match (state, why) {
        (Some(ReservationState::Held { holds, .. }), _) => give_back(transaction, order, &holds, now),
        (None, _) | (Some(ReservationState::Refused | ReservationState::Released(_)), Release::OrderEnded) => {}
        (Some(ReservationState::Refused | ReservationState::Released(_)), Release::Replaced | Release::Lapsed)
        | (Some(ReservationState::Taken), _) => return,
    }
    transaction.put_reservation(Reservation::new(order, ReservationState::Released(why)));
}

/// The safety net: takes back what is held `grace` after the order's own deadline, because no message will release it
/// then.
pub fn lapse(transaction: &mut StockTransaction, order: OrderId, grace: Duration, now: Timestamp) {
    let until = transaction.reservation(order).and_then(Reservation::until);
    if until.is_some_and(|until| until.plus(grace) <= now) {
        release(transaction, order, Release::Lapsed, now);
    }
}

/// Whether a line can run out: goods always, files only if stock is kept for them.
pub(super) fn is_counted(transaction: &StockTransaction, line: &Line) -> bool {
    match line.kind {
        Kind::Physical => true,
        Kind::Digital => transaction.stock(&line.sku).is_some(),
    }
}

/// Which of the lines cannot be had. Expects every SKU once.
pub(super) fn shortages(transaction: &StockTransaction, lines: &[&Line]) -> Vec<Sku> {
    let lacks = |line: &&&Line| transaction.stock(&line.sku).is_none_or(|item| item.available() < line.units.get());
    lines.iter().filter(lacks).map(|line| line.sku.clone()).collect()
}

pub(super) fn give_back(transaction: &mut StockTransaction, order: OrderId, holds: &[Hold], now: Timestamp) {
    for hold in holds {
        if let Some(item) = transaction.stock(&hold.sku).cloned() {
            let (item, movement) = item.release(hold.units, order, now);
            transaction.put_stock(item, Some(movement));
        }
    }
}
