//! One order: for its buyer, and for the staff.

use askama::Template;
use chassis::Site;
use chassis::web::PageFrame;
use shared_kernel::{Address, Sku};

use super::{LineView, PictureView, TotalsView};
use crate::adapters::inbound::pages::format::{DisplayTime, when};
use crate::adapters::inbound::pages::messages::{attention_words, refund_reason_words};
use crate::adapters::inbound::pages::messages::{
    dispute_words, fulfilment_words, payment_words, refund_words, refunded, status_words,
};
use crate::domain::{Attention, Dispute, DisputeStatus, HistoryEntry, Order, Origin, Reason, Refund, Shipment};

#[derive(Template)]
#[template(path = "order/order.html")]
pub(crate) struct OrderPage {
    pub frame: PageFrame,
    pub order: OrderView,
    pub notice: Option<String>,
    pub pay_href: Option<String>,
    pub can_cancel: bool,
    pub idempotency_key: String,
}

#[derive(Template)]
#[template(path = "order/admin_order.html")]
pub(crate) struct AdminOrderPage {
    pub frame: PageFrame,
    pub order: OrderView,
    /// The most that may be given back; nothing when there is nothing.
    pub refundable: Option<String>,
    /// All of its money went back, and something is still to be sent.
    pub refunded_unsent: bool,
    pub can_cancel: bool,
    pub can_check_payment: bool,
    pub currency: &'static str,
    pub idempotency_key: String,
    /// The id of the trace in which it was placed, where traces are recorded.
    pub trace: Option<String>,
}

/// What the buyer's and the shop's page of an order have in common.
pub(crate) struct OrderView {
    pub id: String,
    pub number: String,
    pub email: String,
    pub status: StatusView,
    pub refunded: Option<&'static str>,
    pub placed: DisplayTime,
    pub lines: Vec<LineView>,
    pub totals: TotalsView,
    /// Empty when nothing is shipped.
    pub address_label: Vec<String>,
    /// What stands in place of an address that is not there.
    pub no_address: String,
    pub fulfilment: String,
    /// What has still to be sent, once a part has been.
    pub to_come: Option<String>,
    /// What will not be sent, after all.
    pub not_sent: Option<String>,
    pub shipments: Vec<ShipmentView>,
    pub payment: String,
    pub intent: Option<String>,
    pub refunds: Vec<String>,
    /// In words, oldest first.
    pub disputes: Vec<String>,
    pub history: Vec<StepView>,
    pub attention: Vec<AttentionView>,
}

impl OrderView {
    /// An order, whole.
    pub(crate) fn new(order: &Order, site: &Site) -> Self {
        let (history, parcels) = (order.history().iter(), order.fulfilment().shipments());
        let step = |entry: &HistoryEntry| StepView { at: when(entry.at, &site.time_zone), text: entry.words() };
        let paid_with = order.state().paid_by().and_then(|paid| paid.intent.as_ref());
        let latest = order.payable().or(order.payments().last()).map(|payment| &payment.intent);
        Self {
            id: order.id().to_string(),
            number: order.number().to_string(),
            email: buyer(order),
            status: StatusView::from(order),
            refunded: refunded(order),
            placed: when(order.placed_at(), &site.time_zone),
            lines: order.lines().iter().map(LineView::from).collect(),
            totals: TotalsView::new(order.totals(), site),
            address_label: order.address().map(Address::label).unwrap_or_default(),
            no_address: no_address(order),
            fulfilment: fulfilment_words(order).to_owned(),
            to_come: to_come(order),
            not_sent: not_sent(order),
            shipments: parcels.iter().map(|parcel| ShipmentView::new(parcel, order, site)).collect(),
            payment: payment_words(order),
            intent: paid_with.or(latest).map(ToString::to_string),
            refunds: order.refunds().iter().map(|money| refund(money, site)).collect(),
            history: history.map(step).collect(),
            disputes: order.disputes().iter().map(|one| dispute(one, site)).collect(),
            attention: order.attentions().iter().map(|attention| AttentionView::new(attention, site)).collect(),
        }
    }
}

/// A status in words, and the class of its badge.
pub(crate) struct StatusView {
    pub text: &'static str,
    pub class: String,
}

impl From<&Order> for StatusView {
    fn from(order: &Order) -> Self {
        let status = order.status();
        let text = if order.is_partly_shipped() { "Partly shipped" } else { status_words(status) };
        Self { text, class: format!("status-{}", status.name().to_ascii_lowercase()) }
    }
}

/// Something that happened.
pub(crate) struct StepView {
    pub at: DisplayTime,
    pub text: String,
}

/// Something that was sent.
pub(crate) struct ShipmentView {
    pub what: String,
    pub carrier: Option<String>,
    pub tracking: Option<String>,
    pub at: DisplayTime,
}

impl ShipmentView {
    fn new(parcel: &Shipment, order: &Order, site: &Site) -> Self {
        let item = |(sku, count): &(Sku, u32)| format!("{count} × {}", title(order, sku));
        let what: Vec<String> = parcel.items.iter().map(item).collect();
        Self {
            what: what.join(", "),
            carrier: parcel.tracking.carrier.clone(),
            tracking: parcel.tracking.number.clone(),
            at: when(parcel.at, &site.time_zone),
        }
    }
}

/// Why somebody has to look at an order.
pub(crate) struct AttentionView {
    pub code: &'static str,
    pub text: String,
}

impl AttentionView {
    fn new(attention: &Attention, site: &Site) -> Self {
        let since = when(attention.since, &site.time_zone).text;
        let detail = attention.detail.as_ref().map_or_else(String::new, |detail| format!(" ({detail})"));
        let text = format!("Needs attention since {since}: {}{detail}.", attention_words(attention.reason));
        Self { code: attention.reason.name(), text }
    }
}

/// Who buys, as far as that is known: the e-mail address, or what the former shop called them.
pub(super) fn buyer(order: &Order) -> String {
    let buyer = order.buyer();
    if order.anonymised_at().is_some() {
        return "a customer who was erased".to_owned();
    }
    let known = [&buyer.name, &buyer.email, &buyer.reference].into_iter().flatten();
    match order.origin() {
        Origin::Shop => buyer.email.clone().unwrap_or_default(),
        Origin::Import => known.cloned().collect::<Vec<_>>().join(", "),
    }
}

/// What stands in place of an address.
pub(super) fn no_address(order: &Order) -> String {
    match (order.origin(), order.country()) {
        (_, Some(country)) if order.anonymised_at().is_some() => format!("The address was erased ({})", country.name()),
        (Origin::Import, Some(country)) => country.name().to_owned(),
        (Origin::Import, None) => "Not on record".to_owned(),
        (Origin::Shop, _) => "By e-mail".to_owned(),
    }
}

/// What has still to be sent, once a part has been.
fn to_come(order: &Order) -> Option<String> {
    let what = order.fulfilment().pending().map(|item| format!("{} × {}", item.quantity, title(order, &item.sku)));
    order.is_partly_shipped().then(|| what.collect::<Vec<_>>().join(", "))
}

/// What will not be sent.
fn not_sent(order: &Order) -> Option<String> {
    let what = order.fulfilment().not_sent().map(|item| format!("{} × {}", item.quantity, title(order, &item.sku)));
    let what = what.collect::<Vec<_>>().join(", ");
    (!what.is_empty()).then_some(what)
}

fn title(order: &Order, sku: &Sku) -> String {
    let line = order.lines().iter().find(|line| line.sku == *sku);
    line.map_or_else(|| sku.to_string(), |line| line.title.clone())
}

fn dispute(dispute: &Dispute, site: &Site) -> String {
    let state = dispute_words(dispute.status);
    let answerable = matches!(dispute.status, DisputeStatus::Inquiry | DisputeStatus::NeedsResponse);
    let deadline = dispute.respond_by.filter(|_| answerable).map(|deadline| when(deadline, &site.time_zone).text);
    let deadline = deadline.map_or_else(String::new, |deadline| format!(" by {deadline}"));
    let money = if dispute.withdrawn { " The bank has the money." } else { "" };
    format!("Dispute about {} ({}), {}: {state}{deadline}.{money}", dispute.amount, dispute.reason, dispute.id)
}

fn refund(refund: &Refund, site: &Site) -> String {
    let since = when(refund.requested_at, &site.time_zone).text;
    let reason = refund.note.as_ref().map_or_else(|| refund_reason_words(refund.reason), Reason::as_str);
    let state = refund_words(&refund.state);
    format!("Refund of {} ({reason}), {since}: {state}.", refund.amount)
}
