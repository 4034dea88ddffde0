//! The fulfilment axis: what fulfilment has said it did, item by item.

use shared_kernel::{Sku, Timestamp};

use super::{AttentionReason, HistoryKind, Order, OrderEvent, OrderState, PaymentAxis, Transition};
use crate::domain::price_list::Kind;

/// What fulfilment has said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fulfilment {
    started: bool,
    cancelled: bool,
    items: Vec<FulfilmentItem>,
    completed_at: Option<Timestamp>,
}

/// How something travels, as fulfilment says. Nothing of it is known of an e-mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tracking {
    /// Who carries it.
    pub carrier: Option<String>,
    /// Under which number to follow it.
    pub number: Option<String>,
}

/// One item of the shipping order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FulfilmentItem {
    /// Which thing.
    pub sku: Sku,
    /// Parcel or e-mail.
    pub kind: Kind,
    /// How many.
    pub quantity: u32,
    /// When it left; `None` while pending or if it is not sent.
    pub processed_at: Option<Timestamp>,
    pub tracking: Tracking,
    /// Since when it is certain that it will not be sent.
    pub not_sent_at: Option<Timestamp>,
}

impl FulfilmentItem {
    /// An item that has still to leave.
    pub fn pending(sku: Sku, kind: Kind, quantity: u32) -> Self {
        let tracking = Tracking::default();
        Self { sku, kind, quantity, processed_at: None, tracking, not_sent_at: None }
    }

    const fn is_pending(&self) -> bool {
        self.processed_at.is_none() && self.not_sent_at.is_none()
    }
}

/// Fulfilment says that it will not send the rest of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotSent {
    pub items: Vec<(Sku, Kind, u32)>,
    /// Why, as fulfilment names it.
    pub reason: Option<String>,
}

/// Fulfilment says that an item left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessedItem {
    /// Which thing.
    pub sku: Sku,
    /// Parcel or e-mail.
    pub kind: Kind,
    /// How many.
    pub quantity: u32,
    pub tracking: Tracking,
    /// When it left.
    pub at: Timestamp,
}

/// A parcel (or mail) that left: items that left together, with the same carrier and tracking number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipment {
    pub tracking: Tracking,
    /// When it left.
    pub at: Timestamp,
    /// What is in it.
    pub items: Vec<(Sku, u32)>,
}

/// The fulfilment axis in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FulfilmentStatus {
    NotStarted,
    Pending,
    PartiallyProcessed,
    Processed,
    Cancelled,
}

impl FulfilmentStatus {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::NotStarted, Self::Pending, Self::PartiallyProcessed, Self::Processed, Self::Cancelled];

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotStarted => "not_started",
            Self::Pending => "pending",
            Self::PartiallyProcessed => "partially_processed",
            Self::Processed => "processed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Fulfilment {
    /// Rebuilds it from storage.
    pub const fn restore(
        started: bool,
        cancelled: bool,
        items: Vec<FulfilmentItem>,
        completed_at: Option<Timestamp>,
    ) -> Self {
        Self { started, cancelled, items, completed_at }
    }

    /// Whether there is a shipping order.
    pub const fn is_started(&self) -> bool {
        self.started
    }
    pub fn items(&self) -> &[FulfilmentItem] {
        &self.items
    }
    /// Whether nothing will be sent.
    pub const fn is_cancelled(&self) -> bool {
        self.cancelled
    }
    /// Since when nothing is left to be sent.
    pub const fn completed_at(&self) -> Option<Timestamp> {
        self.completed_at
    }
    /// Whether anything has left.
    pub fn has_processed(&self) -> bool {
        self.items.iter().any(|item| item.processed_at.is_some())
    }

    /// The axis in one word.
    pub fn status(&self) -> FulfilmentStatus {
        let rest = self.items.iter().any(|item| item.processed_at.is_none());
        match (self.cancelled, self.started || !self.items.is_empty(), self.has_processed(), rest) {
            (true, ..) => FulfilmentStatus::Cancelled,
            (false, false, ..) => FulfilmentStatus::NotStarted,
            (false, true, true, true) => FulfilmentStatus::PartiallyProcessed,
            (false, true, true, false) => FulfilmentStatus::Processed,
            (false, true, false, _) if self.completed_at.is_some() => FulfilmentStatus::Processed,
            (false, true, false, _) => FulfilmentStatus::Pending,
        }
    }

    /// What has still to leave.
    pub fn pending(&self) -> impl Iterator<Item = &FulfilmentItem> {
        self.items.iter().filter(|item| item.is_pending())
    }

    /// What will not be sent.
    pub fn not_sent(&self) -> impl Iterator<Item = &FulfilmentItem> {
        self.items.iter().filter(|item| item.not_sent_at.is_some())
    }

    /// How many of a line have left.
    pub fn sent(&self, sku: &Sku, kind: Kind) -> u32 {
        let left = |item: &&FulfilmentItem| item.sku == *sku && item.kind == kind && item.processed_at.is_some();
        self.items.iter().filter(left).map(|item| item.quantity).sum()
    }

    /// How many of a line will not be sent.
    pub fn left_out(&self, sku: &Sku, kind: Kind) -> u32 {
        self.not_sent().filter(|item| item.sku == *sku && item.kind == kind).map(|item| item.quantity).sum()
    }

    /// What has left, parcel by parcel.
    pub fn shipments(&self) -> Vec<Shipment> {
        let mut shipments: Vec<Shipment> = Vec::new();
        for item in &self.items {
            let Some(at) = item.processed_at else { continue };
            let entry = (item.sku.clone(), item.quantity);
            let same = |parcel: &&mut Shipment| (parcel.at, &parcel.tracking) == (at, &item.tracking);
            match shipments.iter_mut().find(same) {
                Some(parcel) => parcel.items.push(entry),
                None => shipments.push(Shipment { tracking: item.tracking.clone(), at, items: vec![entry] }),
            }
        }
        shipments
    }

    /// Everything left in another shop, which did not say in which parcels.
    pub fn done_elsewhere(at: Timestamp) -> Self {
        Self { started: true, completed_at: Some(at), ..Self::default() }
    }

    /// Nothing was to leave in another shop.
    pub fn never_due() -> Self {
        Self { cancelled: true, ..Self::default() }
    }

    pub(super) fn cancel(&mut self) {
        self.cancelled = true;
    }

    fn all_left_at(&self) -> Option<Timestamp> {
        let all = self.items.iter().map(|item| item.processed_at).collect::<Option<Vec<_>>>();
        self.completed_at.or_else(|| all.filter(|_| self.started).and_then(|times| times.into_iter().max()))
    }
}

impl Order {
    /// Fulfilment has taken the order up, with these items.
    pub fn shipping_order_created(mut self, items: Vec<FulfilmentItem>, now: Timestamp) -> Transition {
        if self.fulfilment.started {
            return Transition::nothing(self);
        }
        self.fulfilment.started = true;
        for item in items {
            let known = |have: &FulfilmentItem| have.sku == item.sku && have.kind == item.kind;
            if !self.fulfilment.items.iter().any(known) {
                self.fulfilment.items.push(item);
            }
        }
        self.clear_attention(&[AttentionReason::NotFulfilled]);
        Transition::changed(self)
            .with_history(HistoryKind::ShippingOrderCreated, None, now)
            .then(|order| order.after_fulfilment(now))
    }

    /// An item has left.
    pub fn item_processed(mut self, item: ProcessedItem, now: Timestamp) -> Transition {
        let ProcessedItem { sku, kind, quantity, tracking, at } = item;
        let note = tracking.number.as_ref().map_or_else(|| sku.to_string(), |number| format!("{sku}, {number}"));
        let items = &mut self.fulfilment.items;
        match items.iter_mut().find(|have| have.sku == sku && have.kind == kind) {
            Some(have) if have.processed_at.is_some() => return Transition::nothing(self),
            Some(have) => {
                (have.processed_at, have.not_sent_at, have.tracking) = (Some(at), None, tracking);
            }
            None => {
                let item = FulfilmentItem::pending(sku, kind, quantity);
                items.push(FulfilmentItem { processed_at: Some(at), tracking, ..item });
            }
        }
        Transition::changed(self)
            .with_history(HistoryKind::ItemProcessed, note, now)
            .then(|order| order.after_fulfilment(now))
    }

    /// Nothing is left to be sent: every item has left, but for those in `not_sent`.
    pub fn shipping_order_processed(mut self, at: Timestamp, not_sent: Option<NotSent>, now: Timestamp) -> Transition {
        if self.fulfilment.completed_at.is_some() {
            return Transition::nothing(self);
        }
        self.fulfilment.completed_at = Some(at);
        let note = not_sent.as_ref().map(not_sent_note);
        for (sku, kind, quantity) in not_sent.into_iter().flat_map(|not_sent| not_sent.items) {
            let items = &mut self.fulfilment.items;
            match items.iter_mut().find(|have| have.sku == sku && have.kind == kind) {
                Some(have) if have.processed_at.is_some() => {}
                Some(have) => have.not_sent_at = Some(at),
                None => {
                    let item = FulfilmentItem::pending(sku, kind, quantity);
                    items.push(FulfilmentItem { not_sent_at: Some(at), ..item });
                }
            }
        }
        let changed = Transition::changed(self);
        let changed = match note {
            Some(note) => changed.with_history(HistoryKind::ShippingOrderCancelled, note, now),
            None => changed,
        };
        changed.then(|order| order.after_fulfilment(now))
    }

    /// Whether a part has left and the rest is still to come.
    pub fn is_partly_shipped(&self) -> bool {
        let under_way = matches!(self.state, OrderState::Paid(_) | OrderState::Shipped { .. });
        under_way && self.fulfilment.status() == FulfilmentStatus::PartiallyProcessed
    }

    /// Whether all of its money went back while something of it is still to be sent. A refund stops no parcel: somebody
    /// has to decide.
    pub fn is_refunded_and_unsent(&self) -> bool {
        let under_way = matches!(self.state, OrderState::Paid(_) | OrderState::Shipped { .. });
        let axis = self.payment_axis();
        let unsent = !matches!(self.fulfilment.status(), FulfilmentStatus::Processed | FulfilmentStatus::Cancelled);
        under_way && axis == PaymentAxis::Refunded && unsent
    }

    fn after_fulfilment(self, now: Timestamp) -> Transition {
        match &self.state {
            OrderState::Paid(_) | OrderState::Shipped { .. } | OrderState::Completed { .. } => self.advance(now),
            // The refusal of the cancellation is on its way, and will bring the order forward.
            OrderState::CancelPending { .. } => Transition::nothing(self),
            OrderState::AwaitingStock { .. }
            | OrderState::AwaitingPayment { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Rejected { .. }
            | OrderState::Expired { .. } => {
                if self.fulfilment.has_processed() {
                    self.needs_attention(AttentionReason::ShippedUnpaid, now)
                } else {
                    Transition::nothing(self)
                }
            }
        }
    }

    /// Brings a paid order as far forward as its items allow: Shipped when a parcel left, Completed when all did.
    pub(super) fn advance(mut self, now: Timestamp) -> Transition {
        let (paid, shipped) = match &self.state {
            OrderState::Paid(paid) => (paid.clone(), false),
            OrderState::Shipped { paid, .. } => (paid.clone(), true),
            OrderState::AwaitingStock { .. }
            | OrderState::AwaitingPayment { .. }
            | OrderState::Completed { .. }
            | OrderState::CancelPending { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Rejected { .. }
            | OrderState::Expired { .. } => return Transition::nothing(self),
        };
        if let Some(completed_at) = self.fulfilment.all_left_at() {
            self.enter(OrderState::Completed { paid, completed_at }, now);
            return Transition::changed(self)
                .with_history(HistoryKind::Completed, None, now)
                .event(OrderEvent::Completed { at: completed_at });
        }
        let parcel = |item: &&FulfilmentItem| item.kind == Kind::Physical && item.processed_at.is_some();
        match self.fulfilment.items.iter().find(parcel).and_then(|item| item.processed_at) {
            Some(shipped_at) if !shipped => {
                self.enter(OrderState::Shipped { paid, shipped_at }, now);
                Transition::changed(self)
            }
            Some(_) | None => Transition::nothing(self),
        }
    }
}

/// Such as `not sent: KEA-14-32 × 2 (out of stock)`.
fn not_sent_note(NotSent { items, reason }: &NotSent) -> String {
    let items: Vec<String> = items.iter().map(|(sku, _, quantity)| format!("{sku} × {quantity}")).collect();
    let reason = reason.as_ref().map(|reason| format!(" ({})", reason.replace('_', " "))).unwrap_or_default();
    format!("not sent: {}{reason}", items.join(", "))
}
