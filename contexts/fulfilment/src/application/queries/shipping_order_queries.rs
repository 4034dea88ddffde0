//! What there is to send, each order together with what was refunded of it.

use std::sync::Arc;

use shared_kernel::{Limit, OrderId, Page, StoreError};

use crate::domain::{Refunded, ShippingOrder};
use crate::ports::{RefundBook, StatusFilter, WorkList};

/// A shipping order, and how much of its money went back; `None` if nothing did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShippingOrderWithRefund {
    pub order: ShippingOrder,
    pub refunded: Option<Refunded>,
}

/// Looks at shipping orders.
pub struct ShippingOrderQueries {
    work_list: Arc<dyn WorkList>,
    refunds: Arc<dyn RefundBook>,
}

impl ShippingOrderQueries {
    pub fn new(work_list: Arc<dyn WorkList>, refunds: Arc<dyn RefundBook>) -> Self {
        Self { work_list, refunds }
    }

    /// Pending ones first, oldest first; then those that are done, newest first. `None` when the cursor is not one of
    /// ours.
    pub async fn list(
        &self,
        filter: StatusFilter,
        cursor: Option<String>,
        limit: Limit,
    ) -> Result<Option<Page<ShippingOrderWithRefund>>, StoreError> {
        let Some(page) = self.work_list.list(filter, cursor, limit).await? else {
            return Ok(None);
        };
        let refunded = self.refunds.of(page.items.iter().map(ShippingOrder::order).collect()).await?;
        let join =
            |order: ShippingOrder| ShippingOrderWithRefund { refunded: refunded.get(&order.order()).copied(), order };
        Ok(Some(Page { items: page.items.into_iter().map(join).collect(), next_cursor: page.next_cursor }))
    }

    /// One shipping order as last committed; `None` if there is none.
    pub async fn find(&self, order: OrderId) -> Result<Option<ShippingOrderWithRefund>, StoreError> {
        match self.work_list.find(order).await? {
            Some(order) => self.with_refund(order).await.map(Some),
            None => Ok(None),
        }
    }

    /// A shipping order that a command has just answered, with what was refunded of it.
    pub async fn with_refund(&self, order: ShippingOrder) -> Result<ShippingOrderWithRefund, StoreError> {
        let refunded = self.refunds.of(vec![order.order()]).await?.remove(&order.order());
        Ok(ShippingOrderWithRefund { order, refunded })
    }

    /// How many shipping orders wait to be sent; counts no further than `limit`.
    pub async fn count_pending(&self, limit: Limit) -> Result<usize, StoreError> {
        let page = self.work_list.list(StatusFilter::Pending, None, limit).await?;
        Ok(page.map_or(0, |page| page.items.len()))
    }
}
