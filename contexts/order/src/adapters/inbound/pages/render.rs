//! Carts and orders as finished strings for the pages. Decides nothing.

use chassis::Site;
use shared_kernel::{Address, Money, Sku};

use super::format::{tax_label, when};
use super::messages::not_chargeable;
use super::views::{
    AttentionView, LineView, OrderRow, OrderView, PictureView, ShipmentView, StatusView, StepView, TotalsView,
};
use crate::application::{CartView, CartViewLine};
use crate::domain::{
    Attention, Dispute, DisputeStatus, FulfilmentStatus, Order, OrderLine, Origin, PaymentAxis, Refund, RefundState,
    Shipment, Status, Totals,
};

pub fn cart_lines(cart: &CartView) -> Vec<LineView> {
    cart.lines.iter().map(cart_line).collect()
}

fn cart_line(line: &CartViewLine) -> LineView {
    let note = match (line.for_sale, line.in_stock(), line.available) {
        (false, ..) => Some("Not for sale any more".to_owned()),
        (true, Some(false), Some(left)) if left > 0 => Some(format!("Only {left} left")),
        (true, Some(false), _) => Some("Sold out".to_owned()),
        (true, Some(true) | None, _) => None,
    };
    LineView {
        sku: line.sku.to_string(),
        title: line.title.clone(),
        href: line.listing.handle.as_ref().filter(|_| line.for_sale).map(|handle| format!("/products/{handle}")),
        picture: picture(line),
        unit_price: line.unit_price.to_string(),
        quantity: u32::from(line.quantity.get()),
        line_total: line.line_total.to_string(),
        note,
    }
}

fn picture(line: &CartViewLine) -> PictureView {
    let letter = || line.title.chars().next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let image = line.listing.image.as_ref().map(|image| PictureView::Image(format!("/media/{image}")));
    image.unwrap_or_else(|| PictureView::Letter(letter()))
}

/// What has to be put right before the cart can be paid; what is wrong with a line is said at the line.
pub fn cart_problems(cart: &CartView) -> Vec<String> {
    cart.not_chargeable.map(not_chargeable).into_iter().collect()
}

/// The sums. Delivery is a row of its own where it is charged.
pub fn totals(totals: &Totals, site: &Site) -> TotalsView {
    TotalsView {
        net: totals.net.to_string(),
        tax_label: tax_label(site.tax),
        tax: totals.tax.to_string(),
        shipping: (!totals.shipping.is_zero()).then(|| totals.shipping.to_string()),
        goods: Money::new(totals.gross.minor() - totals.shipping.minor(), totals.gross.currency()).to_string(),
        gross: totals.gross.to_string(),
    }
}

/// What a cart says of shipping.
pub fn cart_shipping(cart: &CartView) -> String {
    let shipping = cart.order_totals.shipping;
    match (cart.needs_address, shipping.is_zero()) {
        (false, _) => "None: sent by e-mail".to_owned(),
        (true, true) => "Free".to_owned(),
        (true, false) => shipping.to_string(),
    }
}

/// A status in words: that of all orders of this status.
pub fn status_words(status: Status) -> &'static str {
    match status {
        Status::AwaitingStock => "Checking stock",
        Status::Initial => "Awaiting payment",
        Status::Paid => "Paid",
        Status::Shipped => "Shipped",
        Status::Completed => "Completed",
        Status::CancelPending => "Being cancelled",
        Status::Cancelled => "Cancelled",
        Status::Rejected => "Out of stock",
        Status::Expired => "Expired",
    }
}

/// Where an order stands, in words.
pub fn status(order: &Order) -> StatusView {
    let status = order.status();
    let text = if order.is_partly_shipped() { "Partly shipped" } else { status_words(status) };
    StatusView { text, class: format!("status-{}", status.name().to_ascii_lowercase()) }
}

/// What of its money went back, where the status does not say so.
pub fn refunded(order: &Order) -> Option<&'static str> {
    match order.payment_axis() {
        PaymentAxis::PartiallyRefunded => Some("Partly refunded"),
        PaymentAxis::Refunded if order.status() != Status::Cancelled => Some("Refunded"),
        PaymentAxis::Refunded
        | PaymentAxis::NotReady
        | PaymentAxis::Open
        | PaymentAxis::Declined
        | PaymentAxis::Processing
        | PaymentAxis::Paid
        | PaymentAxis::RefundDue
        | PaymentAxis::Canceled => None,
    }
}

/// An order in a list. `base` is the path before its id.
pub fn order_row(order: &Order, base: &str, site: &Site) -> OrderRow {
    let delivery = |address: &Address| format!("{}, {}", address.name(), address.city());
    OrderRow {
        href: format!("{base}/{}", order.id()),
        number: order.number().to_string(),
        placed: when(order.placed_at(), &site.time_zone),
        status: status(order),
        refunded: refunded(order),
        delivery: order.address().map_or_else(|| no_address(order), delivery),
        email: buyer(order),
        attention: order.attention().map(|attention| attention.reason.words().to_owned()),
        net: order.totals().net.to_string(),
        gross: order.totals().gross.to_string(),
    }
}

/// Who buys, as far as that is known: the e-mail address, or what the former shop called them.
fn buyer(order: &Order) -> String {
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
fn no_address(order: &Order) -> String {
    if order.anonymised_at().is_some() && order.country().is_some() {
        return format!("The address was erased ({})", order.country().unwrap_or_default());
    }
    match (order.origin(), order.country()) {
        (Origin::Import, Some(country)) => country.to_owned(),
        (Origin::Import, None) => "Not on record".to_owned(),
        (Origin::Shop, _) => "By e-mail".to_owned(),
    }
}

/// An order, whole.
pub fn order_view(order: &Order, site: &Site) -> OrderView {
    let step = |entry: &crate::domain::HistoryEntry| {
        let words = entry.kind.words();
        let text = entry.note.as_ref().map_or_else(|| words.to_owned(), |note| format!("{words}: {note}"));
        StepView { at: when(entry.at, &site.time_zone), text }
    };
    let paid_with = order.state().paid_by().and_then(|paid| paid.intent.as_ref());
    let latest = order.payable().or(order.payments().last()).map(|payment| &payment.intent);
    OrderView {
        id: order.id().to_string(),
        number: order.number().to_string(),
        email: buyer(order),
        status: status(order),
        refunded: refunded(order),
        placed: when(order.placed_at(), &site.time_zone),
        lines: order.lines().iter().map(order_line).collect(),
        totals: totals(order.totals(), site),
        address_label: order.address().map(Address::label).unwrap_or_default(),
        no_address: no_address(order),
        fulfilment: fulfilment(order).to_owned(),
        to_come: to_come(order),
        not_sent: not_sent(order),
        shipments: order.fulfilment().shipments().iter().map(|parcel| shipment(parcel, order, site)).collect(),
        payment: payment(order),
        intent: paid_with.or(latest).map(ToString::to_string),
        refunds: order.refunds().iter().map(|money| refund(money, site)).collect(),
        history: order.history().iter().map(step).collect(),
        disputes: order.disputes().iter().map(|one| dispute(one, site)).collect(),
        attention: order.attentions().iter().map(|attention| attention_view(attention, site)).collect(),
    }
}

fn attention_view(attention: &Attention, site: &Site) -> AttentionView {
    let since = when(attention.since, &site.time_zone).text;
    let detail = attention.detail.as_ref().map_or_else(String::new, |detail| format!(" ({detail})"));
    let text = format!("Needs attention since {since}: {}{detail}.", attention.reason.words());
    AttentionView { code: attention.reason.name(), text }
}

fn dispute(dispute: &Dispute, site: &Site) -> String {
    let state = match dispute.status {
        DisputeStatus::Inquiry => "the bank asks about it",
        DisputeStatus::InquiryClosed => "the bank asks no more",
        DisputeStatus::NeedsResponse => "needs an answer",
        DisputeStatus::UnderReview => "the bank decides",
        DisputeStatus::Won => "won",
        DisputeStatus::Lost => "lost",
    };
    let answerable = matches!(dispute.status, DisputeStatus::Inquiry | DisputeStatus::NeedsResponse);
    let deadline = dispute.respond_by.filter(|_| answerable).map(|deadline| when(deadline, &site.time_zone).text);
    let deadline = deadline.map_or_else(String::new, |deadline| format!(" by {deadline}"));
    let money = if dispute.withdrawn { " The bank has the money." } else { "" };
    format!("Dispute about {} ({}), {}: {state}{deadline}.{money}", dispute.amount, dispute.reason, dispute.id)
}

fn order_line(line: &OrderLine) -> LineView {
    LineView {
        sku: line.sku.to_string(),
        title: line.title.clone(),
        href: None,
        picture: PictureView::Nothing,
        unit_price: line.unit_gross.to_string(),
        quantity: line.quantity,
        line_total: line.gross.to_string(),
        note: None,
    }
}

fn fulfilment(order: &Order) -> &'static str {
    match order.fulfilment().status() {
        FulfilmentStatus::NotStarted => "Nothing has been sent yet.",
        FulfilmentStatus::Pending => "We are getting it ready.",
        FulfilmentStatus::PartiallyProcessed if order.fulfilment().not_sent().next().is_some() => {
            "A part has been sent. The rest will not be sent."
        }
        FulfilmentStatus::PartiallyProcessed => "A part has been sent.",
        FulfilmentStatus::Processed => "Everything has been sent.",
        FulfilmentStatus::Cancelled => "Nothing will be sent.",
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

fn shipment(parcel: &Shipment, order: &Order, site: &Site) -> ShipmentView {
    let item = |(sku, count): &(Sku, u32)| format!("{count} × {}", title(order, sku));
    let what: Vec<String> = parcel.items.iter().map(item).collect();
    ShipmentView {
        what: what.join(", "),
        carrier: parcel.carrier.clone(),
        tracking: parcel.tracking.clone(),
        at: when(parcel.at, &site.time_zone),
    }
}

fn payment(order: &Order) -> String {
    match order.payment_axis() {
        PaymentAxis::NotReady => "The payment is being prepared.".to_owned(),
        PaymentAxis::Open => "Not paid yet.".to_owned(),
        PaymentAxis::Declined => {
            let reason = order.payments().iter().rev().find_map(|payment| payment.last_error.as_deref());
            format!("Declined: {}", reason.unwrap_or("no reason was given"))
        }
        PaymentAxis::Processing => "The payment is under way.".to_owned(),
        PaymentAxis::Paid => "Paid.".to_owned(),
        PaymentAxis::PartiallyRefunded => "Paid, and partly refunded.".to_owned(),
        PaymentAxis::Refunded => "Refunded.".to_owned(),
        PaymentAxis::Canceled => "Not paid.".to_owned(),
        PaymentAxis::RefundDue => "Not paid. Money that came for it is owed back.".to_owned(),
    }
}

fn refund(refund: &Refund, site: &Site) -> String {
    let since = when(refund.requested_at, &site.time_zone).text;
    let reason = refund.note.as_deref().unwrap_or_else(|| refund.reason.words());
    let state = match &refund.state {
        RefundState::Pending => "under way",
        RefundState::Succeeded { .. } => "done",
        RefundState::Failed { .. } => "failed",
    };
    format!("Refund of {} ({reason}), {since}: {state}.", refund.amount)
}
