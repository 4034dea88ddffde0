//! Keeps orders.

use std::sync::Arc;

use async_trait::async_trait;
use shared_kernel::{Cause, OrderId, StoreError, Timestamp};

use super::placement::RequestKey;
use crate::domain::{CancelRefused, IntentId, Order, RefundRefused, Transition};

/// Why the domain refused what somebody asked of an order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It cannot be cancelled.
    #[error(transparent)]
    Cancel(#[from] CancelRefused),
    /// It cannot be refunded so.
    #[error(transparent)]
    Refund(#[from] RefundRefused),
    /// It has changed since that was looked up on which the decision rests.
    #[error("the order has changed meanwhile")]
    Outdated,
}

/// A pure decision about an order. It may be asked more than once, so it must not do anything but decide.
pub type Decide = Arc<dyn Fn(Order) -> Result<Transition, Refusal> + Send + Sync>;

/// A change to one order, decided inside the write transaction on the order as it is at that moment.
#[derive(Clone)]
pub struct Update {
    /// Which order.
    pub order: OrderId,
    /// What happens to it.
    pub decide: Decide,
    /// The message that causes it.
    pub cause: Option<Cause>,
    /// The key under which a person asked for it.
    pub key: Option<RequestKey>,
}

/// What became of an [`Update`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Updated {
    /// There is no such order.
    Missing,
    /// The domain refused; nothing was kept.
    Refused(Refusal),
    /// Nothing changed, or the request with this key has had its effect before; nothing was kept. The order as it is.
    Unchanged(Order),
    /// Kept. The order as it is now.
    Changed(Order),
    /// The key was used before for another request; nothing was kept.
    KeyReused,
}

/// Remembers orders.
#[async_trait]
pub trait OrderStore: Send + Sync {
    /// The order as last committed; `None` if it never was.
    async fn find(&self, id: OrderId) -> Result<Option<Order>, StoreError>;

    /// The order to which an intent of the payment provider belongs.
    async fn find_by_intent(&self, intent: &IntentId) -> Result<Option<OrderId>, StoreError>;

    /// Reads the order, lets the domain decide, and keeps order, published events, tasks, new intents, key and the mark
    /// of the cause together, or none of them. If the order became Paid, its lines leave its cart in the same commit.
    /// Nobody else can change the order between reading and writing.
    ///
    /// # Errors
    /// [`StoreError::AlreadyHandled`] if the cause was seen before; [`StoreError::LeaseLost`].
    async fn update(&self, update: Update) -> Result<Updated, StoreError>;

    /// Orders on which [`Order::overdue`] has something to do, longest overdue first.
    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<OrderId>, StoreError>;

    /// Orders placed before `before` with an open intent or a pending refund, by id, after `after`.
    async fn with_open_money(
        &self,
        before: Timestamp,
        after: Option<OrderId>,
        limit: u32,
    ) -> Result<Vec<Order>, StoreError>;
}

/// Finds orders whose money is compared with the provider's books, and remembers how far that has come.
#[async_trait]
pub trait MoneyOrders: Send + Sync {
    /// Orders that behind `after` were placed in this shop, longest ago first, by time and id.
    async fn placed_after(&self, after: PlacedAt, limit: u32) -> Result<Vec<Order>, StoreError>;

    /// Up to which order the timer has compared; `None` if it never has.
    async fn compared_to(&self) -> Result<Option<PlacedAt>, StoreError>;

    /// Remembers that.
    async fn keep_compared_to(&self, last: PlacedAt) -> Result<(), StoreError>;
}

/// The place of an order in the row of all orders, by the time at which they were placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlacedAt {
    /// When it was placed.
    pub at: Timestamp,
    /// Which of those placed then; before all of them if `None`.
    pub order: Option<OrderId>,
}

impl PlacedAt {
    /// Before all orders that were placed at this moment or later.
    pub const fn from(at: Timestamp) -> Self {
        Self { at, order: None }
    }

    /// The place of this order.
    pub const fn of(order: &Order) -> Self {
        Self { at: order.placed_at(), order: Some(order.id()) }
    }
}
