//! Lists of orders: a customer's own, everybody's for the staff, and those that need attention.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Clock, CustomerId, Limit, OrderId, Page, StoreError, Timestamp};

use crate::domain::{Order, Status};
use crate::ports::{OrderCursor, OrderFilter, OrderHistory};

/// Six months, as a customer's history goes back unless they ask for more.
const HISTORY: Duration = Duration::from_hours(183 * 24);

#[derive(Debug, Clone)]
pub struct ListOrdersQuery {
    /// Only in this state.
    pub status: Option<Status>,
    /// Only placed at that time or later.
    pub since: Option<Timestamp>,
    /// Search words; see [`OrderFilter::text`].
    pub text: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// How many.
    pub limit: Limit,
}

impl Default for ListOrdersQuery {
    fn default() -> Self {
        Self { status: None, since: None, text: None, cursor: None, limit: Limit::DEFAULT }
    }
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum ListOrdersError {
    /// The cursor is not one of ours.
    #[error("the cursor is not valid")]
    BadCursor,
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Clone)]
pub struct ListOrders {
    history: Arc<dyn OrderHistory>,
    clock: Arc<dyn Clock>,
}

impl ListOrders {
    /// Puts the use case together.
    pub fn new(history: Arc<dyn OrderHistory>, clock: Arc<dyn Clock>) -> Self {
        Self { history, clock }
    }

    /// A customer's own orders, newest first; the last six months unless they say since when.
    pub async fn of_customer(&self, who: CustomerId, query: ListOrdersQuery) -> Result<Page<Order>, ListOrdersError> {
        let since = query.since.unwrap_or_else(|| self.clock.now().minus(HISTORY));
        self.page(Some(who), ListOrdersQuery { since: Some(since), ..query }).await
    }

    /// Everybody's orders, newest first. The caller has made sure that they are of the staff.
    pub async fn of_everybody(&self, query: ListOrdersQuery) -> Result<Page<Order>, ListOrdersError> {
        self.page(None, query).await
    }

    /// Orders that wait for a person, longest waiting first. The caller has made sure that they are of the staff.
    pub async fn needing_attention(&self, cursor: Option<&str>, limit: Limit) -> Result<Page<Order>, ListOrdersError> {
        if cursor.is_some_and(|cursor| OrderCursor::parse(cursor).is_none()) {
            return Err(ListOrdersError::BadCursor);
        }
        Ok(self.history.needing_attention(cursor, limit).await?)
    }

    /// The trace of the request that placed an order. The caller has made sure that they are of the staff.
    pub async fn trace(&self, order: OrderId) -> Result<Option<String>, ListOrdersError> {
        Ok(self.history.trace(order).await?)
    }

    async fn page(&self, customer: Option<CustomerId>, query: ListOrdersQuery) -> Result<Page<Order>, ListOrdersError> {
        let ListOrdersQuery { status, since, text, cursor, limit } = query;
        let after = match cursor {
            Some(cursor) => Some(OrderCursor::parse(&cursor).ok_or(ListOrdersError::BadCursor)?),
            None => None,
        };
        let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(self.history.page(&OrderFilter { customer, status, since, text, after, limit }).await?)
    }
}
