//! What fulfilment publishes, as far as orders need it. All facts about one order go through one consumer, so that they
//! keep their order; stock levels, which are about a SKU, go through another.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::messaging::{Delivery, Handled, Handler};
use serde::Deserialize;
use shared_kernel::{OrderId, Sku, Timestamp};

use super::KindJson;
use super::{stored, unreadable, updated};
use crate::application::{AnswerStock, FollowFulfilment, FulfilmentFact, KeepPrices, StockAnswer};
use crate::domain::{FulfilmentItem, NotSent, ProcessedItem, Tracking};

/// Everything is held.
pub const STOCK_RESERVED: &str = "store.fulfilment.stock_reserved.v1";
/// Something falls short; nothing is held.
pub const STOCK_REJECTED: &str = "store.fulfilment.stock_rejected.v1";
/// A level has changed.
pub const STOCK_CHANGED: &str = "store.fulfilment.stock_changed.v1";
/// The order was taken up.
pub const SHIPPING_ORDER_CREATED: &str = "store.fulfilment.shipping_order_created.v1";
/// An item has left.
pub const ITEM_PROCESSED: &str = "store.fulfilment.item_processed.v1";
/// Nothing is left to be sent.
pub const SHIPPING_ORDER_PROCESSED: &str = "store.fulfilment.shipping_order_processed.v1";
/// Nothing will be sent.
pub const SHIPPING_ORDER_CANCELLED: &str = "store.fulfilment.shipping_order_cancelled.v1";
/// It is too late to cancel.
pub const CANCELLATION_REFUSED: &str = "store.fulfilment.cancellation_refused.v1";

/// The facts about orders.
pub const ABOUT_ORDERS: &[&str] = &[
    STOCK_RESERVED,
    STOCK_REJECTED,
    SHIPPING_ORDER_CREATED,
    ITEM_PROCESSED,
    SHIPPING_ORDER_PROCESSED,
    SHIPPING_ORDER_CANCELLED,
    CANCELLATION_REFUSED,
];

#[derive(Deserialize)]
struct AboutOrder {
    order_id: OrderId,
}

#[derive(Deserialize)]
struct StockRejected {
    order_id: OrderId,
    short: Vec<Sku>,
}

#[derive(Deserialize)]
struct StockChanged {
    sku: Sku,
    available: i64,
}

#[derive(Deserialize)]
struct ShippingOrderCreated {
    order_id: OrderId,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    sku: Sku,
    kind: KindJson,
    quantity: u32,
}

#[derive(Deserialize)]
struct ItemProcessed {
    order_id: OrderId,
    sku: Sku,
    kind: KindJson,
    quantity: u32,
    #[serde(default)]
    carrier: Option<String>,
    #[serde(default)]
    tracking: Option<String>,
    processed_at: Timestamp,
}

#[derive(Deserialize)]
struct ShippingOrderProcessed {
    order_id: OrderId,
    processed_at: Timestamp,
    #[serde(default)]
    not_sent: Vec<Item>,
    #[serde(default)]
    not_sent_reason: Option<String>,
}

#[derive(Deserialize)]
struct CancellationRefused {
    order_id: OrderId,
    reason: String,
}

enum Fact {
    Stock(OrderId, StockAnswer),
    Shipping(OrderId, FulfilmentFact),
    Foreign,
}

fn translate(delivery: &Delivery) -> Result<Fact, serde_json::Error> {
    let message = &delivery.envelope;
    Ok(match message.event_type.as_str() {
        STOCK_RESERVED => Fact::Stock(message.data::<AboutOrder>()?.order_id, StockAnswer::Reserved),
        STOCK_REJECTED => {
            let StockRejected { order_id, short } = message.data()?;
            Fact::Stock(order_id, StockAnswer::Rejected(short))
        }
        SHIPPING_ORDER_CREATED => {
            let ShippingOrderCreated { order_id, items } = message.data()?;
            Fact::Shipping(order_id, FulfilmentFact::Created(items.into_iter().map(pending).collect()))
        }
        ITEM_PROCESSED => message.data::<ItemProcessed>()?.into(),
        SHIPPING_ORDER_PROCESSED => message.data::<ShippingOrderProcessed>()?.into(),
        SHIPPING_ORDER_CANCELLED => Fact::Shipping(message.data::<AboutOrder>()?.order_id, FulfilmentFact::Cancelled),
        CANCELLATION_REFUSED => {
            let CancellationRefused { order_id, reason } = message.data()?;
            Fact::Shipping(order_id, FulfilmentFact::CancellationRefused(reason))
        }
        _ => Fact::Foreign,
    })
}

impl From<ItemProcessed> for Fact {
    fn from(message: ItemProcessed) -> Self {
        let ItemProcessed { order_id, sku, kind, quantity, carrier, tracking, processed_at: at } = message;
        let tracking = Tracking { carrier, number: tracking };
        let item = ProcessedItem { sku, kind: kind.into(), quantity, tracking, at };
        Self::Shipping(order_id, FulfilmentFact::Item(item))
    }
}

impl From<ShippingOrderProcessed> for Fact {
    fn from(message: ShippingOrderProcessed) -> Self {
        let ShippingOrderProcessed { order_id, processed_at, not_sent, not_sent_reason: reason } = message;
        let items: Vec<_> =
            not_sent.into_iter().map(|Item { sku, kind, quantity }| (sku, kind.into(), quantity)).collect();
        let not_sent = (!items.is_empty()).then_some(NotSent { items, reason });
        Self::Shipping(order_id, FulfilmentFact::Processed(processed_at, not_sent))
    }
}

fn pending(item: Item) -> FulfilmentItem {
    let Item { sku, kind, quantity } = item;
    FulfilmentItem::pending(sku, kind.into(), quantity)
}

/// Consumer `follow-fulfilment`.
pub struct FulfilmentFeed {
    stock: Arc<AnswerStock>,
    follow: Arc<FollowFulfilment>,
}

impl FulfilmentFeed {
    /// Feeds these use cases.
    pub fn new(stock: Arc<AnswerStock>, follow: Arc<FollowFulfilment>) -> Self {
        Self { stock, follow }
    }
}

#[async_trait]
impl Handler for FulfilmentFeed {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        let cause = delivery.cause.clone();
        match translate(delivery) {
            Ok(Fact::Stock(order, answer)) => updated(self.stock.execute(order, answer, cause).await),
            Ok(Fact::Shipping(order, fact)) => updated(self.follow.execute(order, fact, cause).await),
            Ok(Fact::Foreign) => Handled::Ignored,
            Err(error) => unreadable(&error),
        }
    }
}

/// Consumer `stock-hints`.
pub struct StockHintFeed {
    keep: Arc<KeepPrices>,
}

impl StockHintFeed {
    /// Feeds this use case.
    pub fn new(keep: Arc<KeepPrices>) -> Self {
        Self { keep }
    }
}

#[async_trait]
impl Handler for StockHintFeed {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        match delivery.envelope.data::<StockChanged>() {
            Ok(level) => stored(self.keep.stock_changed(level.sku, level.available, delivery.cause.clone()).await),
            Err(error) => unreadable(&error),
        }
    }
}
