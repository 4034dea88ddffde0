//! The rows that one decision sees, changes and leaves behind.
//!
//! A store reads the rows inside its write transaction, lets a decision work on this transaction, and writes what
//! [`StockTransaction::finish`] says has changed. It does no arithmetic of its own; it remembers what was read, so that
//! a change is a change of value and nothing else.

use std::collections::BTreeMap;

use shared_kernel::{OrderId, Sku};

use super::counting::ImportedCount;
use super::events::FulfilmentEvent;
use super::reservation::Reservation;
use super::shipping_order::{Delivery, ShippingOrder};
use super::stock::{Movement, StockItem};

/// A row as it was read (`None`: there was none) and as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<T> {
    before: Option<T>,
    now: Option<T>,
}

impl<T: Clone + PartialEq> Row<T> {
    fn read(value: Option<T>) -> Self {
        Self { before: value.clone(), now: value }
    }
    /// Whether the row has to be inserted rather than updated.
    pub fn is_new(&self) -> bool {
        self.before.is_none()
    }
    /// The value to write, if it differs from the one read.
    pub fn changed(&self) -> Option<&T> {
        self.now.as_ref().filter(|now| self.before.as_ref() != Some(*now))
    }
}

/// The rows that one decision works on.
#[derive(Debug, Clone, Default)]
pub struct StockTransaction {
    stock: BTreeMap<Sku, Row<StockItem>>,
    reservations: BTreeMap<OrderId, Row<Reservation>>,
    shipping: BTreeMap<OrderId, Row<ShippingOrder>>,
    count_known: bool,
    request: Option<(i64, String)>,
    count: Option<ImportedCount>,
    movements: Vec<Movement>,
    events: Vec<FulfilmentEvent>,
    deliveries: Vec<Delivery>,
}

/// What a decision leaves to be written, all of it or nothing.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Shelves.
    pub stock: Vec<Row<StockItem>>,
    pub reservations: Vec<Row<Reservation>>,
    pub shipping: Vec<Row<ShippingOrder>>,
    /// The imported count that has now had its effect.
    pub count: Option<ImportedCount>,
    /// One for each change of a shelf.
    pub movements: Vec<Movement>,
    /// Facts, in the order in which they happened.
    pub events: Vec<FulfilmentEvent>,
    /// Files to be mailed.
    pub deliveries: Vec<Delivery>,
}

impl StockTransaction {
    /// Loads a shelf, or the fact that there is none.
    pub fn load_stock(&mut self, sku: Sku, item: Option<StockItem>) {
        self.stock.insert(sku, Row::read(item));
    }

    /// Loads what is known of an order.
    pub fn load_order(&mut self, order: OrderId, held: Option<Reservation>, shipping: Option<ShippingOrder>) {
        self.reservations.insert(order, Row::read(held));
        self.shipping.insert(order, Row::read(shipping));
    }

    /// Says that the imported count in question has had its effect before.
    pub fn mark_count_applied(&mut self) {
        self.count_known = true;
    }

    /// Says that under the key in question this many were added (or taken off) before, and why.
    pub fn mark_request_applied(&mut self, quantity: i64, reason: String) {
        self.request = Some((quantity, reason));
    }

    /// The SKUs that the loaded orders hold or ship: their shelves have to be loaded as well.
    pub fn skus_of_orders(&self) -> Vec<Sku> {
        let held = self.reservations.values().filter_map(|row| row.now.as_ref());
        let held = held.flat_map(|reservation| reservation.holds().iter().map(|hold| hold.sku.clone()));
        let shipped = self.shipping.values().filter_map(|row| row.now.as_ref());
        let shipped = shipped.flat_map(|order| order.from_stock().map(|(sku, _)| sku.clone()));
        held.chain(shipped).collect()
    }

    /// A shelf.
    pub fn stock(&self, sku: &Sku) -> Option<&StockItem> {
        self.stock.get(sku).and_then(|row| row.now.as_ref())
    }

    /// What an order holds.
    pub fn reservation(&self, order: OrderId) -> Option<&Reservation> {
        self.reservations.get(&order).and_then(|row| row.now.as_ref())
    }

    /// What has to be sent for an order.
    pub fn shipping(&self, order: OrderId) -> Option<&ShippingOrder> {
        self.shipping.get(&order).and_then(|row| row.now.as_ref())
    }

    pub(super) fn is_count_applied(&self) -> bool {
        self.count_known
    }

    pub(super) fn applied_request(&self) -> Option<(i64, &str)> {
        self.request.as_ref().map(|(quantity, reason)| (*quantity, reason.as_str()))
    }

    pub(super) fn count_applied(&mut self, count: ImportedCount) {
        self.count = Some(count);
    }

    pub(super) fn put_stock(&mut self, item: StockItem, movement: Option<Movement>) {
        let row = self.stock.entry(item.sku().clone()).or_insert_with(|| Row::read(None));
        row.now = Some(item);
        self.movements.extend(movement);
    }

    pub(super) fn put_reservation(&mut self, reservation: Reservation) {
        let row = self.reservations.entry(reservation.order()).or_insert_with(|| Row::read(None));
        row.now = Some(reservation);
    }

    pub(super) fn put_shipping(&mut self, order: ShippingOrder, events: Vec<FulfilmentEvent>) {
        let row = self.shipping.entry(order.order()).or_insert_with(|| Row::read(None));
        row.now = Some(order);
        self.events.extend(events);
    }

    pub(super) fn emit(&mut self, event: FulfilmentEvent) {
        self.events.push(event);
    }

    pub(super) fn queue_delivery(&mut self, deliveries: impl IntoIterator<Item = Delivery>) {
        self.deliveries.extend(deliveries);
    }

    /// What has to be written. Says once for each SKU what lies there and how many may still be sold, if either has changed.
    pub fn finish(self) -> Changes {
        let stock: Vec<_> = self.stock.into_values().filter(|row| row.changed().is_some()).collect();
        let mut events = self.events;
        let published = |item: &StockItem| (item.on_hand(), item.available());
        for row in &stock {
            let before = row.before.as_ref().map(published);
            let changed = row.changed().filter(|item| before != Some(published(item)));
            events.extend(changed.map(|item| FulfilmentEvent::StockChanged(item.clone())));
        }
        Changes {
            stock,
            reservations: self.reservations.into_values().filter(|row| row.changed().is_some()).collect(),
            shipping: self.shipping.into_values().filter(|row| row.changed().is_some()).collect(),
            count: self.count,
            movements: self.movements,
            events,
            deliveries: self.deliveries,
        }
    }
}

impl Changes {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.stock.is_empty()
            && self.reservations.is_empty()
            && self.shipping.is_empty()
            && self.count.is_none()
            && self.movements.is_empty()
            && self.events.is_empty()
            && self.deliveries.is_empty()
    }
}
