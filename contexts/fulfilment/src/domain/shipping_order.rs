//! What has to leave the house for one paid order.
//!
//! Items go from pending to processed, one by one; the order is processed as a whole when none is pending. Nothing is
//! ever un-processed. What staff decides not to send any more counts as done, too. Stock is not touched here: [`super::shipping`] does that beside it.

use std::collections::BTreeSet;

use shared_kernel::{Address, OrderId, Sku, Timestamp};

use super::events::FulfilmentEvent;
use super::kinds::{Consignment, Kind, Line, Units};
use super::not_sent::{NotSent, NotSentReason};
use super::refusal::Refusal;

/// Where an item stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemState {
    /// To be packed, or about to be mailed.
    Pending,
    /// To be mailed, but the file is not uploaded yet. Counts as pending.
    WaitingForFile,
    /// It has left.
    Processed {
        /// When.
        at: Timestamp,
        /// With whom; `None` for what was mailed.
        consignment: Option<Consignment>,
    },
    /// It will not leave: staff closed the order without it.
    NotSent {
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: NotSentReason,
    },
}

/// One line of a shipping order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What.
    pub sku: Sku,
    /// What to call it.
    pub title: String,
    /// Packed or mailed.
    pub kind: Kind,
    /// How many.
    pub units: Units,
    /// Whether the units come from a shelf: they are committed there until the item leaves or the order is cancelled.
    pub from_stock: bool,
    /// How often its mailing was asked for; numbers the tasks.
    pub mailings: u32,
    /// Where it stands.
    pub state: ItemState,
}

impl Item {
    pub(super) fn new(line: Line, from_stock: bool) -> Self {
        let Line { sku, title, kind, units } = line;
        Self { sku, title, kind, units, from_stock, mailings: 0, state: ItemState::Pending }
    }

    /// Whether it has still to leave.
    pub fn is_pending(&self) -> bool {
        match self.state {
            ItemState::Pending | ItemState::WaitingForFile => true,
            ItemState::Processed { .. } | ItemState::NotSent { .. } => false,
        }
    }

    /// Whether it has left.
    pub fn has_left(&self) -> bool {
        matches!(self.state, ItemState::Processed { .. })
    }
}

/// Where a shipping order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShippingState {
    /// Something has still to leave.
    Pending,
    /// Nothing is left to be sent: each item has left, or staff decided not to send it.
    Processed(Timestamp),
    /// Nothing leaves.
    Cancelled(Timestamp),
}

/// A file that has to be mailed: the `number`th attempt to get one item of one order on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub order: OrderId,
    /// Which item.
    pub sku: Sku,
    /// From 1.
    pub number: u32,
}

/// A shipping order. Each order has at most one, so it is known by the order's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShippingOrder {
    order: OrderId,
    number: String,
    gross_minor: Option<i64>,
    email: String,
    address: Option<Address>,
    items: Vec<Item>,
    created_at: Timestamp,
    state: ShippingState,
}

impl ShippingOrder {
    /// A shipping order as it was made or remembered: of the order of this number, paid with so much.
    pub fn restore(
        order: OrderId,
        (number, gross_minor): (String, Option<i64>),
        recipient: (String, Option<Address>),
        items: Vec<Item>,
        created_at: Timestamp,
        state: ShippingState,
    ) -> Self {
        let (email, address) = recipient;
        Self { order, number, gross_minor, email, address, items, created_at, state }
    }

    pub fn order(&self) -> OrderId {
        self.order
    }
    /// The order's number, for people.
    pub fn number(&self) -> &str {
        &self.number
    }
    /// What the order was paid with, in minor units; `None` if unknown.
    pub fn gross_minor(&self) -> Option<i64> {
        self.gross_minor
    }
    /// Where files are mailed to.
    pub fn email(&self) -> &str {
        &self.email
    }
    /// Where parcels go.
    pub fn address(&self) -> Option<&Address> {
        self.address.as_ref()
    }
    /// What leaves.
    pub fn items(&self) -> &[Item] {
        &self.items
    }
    /// Since when.
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }
    /// Where it stands.
    pub fn state(&self) -> ShippingState {
        self.state
    }
    pub fn item(&self, sku: &Sku) -> Option<&Item> {
        self.items.iter().find(|item| item.sku == *sku)
    }

    /// How many units of one SKU lie on the shelf for this order.
    pub fn committed(&self, sku: &Sku) -> i64 {
        let open = self.state == ShippingState::Pending;
        let lies_there = |item: &&Item| open && item.sku == *sku && item.from_stock && item.is_pending();
        self.items.iter().filter(lies_there).map(|item| item.units.get()).sum()
    }

    /// Whether something is left to be packed.
    pub fn can_be_dispatched(&self) -> bool {
        let packed = |item: &Item| item.kind == Kind::Physical && item.is_pending();
        self.state == ShippingState::Pending && self.items.iter().any(packed)
    }

    /// Whether some of it has left and some will not.
    pub fn is_partly_sent(&self) -> bool {
        self.items.iter().any(Item::has_left) && !self.items.iter().all(Item::has_left)
    }

    /// What comes from which shelf.
    pub fn from_stock(&self) -> impl Iterator<Item = (&Sku, Units)> {
        self.items.iter().filter(|item| item.from_stock).map(|item| (&item.sku, item.units))
    }

    /// Sends packed items on their way: those named, or all that are pending. What has left already is ignored.
    ///
    /// # Errors
    /// [`Refusal`] when the order was cancelled or closed, or what is named cannot be packed.
    pub fn dispatch(
        mut self,
        skus: Option<&BTreeSet<Sku>>,
        consignment: &Consignment,
        at: Timestamp,
    ) -> Result<(Self, Vec<FulfilmentEvent>), Refusal> {
        if let ShippingState::Cancelled(_) = self.state {
            return Err(Refusal::AlreadyCancelled);
        }
        for sku in skus.into_iter().flatten() {
            let item = self.item(sku).ok_or_else(|| Refusal::UnknownItem(sku.clone()))?;
            if item.kind == Kind::Digital {
                return Err(Refusal::NotPhysical(sku.clone()));
            }
        }
        if self.items.iter().all(|item| item.kind == Kind::Digital) {
            return Err(Refusal::NothingToPack);
        }
        let mut events = Vec::new();
        let chosen = |item: &Item| item.kind == Kind::Physical && skus.is_none_or(|skus| skus.contains(&item.sku));
        let left_out = |item: &&Item| chosen(item) && matches!(item.state, ItemState::NotSent { .. });
        if let Some(item) = self.items.iter().find(left_out) {
            return Err(Refusal::ClosedWithout(item.sku.clone()));
        }
        for item in self.items.iter_mut().filter(|item| chosen(item)).filter(|item| item.is_pending()) {
            item.state = ItemState::Processed { at, consignment: Some(consignment.clone()) };
            events.push(processed(self.order, item, at));
        }
        Ok(self.closed(events, at))
    }

    /// A file has been mailed. Repeats, and items of a cancelled order, are ignored.
    pub fn mailed(mut self, sku: &Sku, at: Timestamp) -> (Self, Vec<FulfilmentEvent>) {
        let mut events = Vec::new();
        if let ShippingState::Pending = self.state {
            let order = self.order;
            for item in self.mailable(sku).filter(|item| item.is_pending()) {
                item.state = ItemState::Processed { at, consignment: None };
                events.push(processed(order, item, at));
            }
        }
        self.closed(events, at)
    }

    /// Asks for the mailing of everything that is mailed.
    pub fn mail_all(mut self) -> (Self, Vec<Delivery>) {
        let order = self.order;
        let digital = self.items.iter_mut().filter(|item| item.kind == Kind::Digital && item.is_pending());
        let deliveries = digital.map(|item| next_mailing(order, item)).collect();
        (self, deliveries)
    }

    /// The file is not uploaded yet.
    pub fn wait_for_file(mut self, sku: &Sku) -> Self {
        if let ShippingState::Pending = self.state {
            for item in self.mailable(sku).filter(|item| item.state == ItemState::Pending) {
                item.state = ItemState::WaitingForFile;
            }
        }
        self
    }

    /// The file is there now: asks for the mailing again, if the item was waiting for it.
    pub fn file_arrived(mut self, sku: &Sku) -> (Self, Vec<Delivery>) {
        let (order, open) = (self.order, self.state == ShippingState::Pending);
        let waiting = self.mailable(sku).filter(|item| open && item.state == ItemState::WaitingForFile);
        let deliveries = waiting.map(|item| next_mailing(order, item)).collect();
        (self, deliveries)
    }

    /// A buyer asks to stop the order: only while nothing has left, and nothing goes by mail.
    ///
    /// # Errors
    /// Why it is too late, for people.
    pub fn cancel_on_request(self, at: Timestamp) -> Result<Self, &'static str> {
        if let ShippingState::Cancelled(_) = self.state {
            return Ok(self);
        }
        if self.items.iter().any(|item| item.kind == Kind::Digital) {
            return Err("a digital item cannot be taken back");
        }
        self.stop(at).ok_or("an item has already been sent")
    }

    /// The order was cancelled elsewhere: stops it while nothing has left. `None` when it is too late.
    pub fn stop(mut self, at: Timestamp) -> Option<Self> {
        if self.items.iter().any(|item| !item.is_pending()) {
            return None;
        }
        if let ShippingState::Pending = self.state {
            self.state = ShippingState::Cancelled(at);
        }
        Some(self)
    }

    /// Staff closes the order without what is pending: those items are not sent. An order of which nothing has left is
    /// cancelled as a whole. An order that was closed like this, or cancelled, stays as it is.
    pub fn close(mut self, reason: NotSentReason, at: Timestamp) -> Result<(Self, Vec<FulfilmentEvent>), Refusal> {
        let order = self.order;
        match self.state {
            ShippingState::Processed(_) if self.items.iter().all(Item::has_left) => {
                return Err(Refusal::NothingToClose);
            }
            ShippingState::Processed(_) | ShippingState::Cancelled(_) => return Ok((self, Vec::new())),
            ShippingState::Pending => {}
        }
        if !self.items.iter().any(Item::has_left) {
            self.state = ShippingState::Cancelled(at);
            return Ok((self, vec![FulfilmentEvent::ShippingOrderCancelled { order }]));
        }
        let mut items = Vec::new();
        for item in self.items.iter_mut().filter(|item| item.is_pending()) {
            item.state = ItemState::NotSent { at, reason };
            items.push(item.clone());
        }
        self.state = ShippingState::Processed(at);
        let not_sent = Some(NotSent { items, reason });
        Ok((self, vec![FulfilmentEvent::ShippingOrderProcessed { order, at, not_sent }]))
    }

    fn mailable(&mut self, sku: &Sku) -> impl Iterator<Item = &mut Item> {
        self.items.iter_mut().filter(move |item| item.kind == Kind::Digital && item.sku == *sku)
    }

    fn closed(mut self, mut events: Vec<FulfilmentEvent>, at: Timestamp) -> (Self, Vec<FulfilmentEvent>) {
        if self.state == ShippingState::Pending && !self.items.iter().any(Item::is_pending) {
            self.state = ShippingState::Processed(at);
            events.push(FulfilmentEvent::ShippingOrderProcessed { order: self.order, at, not_sent: None });
        }
        (self, events)
    }
}

fn next_mailing(order: OrderId, item: &mut Item) -> Delivery {
    item.state = ItemState::Pending;
    item.mailings += 1;
    Delivery { order, sku: item.sku.clone(), number: item.mailings }
}

fn processed(order: OrderId, item: &Item, at: Timestamp) -> FulfilmentEvent {
    let consignment = match &item.state {
        ItemState::Processed { consignment, .. } => consignment.clone(),
        ItemState::Pending | ItemState::WaitingForFile | ItemState::NotSent { .. } => None,
    };
    FulfilmentEvent::ItemProcessed { order, sku: item.sku.clone(), kind: item.kind, units: item.units, consignment, at }
}
