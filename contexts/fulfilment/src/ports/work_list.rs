//! Reading shipping orders without changing them.

use async_trait::async_trait;
use shared_kernel::{Limit, OrderId, Page, Sku, StoreError};

use crate::domain::ShippingOrder;

/// Which shipping orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatusFilter {
    /// All: what is pending first.
    #[default]
    All,
    /// With something to be sent.
    Pending,
    /// Sent.
    Processed,
    /// Stopped.
    Cancelled,
}

impl StatusFilter {
    /// Reads the name that it has in addresses.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "" | "all" => Some(Self::All),
            "pending" => Some(Self::Pending),
            "processed" => Some(Self::Processed),
            "cancelled" => Some(Self::Cancelled),
            _ => None,
        }
    }
}

/// Looks at what there is to send.
#[async_trait]
pub trait WorkList: Send + Sync {
    /// One shipping order as last committed; `None` if there is none.
    async fn find(&self, order: OrderId) -> Result<Option<ShippingOrder>, StoreError>;

    /// Pending ones first, oldest first; then those that are done, newest first. `None` when the cursor, which a page
    /// before gave, is not one.
    async fn list(
        &self,
        filter: StatusFilter,
        cursor: Option<String>,
        limit: Limit,
    ) -> Result<Option<Page<ShippingOrder>>, StoreError>;

    /// Up to `limit` items that wait for a file which has been uploaded since.
    async fn deliverable(&self, limit: u32) -> Result<Vec<(OrderId, Sku)>, StoreError>;
}
