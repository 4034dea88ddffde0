//! Facts about orders in their published form. The only translator: what the golden files in `contract/events` pin.
//!
//! Published data is flat, versioned and only ever grows. It names no secret (no client secret, no cart id) and no
//! personal datum that no consumer needs.

use serde::Serialize;
use shared_kernel::{Address, Currency, CustomerId, EventDraft, OrderId, Sku, Timestamp};

use crate::domain::{Kind, Order, OrderEvent, OrderLine, OrderNumber, RefundId, RefundState, Transition};

/// The facts of a decision, oldest first.
pub fn published(decided: &Transition) -> Vec<EventDraft> {
    decided.events.iter().filter_map(|event| publish(&decided.order, event)).collect()
}

fn publish(order: &Order, event: &OrderEvent) -> Option<EventDraft> {
    let (order_id, number) = (order.id(), order.number());
    let draft = |event_type, data: &dyn ErasedData| Some(data.draft(event_type, order_id));
    match event {
        OrderEvent::Placed => draft("store.order.placed.v1", &snapshot(order)),
        OrderEvent::Paid => {
            let paid = order.state().paid_by()?;
            let paid = PaidV1 { order: snapshot(order), payment_reference: paid.reference(), paid_at: paid.at };
            draft("store.order.paid.v1", &paid)
        }
        OrderEvent::PaymentFailed { reason } => {
            draft("store.order.payment_failed.v1", &ReasonV1 { order_id, number, reason })
        }
        OrderEvent::Rejected { skus } => {
            draft("store.order.rejected.v1", &RejectedV1 { order_id, number, reason: "out-of-stock", skus })
        }
        OrderEvent::Expired => draft("store.order.expired.v1", &ExpiredV1 { order_id, number }),
        OrderEvent::Imported => draft("store.order.imported.v1", &imported(order)),
        OrderEvent::CancellationRequested { reason } => {
            draft("store.order.cancellation_requested.v1", &ReasonV1 { order_id, number, reason })
        }
        OrderEvent::Cancelled { reason, at } => {
            draft("store.order.cancelled.v1", &CancelledV1 { order_id, number, reason, cancelled_at: *at })
        }
        OrderEvent::Refunded { refund, at } => {
            let refund = order.refund(*refund)?;
            let refunded = RefundedV1 {
                order_id,
                number,
                refund_id: refund.id,
                amount_minor: refund.amount.minor(),
                currency: refund.amount.currency(),
                reason: refund.note.as_deref().unwrap_or(refund.reason.words()),
                refunded_at: *at,
            };
            draft("store.order.refunded.v1", &refunded)
        }
        OrderEvent::RefundFailed { refund, refunded_at, at } => {
            let refund = order.refund(*refund)?;
            let RefundState::Failed { reason } = &refund.state else { return None };
            let failed = RefundFailedV1 {
                order_id,
                number,
                refund_id: refund.id,
                amount_minor: refund.amount.minor(),
                currency: refund.amount.currency(),
                reason,
                refunded_at: *refunded_at,
                failed_at: *at,
            };
            draft("store.order.refund_failed.v1", &failed)
        }
        OrderEvent::Completed { at } => {
            draft("store.order.completed.v1", &CompletedV1 { order_id, number, completed_at: *at })
        }
        OrderEvent::Anonymised { at } => {
            draft("store.order.anonymised.v1", &AnonymisedV1 { order_id, number, anonymised_at: *at })
        }
    }
}

/// Data of any shape, on its way into a draft.
trait ErasedData {
    fn draft(&self, event_type: &'static str, subject: OrderId) -> EventDraft;
}

impl<T: Serialize> ErasedData for T {
    fn draft(&self, event_type: &'static str, subject: OrderId) -> EventDraft {
        EventDraft::new(event_type, subject.to_string(), self)
    }
}

/// `store.order.placed.v1`: somebody wants this; hold the goods until `expires_at`. Amounts in minor units of
/// `currency`; `totals.gross_minor` includes `totals.shipping_minor`.
#[derive(Serialize)]
struct PlacedV1<'a> {
    order_id: OrderId,
    number: &'a OrderNumber,
    customer_id: Option<CustomerId>,
    /// The older open order of the same cart, whose goods are to be released in the transaction that holds these.
    replaces: Option<OrderId>,
    email: Option<&'a str>,
    placed_at: Timestamp,
    expires_at: Timestamp,
    currency: Currency,
    lines: Vec<LineV1<'a>>,
    totals: TotalsV1,
    delivery_address: Option<&'a Address>,
}

#[derive(Serialize)]
struct LineV1<'a> {
    sku: &'a Sku,
    title: &'a str,
    kind: Kind,
    quantity: u32,
    unit_gross_minor: i64,
    gross_minor: i64,
    net_minor: i64,
    tax_minor: i64,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are the contract: amounts say that they are minor units")]
struct TotalsV1 {
    net_minor: i64,
    tax_minor: i64,
    shipping_minor: i64,
    gross_minor: i64,
}

/// `store.order.paid.v1`: the customer's money has arrived, exactly `totals.gross_minor`.
#[derive(Serialize)]
struct PaidV1<'a> {
    #[serde(flatten)]
    order: PlacedV1<'a>,
    payment_reference: &'a str,
    paid_at: Timestamp,
}

#[derive(Serialize)]
struct ReasonV1<'a> {
    order_id: OrderId,
    number: &'a OrderNumber,
    reason: &'a str,
}

#[derive(Serialize)]
struct RejectedV1<'a> {
    order_id: OrderId,
    number: &'a OrderNumber,
    reason: &'a str,
    skus: &'a [Sku],
}

#[derive(Serialize)]
struct ExpiredV1<'a> {
    order_id: OrderId,
    number: &'a OrderNumber,
}

#[derive(Serialize)]
struct CancelledV1<'a> {
    order_id: OrderId,
    number: &'a OrderNumber,
    reason: &'a str,
    cancelled_at: Timestamp,
}

/// `store.order.refunded.v1`: a part of the money that paid for the order went back. The return of money that was
/// late, double or of a wrong amount is not published: it was no sale.
#[derive(Serialize)]
struct RefundedV1<'a> {
    order_id: OrderId,
    number: &'a OrderNumber,
    refund_id: RefundId,
    amount_minor: i64,
    currency: Currency,
    reason: &'a str,
    refunded_at: Timestamp,
}

/// `store.order.refund_failed.v1`: a refund that was published as gone through has failed since; the money is the shop's
/// again. Takes the `store.order.refunded.v1` of the same `refund_id` back.
#[derive(Serialize)]
struct RefundFailedV1<'a> {
    order_id: OrderId,
    number: &'a OrderNumber,
    refund_id: RefundId,
    amount_minor: i64,
    currency: Currency,
    reason: &'a str,
    refunded_at: Timestamp,
    failed_at: Timestamp,
}

#[derive(Serialize)]
struct CompletedV1<'a> {
    order_id: OrderId,
    number: &'a OrderNumber,
    completed_at: Timestamp,
}

/// `store.order.anonymised.v1`: its buyer was erased and it is at rest; anyone who keeps a copy of what names a person
/// deletes it.
#[derive(Serialize)]
struct AnonymisedV1<'a> {
    order_id: OrderId,
    number: &'a OrderNumber,
    anonymised_at: Timestamp,
}

/// `store.order.imported.v1`: an order of another shop, as history. It moves no stock, no money and no mail.
#[derive(Serialize)]
struct ImportedV1<'a> {
    order_id: OrderId,
    number: &'a OrderNumber,
    placed_at: Timestamp,
    status: &'static str,
    customer: Option<ImportedCustomerV1<'a>>,
    country: Option<&'a str>,
    currency: Currency,
    lines: Vec<LineV1<'a>>,
    totals: TotalsV1,
}

#[derive(Serialize)]
struct ImportedCustomerV1<'a> {
    id: Option<String>,
    email: Option<&'a str>,
    name: Option<&'a str>,
}

fn snapshot(order: &Order) -> PlacedV1<'_> {
    PlacedV1 {
        order_id: order.id(),
        number: order.number(),
        customer_id: order.buyer().customer,
        replaces: order.replaces(),
        email: order.buyer().email.as_deref(),
        placed_at: order.placed_at(),
        expires_at: order.expires_at(),
        currency: order.totals().gross.currency(),
        lines: order.lines().iter().map(line).collect(),
        totals: totals(order),
        delivery_address: order.address(),
    }
}

fn imported(order: &Order) -> ImportedV1<'_> {
    let buyer = order.buyer();
    let id = buyer.customer.map(|id| id.to_string()).or_else(|| buyer.reference.clone());
    let (email, name) = (buyer.email.as_deref(), buyer.name.as_deref());
    let known = id.is_some() || email.is_some() || name.is_some();
    ImportedV1 {
        order_id: order.id(),
        number: order.number(),
        placed_at: order.placed_at(),
        status: order.status().name(),
        customer: known.then_some(ImportedCustomerV1 { id, email, name }),
        country: order.country(),
        currency: order.totals().gross.currency(),
        lines: order.lines().iter().map(line).collect(),
        totals: totals(order),
    }
}

fn line(line: &OrderLine) -> LineV1<'_> {
    LineV1 {
        sku: &line.sku,
        title: &line.title,
        kind: line.kind,
        quantity: line.quantity,
        unit_gross_minor: line.unit_gross.minor(),
        gross_minor: line.gross.minor(),
        net_minor: line.net.minor(),
        tax_minor: line.tax.minor(),
    }
}

fn totals(order: &Order) -> TotalsV1 {
    let totals = order.totals();
    TotalsV1 {
        net_minor: totals.net.minor(),
        tax_minor: totals.tax.minor(),
        shipping_minor: totals.shipping.minor(),
        gross_minor: totals.gross.minor(),
    }
}
