//! From the warehouse's facts to the published language, and from its mailings to tasks. The only translator.
//!
//! The shapes below are promised by `contract/events`; they may grow but not change.

use chassis::messaging::{PublishedEvent, TaskDraft};
use serde::Serialize;
use shared_kernel::{ConsumerName, EventDraft, OrderId, Sku, Timestamp};

use crate::domain::{Delivery, FulfilmentEvent, Item, NotSent};

/// The consumer of the tasks that mail files.
pub const DELIVER_DIGITAL: ConsumerName = ConsumerName::new("deliver-digital");

/// `store.fulfilment.stock_reserved.v1`: all lines of an order are promised to it.
pub const STOCK_RESERVED: &str = "store.fulfilment.stock_reserved.v1";
/// `store.fulfilment.stock_rejected.v1`: an order cannot be served; nothing is held for it.
pub const STOCK_REJECTED: &str = "store.fulfilment.stock_rejected.v1";
/// `store.fulfilment.stock_changed.v1`: what lies on the shelf of a SKU, or how many of it may still be sold, has changed.
pub const STOCK_CHANGED: &str = "store.fulfilment.stock_changed.v1";
/// `store.fulfilment.shipping_order_created.v1`: a paid order is on the work list.
pub const SHIPPING_ORDER_CREATED: &str = "store.fulfilment.shipping_order_created.v1";
/// `store.fulfilment.item_processed.v1`: one item has left.
pub const ITEM_PROCESSED: &str = "store.fulfilment.item_processed.v1";
/// `store.fulfilment.shipping_order_processed.v1`: nothing is left to be sent. What staff decided not to send is in `not_sent`.
pub const SHIPPING_ORDER_PROCESSED: &str = "store.fulfilment.shipping_order_processed.v1";
/// `store.fulfilment.shipping_order_cancelled.v1`: nothing will leave.
pub const SHIPPING_ORDER_CANCELLED: &str = "store.fulfilment.shipping_order_cancelled.v1";
/// `store.fulfilment.cancellation_refused.v1`: it is too late to cancel.
pub const CANCELLATION_REFUSED: &str = "store.fulfilment.cancellation_refused.v1";

/// The facts that this context states, and the use cases that may state them.
pub const PUBLISHED: &[PublishedEvent] = &[
    PublishedEvent::new(STOCK_RESERVED, &["reserve_stock"]),
    PublishedEvent::new(STOCK_REJECTED, &["create_shipping_order", "reserve_stock"]),
    PublishedEvent::new(
        STOCK_CHANGED,
        &[
            "adjust_stock",
            "answer_cancellation",
            "close_shipping_order",
            "create_shipping_order",
            "deliver_digital",
            "dispatch_items",
            "import_count",
            "release_lapsed_reservations",
            "release_stock",
            "reserve_stock",
            "set_stock",
        ],
    ),
    PublishedEvent::new(SHIPPING_ORDER_CREATED, &["create_shipping_order"]),
    PublishedEvent::new(ITEM_PROCESSED, &["deliver_digital", "dispatch_items"]),
    PublishedEvent::new(SHIPPING_ORDER_PROCESSED, &["close_shipping_order", "deliver_digital", "dispatch_items"]),
    PublishedEvent::new(SHIPPING_ORDER_CANCELLED, &["answer_cancellation", "close_shipping_order", "release_stock"]),
    PublishedEvent::new(CANCELLATION_REFUSED, &["answer_cancellation"]),
];

#[derive(Serialize)]
struct StockReservedV1 {
    order_id: OrderId,
    expires_at: Timestamp,
}

#[derive(Serialize)]
struct StockRejectedV1 {
    order_id: OrderId,
    short: Vec<Sku>,
}

#[derive(Serialize)]
struct StockChangedV1 {
    sku: Sku,
    on_hand: i64,
    reserved: i64,
    committed: i64,
    available: i64,
}

#[derive(Serialize)]
struct ShippingOrderCreatedV1 {
    order_id: OrderId,
    items: Vec<ItemV1>,
}

#[derive(Serialize)]
struct ItemV1 {
    sku: Sku,
    title: String,
    kind: &'static str,
    quantity: i64,
    status: &'static str,
}

#[derive(Serialize)]
struct ItemProcessedV1 {
    order_id: OrderId,
    sku: Sku,
    kind: &'static str,
    quantity: i64,
    carrier: Option<String>,
    tracking: Option<String>,
    processed_at: Timestamp,
}

#[derive(Serialize)]
struct ShippingOrderProcessedV1 {
    order_id: OrderId,
    processed_at: Timestamp,
    not_sent: Vec<NotSentItemV1>,
    not_sent_reason: Option<&'static str>,
}

#[derive(Serialize)]
struct NotSentItemV1 {
    sku: Sku,
    kind: &'static str,
    quantity: i64,
}

#[derive(Serialize)]
struct ShippingOrderCancelledV1 {
    order_id: OrderId,
}

#[derive(Serialize)]
struct CancellationRefusedV1 {
    order_id: OrderId,
    reason: &'static str,
}

/// The published form of one fact. Facts about an order have the order as their subject, facts about stock the SKU.
pub fn publish(event: &FulfilmentEvent) -> EventDraft {
    match event.clone() {
        FulfilmentEvent::StockReserved { order, until } => {
            about(order, STOCK_RESERVED, &StockReservedV1 { order_id: order, expires_at: until })
        }
        FulfilmentEvent::StockRejected { order, short } => {
            about(order, STOCK_REJECTED, &StockRejectedV1 { order_id: order, short })
        }
        FulfilmentEvent::StockChanged(item) => {
            let (on_hand, available, sku) = (item.on_hand(), item.available(), item.sku().clone());
            let (reserved, committed) = (item.reserved(), item.committed());
            let data = StockChangedV1 { sku, on_hand, reserved, committed, available };
            EventDraft::new(STOCK_CHANGED, item.sku().as_str(), &data)
        }
        FulfilmentEvent::ShippingOrderCreated { order, items } => {
            let items = items.into_iter().map(created_item).collect();
            about(order, SHIPPING_ORDER_CREATED, &ShippingOrderCreatedV1 { order_id: order, items })
        }
        FulfilmentEvent::ItemProcessed { order, sku, kind, units, consignment, at } => {
            let carrier = consignment.as_ref().map(|consignment| consignment.carrier().to_owned());
            let tracking = consignment.as_ref().and_then(|consignment| consignment.tracking().map(str::to_owned));
            let (kind, quantity) = (kind.name(), units.get());
            let data = ItemProcessedV1 { order_id: order, sku, kind, quantity, carrier, tracking, processed_at: at };
            about(order, ITEM_PROCESSED, &data)
        }
        FulfilmentEvent::ShippingOrderProcessed { order, at, not_sent } => {
            about(order, SHIPPING_ORDER_PROCESSED, &shipping_order_processed(order, at, not_sent))
        }
        FulfilmentEvent::ShippingOrderCancelled { order } => {
            about(order, SHIPPING_ORDER_CANCELLED, &ShippingOrderCancelledV1 { order_id: order })
        }
        FulfilmentEvent::CancellationRefused { order, reason } => {
            about(order, CANCELLATION_REFUSED, &CancellationRefusedV1 { order_id: order, reason })
        }
    }
}

fn about(order: OrderId, event_type: &'static str, data: &impl Serialize) -> EventDraft {
    EventDraft::new(event_type, order.to_string(), data)
}

fn shipping_order_processed(order: OrderId, at: Timestamp, left_out: Option<NotSent>) -> ShippingOrderProcessedV1 {
    let not_sent_reason = left_out.as_ref().map(|left_out| left_out.reason.name());
    let item = |Item { sku, kind, units, .. }| NotSentItemV1 { sku, kind: kind.name(), quantity: units.get() };
    let not_sent = left_out.into_iter().flat_map(|left_out| left_out.items).map(item).collect();
    ShippingOrderProcessedV1 { order_id: order, processed_at: at, not_sent, not_sent_reason }
}

fn created_item(item: Item) -> ItemV1 {
    let Item { sku, title, kind, units, .. } = item;
    ItemV1 { sku, title, kind: kind.name(), quantity: units.get(), status: "pending" }
}

/// The task that mails one file. Its key names the mailing permanently; each item has a lane of its own, so that one that
/// cannot be mailed holds back no other.
pub fn task(delivery: &Delivery) -> TaskDraft {
    let Delivery { order, sku, number } = delivery;
    TaskDraft {
        consumer: DELIVER_DIGITAL,
        key: format!("{order}/{sku}/{number}"),
        lane: format!("{order}/{sku}"),
        payload: serde_json::json!({ "order_id": order, "sku": sku }),
        not_before: None,
    }
}
