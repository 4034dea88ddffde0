//! From paid to sent: committing goods to an order, packing, mailing, and the ways to stop it.
//!
//! Goods stay on hand until they leave; what an order has been paid for is committed to it meanwhile.

use std::collections::BTreeSet;

use shared_kernel::{Address, OrderId, Sku, Timestamp};

use super::events::FulfilmentEvent;
use super::kinds::{Consignment, Line};
use super::not_sent::NotSentReason;
use super::refusal::Refusal;
use super::reservation::{Hold, Release, Reservation, ReservationState};
use super::reserving::{give_back, is_counted, release, shortages};
use super::shipping_order::{Item, ShippingOrder, ShippingState};
use super::stock_transaction::StockTransaction;

/// An order whose money has come.
#[derive(Debug, Clone)]
pub struct PaidOrder {
    /// Which.
    pub order: OrderId,
    /// Its number, for people.
    pub number: String,
    /// Where files go.
    pub email: String,
    /// Where parcels go.
    pub address: Option<Address>,
    /// What was paid, in minor units; `None` if the order did not say.
    pub gross_minor: Option<i64>,
    /// What was bought; every SKU once.
    pub lines: Vec<Line>,
}

/// Turns what an order holds into a shipping order and commits the goods to it. If nothing is held any more, commits
/// them if they are still there; if not, answers that there is no stock, so that the money goes back. An order that got
/// this answer, or has ended, gets it again: its money is on the way back, and nothing may leave for it. An order that
/// has its shipping order changes nothing.
pub fn ship(transaction: &mut StockTransaction, paid: &PaidOrder, now: Timestamp) {
    let order = paid.order;
    let (holds, promised) = match transaction.reservation(order).map(Reservation::state) {
        Some(ReservationState::Taken) => return,
        Some(ReservationState::Refused | ReservationState::Released(Release::OrderEnded)) => {
            let short = paid.lines.iter().map(|line| line.sku.clone()).collect();
            return transaction.emit(FulfilmentEvent::StockRejected { order, short });
        }
        Some(ReservationState::Held { holds, .. }) => (holds.clone(), true),
        None | Some(ReservationState::Released(Release::Replaced | Release::Lapsed)) => (Vec::new(), false),
    };
    // A hold that is not exactly what was paid for goes back first, and its line is served like any other.
    let exact = |hold: &Hold| paid.lines.iter().any(|line| line.sku == hold.sku && line.units == hold.units);
    let (exact, odd): (Vec<Hold>, Vec<Hold>) = holds.iter().cloned().partition(exact);
    give_back(transaction, order, &odd, now);
    let is_held = |line: &Line| exact.iter().any(|hold| hold.sku == line.sku);
    // A mailed line that was promised without a shelf stays without one, even if a shelf was made since.
    let unlimited = |line: &Line| !is_counted(transaction, line) || (promised && is_unheld_digital(line, &holds));
    let fresh: Vec<&Line> = paid.lines.iter().filter(|line| !is_held(line) && !unlimited(line)).collect();
    let short = shortages(transaction, &fresh);
    if !short.is_empty() {
        give_back(transaction, order, &exact, now);
        transaction.put_reservation(Reservation::new(order, ReservationState::Refused));
        return transaction.emit(FulfilmentEvent::StockRejected { order, short });
    }
    let from_stock: BTreeSet<Sku> =
        fresh.iter().map(|line| &line.sku).chain(exact.iter().map(|hold| &hold.sku)).cloned().collect();
    take(transaction, order, &exact, &fresh, now);
    open(transaction, paid, &from_stock, now);
}

fn is_unheld_digital(line: &Line, holds: &[Hold]) -> bool {
    line.kind == super::kinds::Kind::Digital && !holds.iter().any(|hold| hold.sku == line.sku)
}

fn take(transaction: &mut StockTransaction, order: OrderId, held: &[Hold], fresh: &[&Line], now: Timestamp) {
    for hold in held {
        if let Some(item) = transaction.stock(&hold.sku).cloned() {
            let (item, movement) = item.commit_reserved(hold.units, order, now);
            transaction.put_stock(item, Some(movement));
        }
    }
    for line in fresh {
        if let Some(Ok((item, movement))) =
            transaction.stock(&line.sku).cloned().map(|item| item.commit(line.units, order, now))
        {
            transaction.put_stock(item, Some(movement));
        }
    }
}

fn open(transaction: &mut StockTransaction, paid: &PaidOrder, from_stock: &BTreeSet<Sku>, now: Timestamp) {
    let order = paid.order;
    let item = |line: &Line| Item::new(line.clone(), from_stock.contains(&line.sku));
    let items: Vec<Item> = paid.lines.iter().map(item).collect();
    let name = (paid.number.clone(), paid.gross_minor);
    let recipient = (paid.email.clone(), paid.address.clone());
    let shipping = ShippingOrder::restore(order, name, recipient, items.clone(), now, ShippingState::Pending);
    let (shipping, deliveries) = shipping.mail_all();
    transaction.put_reservation(Reservation::new(order, ReservationState::Taken));
    transaction.put_shipping(shipping, vec![FulfilmentEvent::ShippingOrderCreated { order, items }]);
    transaction.queue_delivery(deliveries);
}

/// The order has expired, was rejected or was cancelled: nothing is held for it, and what has not left does not leave.
pub fn end(transaction: &mut StockTransaction, order: OrderId, now: Timestamp) {
    release(transaction, order, Release::OrderEnded, now);
    if let Some(stopped) = transaction.shipping(order).cloned().and_then(|shipping| shipping.stop(now)) {
        cancelled(transaction, stopped, now);
    }
}

/// Answers a wish to cancel, each time it is uttered: an order waits for this answer. What was never to be shipped is
/// cancelled by saying so.
pub fn answer_cancellation(transaction: &mut StockTransaction, order: OrderId, now: Timestamp) {
    let Some(shipping) = transaction.shipping(order).cloned() else {
        release(transaction, order, Release::OrderEnded, now);
        return transaction.emit(FulfilmentEvent::ShippingOrderCancelled { order });
    };
    match shipping.cancel_on_request(now) {
        Err(reason) => transaction.emit(FulfilmentEvent::CancellationRefused { order, reason }),
        Ok(stopped) => {
            if !cancelled(transaction, stopped, now) {
                transaction.emit(FulfilmentEvent::ShippingOrderCancelled { order });
            }
        }
    }
}

/// Puts the goods of a stopped order back; says whether that is news.
fn cancelled(transaction: &mut StockTransaction, stopped: ShippingOrder, now: Timestamp) -> bool {
    let order = stopped.order();
    if transaction.shipping(order) == Some(&stopped) {
        return false;
    }
    for (sku, units) in stopped.from_stock() {
        if let Some(item) = transaction.stock(sku).cloned() {
            let (item, movement) = item.uncommit(units, order, now);
            transaction.put_stock(item, Some(movement));
        }
    }
    transaction.put_shipping(stopped, vec![FulfilmentEvent::ShippingOrderCancelled { order }]);
    true
}

/// Sends packed items on their way: those named, or all that are pending.
///
/// # Errors
/// [`Refusal`] when there is no such order, it was cancelled, or what is named cannot be packed.
pub fn dispatch(
    transaction: &mut StockTransaction,
    order: OrderId,
    skus: Option<&BTreeSet<Sku>>,
    consignment: &Consignment,
    now: Timestamp,
) -> Result<(), Refusal> {
    let shipping = transaction.shipping(order).cloned().ok_or(Refusal::NoSuchShippingOrder(order))?;
    let (shipping, events) = shipping.dispatch(skus, consignment, now)?;
    sent(transaction, shipping, events, now);
    Ok(())
}

/// Closes a shipping order without what is pending, and frees those goods for sale again.
///
/// # Errors
/// [`Refusal`] when there is no such order, or everything in it has left.
pub fn close(
    transaction: &mut StockTransaction,
    order: OrderId,
    reason: NotSentReason,
    now: Timestamp,
) -> Result<(), Refusal> {
    let before = transaction.shipping(order).cloned().ok_or(Refusal::NoSuchShippingOrder(order))?;
    let (closed, events) = before.clone().close(reason, now)?;
    if events.is_empty() {
        return Ok(());
    }
    for freed in before.items().iter().filter(|item| item.from_stock && item.is_pending()) {
        if let Some(shelf) = transaction.stock(&freed.sku).cloned() {
            let (shelf, movement) = shelf.uncommit(freed.units, order, now);
            transaction.put_stock(shelf, Some(movement));
        }
    }
    transaction.put_shipping(closed, events);
    Ok(())
}

/// Takes what has left off its shelf.
fn sent(transaction: &mut StockTransaction, shipping: ShippingOrder, events: Vec<FulfilmentEvent>, now: Timestamp) {
    let order = shipping.order();
    for event in &events {
        let FulfilmentEvent::ItemProcessed { sku, .. } = event else { continue };
        let Some(item) = shipping.item(sku).filter(|item| item.from_stock) else { continue };
        if let Some(shelf) = transaction.stock(sku).cloned() {
            let (shelf, movement) = shelf.dispatch(item.units, order, now);
            transaction.put_stock(shelf, Some(movement));
        }
    }
    transaction.put_shipping(shipping, events);
}

/// A file has been mailed.
pub fn mailed(transaction: &mut StockTransaction, order: OrderId, sku: &Sku, now: Timestamp) {
    if let Some(shipping) = transaction.shipping(order).cloned() {
        let (shipping, events) = shipping.mailed(sku, now);
        sent(transaction, shipping, events, now);
    }
}

/// A file that should be mailed has not been uploaded yet.
pub fn wait_for_file(transaction: &mut StockTransaction, order: OrderId, sku: &Sku) {
    if let Some(shipping) = transaction.shipping(order).cloned() {
        transaction.put_shipping(shipping.wait_for_file(sku), Vec::new());
    }
}

/// A file that an item was waiting for has been uploaded.
pub fn file_arrived(transaction: &mut StockTransaction, order: OrderId, sku: &Sku) {
    if let Some(shipping) = transaction.shipping(order).cloned() {
        let (shipping, deliveries) = shipping.file_arrived(sku);
        transaction.put_shipping(shipping, Vec::new());
        transaction.queue_delivery(deliveries);
    }
}
