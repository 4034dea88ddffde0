//! Somebody looks at one order: its buyer, or the staff. To anybody else it does not exist.

use std::sync::Arc;

use shared_kernel::{Identity, OrderId, Role, StoreError};

use crate::domain::Order;
use crate::ports::OrderStore;

/// Which order, and who looks.
#[derive(Debug, Clone)]
pub struct ViewOrderQuery {
    pub order: OrderId,
    /// Who looks.
    pub by: Identity,
}

/// Why they cannot see it.
#[derive(Debug, thiserror::Error)]
pub enum ViewOrderError {
    /// There is none of that id, or it is somebody else's.
    #[error("there is no order {0}")]
    NoSuchOrder(OrderId),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Shows orders.
#[derive(Clone)]
pub struct ViewOrder {
    orders: Arc<dyn OrderStore>,
}

impl ViewOrder {
    /// Puts the use case together.
    pub fn new(orders: Arc<dyn OrderStore>) -> Self {
        Self { orders }
    }

    /// The order as it is now.
    pub async fn execute(&self, query: ViewOrderQuery) -> Result<Order, ViewOrderError> {
        let found = self.orders.find(query.order).await?;
        found.filter(|order| may_see(order, &query.by)).ok_or(ViewOrderError::NoSuchOrder(query.order))
    }
}

/// Its buyer may, and so may the staff.
pub fn may_see(order: &Order, who: &Identity) -> bool {
    order.belongs_to(who.customer) || who.is(Role::Staff)
}
