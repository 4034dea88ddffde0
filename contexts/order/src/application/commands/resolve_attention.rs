//! Somebody of the staff has looked at an order that needed attention.

use std::sync::Arc;

use shared_kernel::{Clock, Identity, OrderId, Role, StoreError};

use crate::application::tasks::decide_on;
use crate::domain::{AttentionReason, Order};
use crate::ports::{OrderStore, Updated};

/// Why it stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ResolveAttentionError {
    /// Only the staff may.
    #[error("only the staff may do this")]
    Forbidden,
    /// There is none of that id.
    #[error("there is no order {0}")]
    NoSuchOrder(OrderId),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes the mark off.
#[derive(Clone)]
pub struct ResolveAttention {
    orders: Arc<dyn OrderStore>,
    clock: Arc<dyn Clock>,
}

impl ResolveAttention {
    /// Puts the use case together.
    pub fn new(orders: Arc<dyn OrderStore>, clock: Arc<dyn Clock>) -> Self {
        Self { orders, clock }
    }

    /// Takes the mark off for one reason, or for all of them, and notes who did.
    pub async fn execute(
        &self,
        order: OrderId,
        reason: Option<AttentionReason>,
        by: &Identity,
    ) -> Result<Order, ResolveAttentionError> {
        if !by.is(Role::Staff) {
            return Err(ResolveAttentionError::Forbidden);
        }
        let (now, name) = (self.clock.now(), by.first_name.clone());
        let decide = decide_on(move |order| order.attention_resolved(reason, &name, now));
        match self.orders.update(decide.caused(order, None)).await? {
            Updated::Changed(order) | Updated::Unchanged(order) => Ok(order),
            Updated::Missing | Updated::Refused(_) | Updated::KeyReused => {
                Err(ResolveAttentionError::NoSuchOrder(order))
            }
        }
    }
}
