//! Fulfilment says what it has done with a shipping order.

use std::sync::Arc;

use shared_kernel::{Cause, Clock, OrderId, StoreError, Timestamp};

use crate::application::tasks::decide_on;
use crate::domain::{FulfilmentItem, NotSent, ProcessedItem};
use crate::ports::{OrderStore, Updated};

/// What it has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FulfilmentFact {
    /// Taken the order up.
    Created(Vec<FulfilmentItem>),
    /// Sent one item.
    Item(ProcessedItem),
    /// Done with it: sent everything, but for what it will not send.
    Processed(Timestamp, Option<NotSent>),
    /// Cancelled the shipping order; nothing will be sent.
    Cancelled,
    /// Refused to cancel it.
    CancellationRefused(String),
}

/// Takes it in.
#[derive(Clone)]
pub struct FollowFulfilment {
    orders: Arc<dyn OrderStore>,
    clock: Arc<dyn Clock>,
}

impl FollowFulfilment {
    /// Puts the use case together.
    pub fn new(orders: Arc<dyn OrderStore>, clock: Arc<dyn Clock>) -> Self {
        Self { orders, clock }
    }

    /// Takes the fact in.
    pub async fn execute(&self, order: OrderId, fact: FulfilmentFact, cause: Cause) -> Result<Updated, StoreError> {
        let now = self.clock.now();
        let decide = decide_on(move |order| match fact.clone() {
            FulfilmentFact::Created(items) => order.shipping_order_created(items, now),
            FulfilmentFact::Item(item) => order.item_processed(item, now),
            FulfilmentFact::Processed(at, not_sent) => order.shipping_order_processed(at, not_sent, now),
            FulfilmentFact::Cancelled => order.shipping_cancelled(now),
            FulfilmentFact::CancellationRefused(reason) => order.cancellation_refused(reason, now),
        });
        self.orders.update(decide.caused(order, Some(cause))).await
    }
}
