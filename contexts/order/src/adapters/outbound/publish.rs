//! Facts about orders in their published form. The only translator: what the golden files in `contract/events` pin.
//!
//! Published data is flat, versioned and only ever grows. It names no secret (no client secret, no cart id) and no
//! personal datum that no consumer needs.

use chassis::messaging::PublishedEvent;
use serde::Serialize;
use shared_kernel::{Address, Currency, CustomerId, EventDraft, OrderId, Sku, Timestamp};

use crate::domain::{Country, OrderDetails, OrderEvent, OrderLine, Reason, RefundId, RefundReason, Totals, Transition};

/// The facts that this context states, and the use cases that may state them.
pub const PUBLISHED: &[PublishedEvent] = &[
    PublishedEvent::new("store.order.placed.v1", &["place_order"]),
    PublishedEvent::new(
        "store.order.paid.v1",
        &["answer_stock", "check_payment", "close_intent", "open_card_page", "reconcile_payments", "record_payment"],
    ),
    PublishedEvent::new(
        "store.order.payment_failed.v1",
        &["check_payment", "close_intent", "open_card_page", "reconcile_payments", "record_payment"],
    ),
    PublishedEvent::new("store.order.rejected.v1", &["answer_stock"]),
    PublishedEvent::new(
        "store.order.expired.v1",
        &[
            "check_payment",
            "close_intent",
            "handle_overdue",
            "open_card_page",
            "open_payment",
            "place_order",
            "reconcile_payments",
            "record_payment",
        ],
    ),
    PublishedEvent::new("store.order.cancellation_requested.v1", &["request_cancellation"]),
    PublishedEvent::new(
        "store.order.cancelled.v1",
        &["answer_stock", "check_payment", "follow_fulfilment", "reconcile_payments", "send_refund"],
    ),
    PublishedEvent::new(
        "store.order.refunded.v1",
        &["check_payment", "import_orders", "reconcile_payments", "send_refund"],
    ),
    PublishedEvent::new("store.order.refund_failed.v1", &["check_payment", "reconcile_payments", "send_refund"]),
    PublishedEvent::new("store.order.completed.v1", &["follow_fulfilment"]),
    PublishedEvent::new("store.order.anonymised.v1", &["forget_customer"]),
    PublishedEvent::new("store.order.imported.v1", &["import_orders"]),
];

/// The facts of a decision, oldest first, one for each of its events.
pub fn published(decided: &Transition) -> Vec<EventDraft> {
    let (id, number) = (decided.order.id(), decided.order.number().as_str());
    decided.events.iter().map(|event| publish(id, number, event)).collect()
}

fn publish(order_id: OrderId, number: &str, event: &OrderEvent) -> EventDraft {
    match event {
        OrderEvent::Placed(order) => fact("store.order.placed.v1", order_id, &snapshot(order_id, number, order)),
        OrderEvent::Paid { order, paid } => {
            let order = snapshot(order_id, number, order);
            let paid = PaidV1 { order, payment_reference: paid.reference(), paid_at: paid.at };
            fact("store.order.paid.v1", order_id, &paid)
        }
        OrderEvent::PaymentFailed { reason } => {
            fact("store.order.payment_failed.v1", order_id, &ReasonV1 { order_id, number, reason })
        }
        OrderEvent::Rejected { skus } => {
            fact("store.order.rejected.v1", order_id, &RejectedV1 { order_id, number, reason: OUT_OF_STOCK, skus })
        }
        OrderEvent::Expired => fact("store.order.expired.v1", order_id, &ExpiredV1 { order_id, number }),
        OrderEvent::Imported { order, status } => {
            fact("store.order.imported.v1", order_id, &imported(order_id, number, order, status.name()))
        }
        OrderEvent::CancellationRequested { reason } => fact(
            "store.order.cancellation_requested.v1",
            order_id,
            &ReasonV1 { order_id, number, reason: reason.as_str() },
        ),
        OrderEvent::Cancelled { reason, at } => {
            let cancelled = CancelledV1 { order_id, number, reason: reason.as_str(), cancelled_at: *at };
            fact("store.order.cancelled.v1", order_id, &cancelled)
        }
        OrderEvent::Refunded { refund, amount, reason, note, at } => {
            let refunded = RefundedV1 {
                order_id,
                number,
                refund_id: *refund,
                amount_minor: amount.minor(),
                currency: amount.currency(),
                reason: note.as_ref().map_or(refund_reason(*reason), Reason::as_str),
                refunded_at: *at,
            };
            fact("store.order.refunded.v1", order_id, &refunded)
        }
        OrderEvent::RefundFailed { refund, amount, reason, refunded_at, at } => {
            let failed = RefundFailedV1 {
                order_id,
                number,
                refund_id: *refund,
                amount_minor: amount.minor(),
                currency: amount.currency(),
                reason,
                refunded_at: *refunded_at,
                failed_at: *at,
            };
            fact("store.order.refund_failed.v1", order_id, &failed)
        }
        OrderEvent::Completed { at } => {
            fact("store.order.completed.v1", order_id, &CompletedV1 { order_id, number, completed_at: *at })
        }
        OrderEvent::Anonymised { at } => {
            fact("store.order.anonymised.v1", order_id, &AnonymisedV1 { order_id, number, anonymised_at: *at })
        }
    }
}

fn fact(event_type: &'static str, order: OrderId, data: &impl Serialize) -> EventDraft {
    EventDraft::new(event_type, order.to_string(), data)
}

/// The reason of every `store.order.rejected.v1`.
const OUT_OF_STOCK: &str = "out-of-stock";

/// The reason of a refund for which nobody has written one. Consumers know these texts; pages have their own.
const fn refund_reason(reason: RefundReason) -> &'static str {
    match reason {
        RefundReason::Cancelled => "order cancelled",
        RefundReason::NotExpected => "payment not expected",
        RefundReason::AmountDiffers => "amount differs",
        RefundReason::Staff => "refunded by staff",
        RefundReason::Provider => "refunded at the payment provider",
    }
}

/// `store.order.placed.v1`: somebody wants this; hold the goods until `expires_at`. Amounts in minor units of
/// `currency`; `totals.gross_minor` includes `totals.shipping_minor`.
#[derive(Serialize)]
struct PlacedV1<'a> {
    order_id: OrderId,
    number: &'a str,
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
    kind: &'static str,
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
    number: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct RejectedV1<'a> {
    order_id: OrderId,
    number: &'a str,
    reason: &'a str,
    skus: &'a [Sku],
}

#[derive(Serialize)]
struct ExpiredV1<'a> {
    order_id: OrderId,
    number: &'a str,
}

#[derive(Serialize)]
struct CancelledV1<'a> {
    order_id: OrderId,
    number: &'a str,
    reason: &'a str,
    cancelled_at: Timestamp,
}

/// `store.order.refunded.v1`: a part of the money that paid for the order went back. The return of money that was
/// late, double or of a wrong amount is not published: it was no sale.
#[derive(Serialize)]
struct RefundedV1<'a> {
    order_id: OrderId,
    number: &'a str,
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
    number: &'a str,
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
    number: &'a str,
    completed_at: Timestamp,
}

/// `store.order.anonymised.v1`: its buyer was erased and it is at rest; anyone who keeps a copy of what names a person
/// deletes it.
#[derive(Serialize)]
struct AnonymisedV1<'a> {
    order_id: OrderId,
    number: &'a str,
    anonymised_at: Timestamp,
}

/// `store.order.imported.v1`: an order of another shop, as history. It moves no stock, no money and no mail.
#[derive(Serialize)]
struct ImportedV1<'a> {
    order_id: OrderId,
    number: &'a str,
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

fn snapshot<'a>(order_id: OrderId, number: &'a str, order: &'a OrderDetails) -> PlacedV1<'a> {
    PlacedV1 {
        order_id,
        number,
        customer_id: order.buyer.customer,
        replaces: order.replaces,
        email: order.buyer.email.as_deref(),
        placed_at: order.placed_at,
        expires_at: order.expires_at,
        currency: order.totals.gross.currency(),
        lines: order.lines.iter().map(line).collect(),
        totals: totals(&order.totals),
        delivery_address: order.address.as_ref(),
    }
}

fn imported<'a>(order_id: OrderId, number: &'a str, order: &'a OrderDetails, status: &'static str) -> ImportedV1<'a> {
    let buyer = &order.buyer;
    let id = buyer.customer.map(|id| id.to_string()).or_else(|| buyer.reference.clone());
    let (email, name) = (buyer.email.as_deref(), buyer.name.as_deref());
    let known = id.is_some() || email.is_some() || name.is_some();
    ImportedV1 {
        order_id,
        number,
        placed_at: order.placed_at,
        status,
        customer: known.then_some(ImportedCustomerV1 { id, email, name }),
        country: order.country.as_ref().map(Country::as_str),
        currency: order.totals.gross.currency(),
        lines: order.lines.iter().map(line).collect(),
        totals: totals(&order.totals),
    }
}

fn line(line: &OrderLine) -> LineV1<'_> {
    LineV1 {
        sku: &line.sku,
        title: &line.title,
        kind: line.kind.name(),
        quantity: line.quantity,
        unit_gross_minor: line.unit_gross.minor(),
        gross_minor: line.gross.minor(),
        net_minor: line.net.minor(),
        tax_minor: line.tax.minor(),
    }
}

fn totals(totals: &Totals) -> TotalsV1 {
    TotalsV1 {
        net_minor: totals.net.minor(),
        tax_minor: totals.tax.minor(),
        shipping_minor: totals.shipping.minor(),
        gross_minor: totals.gross.minor(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Order, OrderNumber};
    use crate::testing::a_draft;

    #[test]
    fn a_fact_says_what_was_true_when_it_happened() {
        let placed = Order::place(a_draft(1), OrderNumber::sequential("BS-", 7), None);
        let mut later = placed.clone();
        let expired = later.order.clone().overdue(later.order.expires_at()).order;
        later.order = expired.anonymised(placed.order.expires_at()).order;
        assert_eq!(later.order.address(), None);
        assert_eq!(published(&later), published(&placed));
    }
}
