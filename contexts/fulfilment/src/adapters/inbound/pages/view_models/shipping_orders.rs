//! `/admin/shipping-orders` and one of them.

use askama::Template;
use chassis::web::PageFrame;
use shared_kernel::Address;

use super::super::{messages, paths};
use super::TimeZone;
use crate::application::ShippingOrderWithRefund;
use crate::domain::{Item, ItemState, Kind, NotSentReason, ShippingOrder, ShippingState};

#[derive(Template)]
#[template(path = "fulfilment/shipping_orders.html")]
pub(crate) struct ShippingOrdersPage {
    pub frame: PageFrame,
    pub filters: Vec<FilterTab>,
    pub orders: Vec<ShippingOrderRow>,
    pub next: Option<String>,
}

pub(crate) struct FilterTab {
    pub value: &'static str,
    pub label: &'static str,
    pub chosen: bool,
}

pub(crate) struct ShippingOrderRow {
    href: String,
    number: String,
    created: String,
    recipient: String,
    contents: String,
    status: &'static str,
    badge: &'static str,
    refunded: Option<&'static str>,
    waits_for_file: bool,
}

impl ShippingOrderRow {
    pub(crate) fn new(ShippingOrderWithRefund { order, refunded }: &ShippingOrderWithRefund, zone: &TimeZone) -> Self {
        let (status, badge) = messages::status(order.state());
        let count =
            |kind: Kind| order.items().iter().filter(|item| item.kind == kind).map(|item| item.units.get()).sum();
        let recipient = order.address().map_or(order.email(), |address| address.name());
        Self {
            href: paths::shipping_order(order.order()),
            number: order.number().to_owned(),
            created: zone.moment(order.created_at()),
            recipient: recipient.to_owned(),
            contents: messages::contents(count(Kind::Physical), count(Kind::Digital)),
            status,
            badge,
            refunded: refunded.map(messages::refunded),
            waits_for_file: order.items().iter().any(|item| item.state == ItemState::WaitingForFile),
        }
    }
}

#[derive(Template)]
#[template(path = "fulfilment/shipping_order.html")]
pub(crate) struct ShippingOrderPage {
    frame: PageFrame,
    id: String,
    path: String,
    number: String,
    created: String,
    status: &'static str,
    badge: &'static str,
    /// How much of its money went back.
    refunded: Option<&'static str>,
    email: String,
    label: Vec<String>,
    items: Vec<ItemRow>,
    can_dispatch: bool,
    can_close: bool,
    has_left: bool,
    reasons: [NotSentReason; NotSentReason::ALL.len()],
    missing_files: Vec<ItemRow>,
}

struct ItemRow {
    sku: String,
    title: String,
    kind: &'static str,
    quantity: i64,
    status: &'static str,
    badge: &'static str,
    sent: Option<String>,
    can_be_packed: bool,
}

impl ShippingOrderPage {
    pub(crate) fn new(frame: PageFrame, shown: &ShippingOrderWithRefund, zone: &TimeZone) -> Self {
        let ShippingOrderWithRefund { order, refunded } = shown;
        let (status, badge) = messages::status(order.state());
        let open = order.state() == ShippingState::Pending;
        let waits = |item: &&Item| open && item.state == ItemState::WaitingForFile;
        Self {
            frame,
            id: order.order().to_string(),
            path: paths::shipping_order(order.order()),
            number: order.number().to_owned(),
            created: zone.moment(order.created_at()),
            status,
            badge,
            refunded: refunded.map(messages::refunded),
            email: order.email().to_owned(),
            label: order.address().map(Address::label).unwrap_or_default(),
            can_dispatch: order.can_be_dispatched(),
            can_close: open,
            has_left: order.items().iter().any(Item::has_left),
            reasons: NotSentReason::ALL,
            missing_files: rows(order, waits, zone),
            items: rows(order, |_| true, zone),
        }
    }
}

fn rows(order: &ShippingOrder, shown: impl Fn(&&Item) -> bool, zone: &TimeZone) -> Vec<ItemRow> {
    let open = order.state() == ShippingState::Pending;
    order.items().iter().filter(shown).map(|item| ItemRow::new(item, open, zone)).collect()
}

impl ItemRow {
    fn new(item: &Item, open: bool, zone: &TimeZone) -> Self {
        let (status, badge) = messages::item_status(&item.state);
        Self {
            sku: item.sku.to_string(),
            title: item.title.clone(),
            kind: match item.kind {
                Kind::Physical => "Parcel",
                Kind::Digital => "E-mail",
            },
            quantity: item.units.get(),
            status,
            badge,
            sent: sent(&item.state, zone),
            can_be_packed: open && item.kind == Kind::Physical && item.is_pending(),
        }
    }
}

fn sent(state: &ItemState, zone: &TimeZone) -> Option<String> {
    match state {
        ItemState::Processed { at, consignment: Some(with) } => {
            let tracking = with.tracking().map(|tracking| format!(", {tracking}")).unwrap_or_default();
            Some(format!("{} by {}{tracking}", zone.moment(*at), with.carrier()))
        }
        ItemState::Processed { at, consignment: None } => Some(format!("{} by e-mail", zone.moment(*at))),
        ItemState::NotSent { at, reason } => Some(format!("{}, {}", zone.moment(*at), reason.words())),
        ItemState::Pending | ItemState::WaitingForFile => None,
    }
}
