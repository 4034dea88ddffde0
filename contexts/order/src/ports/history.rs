//! Lists of orders.

use async_trait::async_trait;
use shared_kernel::{CustomerId, Limit, OrderId, Page, StoreError, Timestamp};

use crate::domain::{Order, Status};

/// Which orders, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderFilter {
    /// Only their; everybody's for the staff.
    pub customer: Option<CustomerId>,
    /// Only in this state.
    pub status: Option<Status>,
    /// Only placed at that time or later.
    pub since: Option<Timestamp>,
    /// One customer's orders: a part of the number or of a line's title. Everybody's: exactly the number, the e-mail
    /// address or the id, because a search through all orders must not cost more as the shop grows.
    pub text: Option<String>,
    /// Only those that come after this one in the list.
    pub after: Option<OrderCursor>,
    /// How many.
    pub limit: Limit,
}

/// Where a page of orders ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderCursor {
    /// When the last one was placed.
    pub placed_at: Timestamp,
    /// Which it was.
    pub id: OrderId,
}

impl OrderCursor {
    /// The place of an order in the list.
    pub fn of(order: &Order) -> Self {
        Self { placed_at: order.placed_at(), id: order.id() }
    }

    /// Reads what [`OrderCursor::text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (micros, id) = text.split_once('.')?;
        Some(Self { placed_at: Timestamp::from_micros(micros.parse().ok()?), id: OrderId::parse(id).ok()? })
    }

    /// The opaque form that goes over the wire.
    pub fn text(&self) -> String {
        format!("{}.{}", self.placed_at.micros(), self.id)
    }
}

/// Lists orders.
#[async_trait]
pub trait OrderHistory: Send + Sync {
    /// One page, newest first.
    async fn page(&self, filter: &OrderFilter) -> Result<Page<Order>, StoreError>;

    /// Orders that wait for a person, longest waiting first; `after` is the cursor of the page before.
    async fn needing_attention(&self, after: Option<&str>, limit: Limit) -> Result<Page<Order>, StoreError>;

    /// The trace of the request that placed the order, as it is found in a tracing system; `None` if it was not traced.
    async fn trace(&self, order: OrderId) -> Result<Option<String>, StoreError>;

    /// Every order by id, after `after`: for audits.
    async fn all(&self, after: Option<OrderId>, limit: u32) -> Result<Vec<Order>, StoreError>;
}
