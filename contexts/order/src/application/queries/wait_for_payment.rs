//! Waits for the provider's word when a buyer comes back from the card page.

use std::sync::Arc;
use std::time::Duration;

use super::view_order::{ViewOrderError, ViewOrderQuery, may_see};
use crate::application::waiting::Waiting;
use crate::domain::{AttemptHint, Order};
use crate::ports::{OrderChanges, OrderStore};

#[derive(Clone)]
pub struct WaitForPayment {
    orders: Arc<dyn OrderStore>,
    waiting: Waiting,
}

impl WaitForPayment {
    /// Puts the use case together. `at_most` is how long a buyer is kept waiting.
    pub fn new(orders: Arc<dyn OrderStore>, changes: Arc<dyn OrderChanges>, at_most: Duration) -> Self {
        Self { waiting: Waiting::new(orders.clone(), changes, at_most), orders }
    }

    /// The same with another bound.
    pub fn no_longer_than(&self, at_most: Duration) -> Self {
        Self { waiting: self.waiting.no_longer_than(at_most), ..self.clone() }
    }

    /// The order as soon as the provider's word about this attempt is in, or as it is when the wait is over.
    pub async fn execute(&self, query: ViewOrderQuery, hint: AttemptHint) -> Result<Order, ViewOrderError> {
        let ViewOrderQuery { order: id, by } = query;
        let seen = |order: &Order| may_see(order, &by);
        // Nobody is kept waiting for an order that they may not see.
        let order = self.orders.find(id).await?.filter(seen).ok_or(ViewOrderError::NoSuchOrder(id))?;
        if !order.is_awaiting_confirmation(hint) {
            return Ok(order);
        }
        let found = self.waiting.until(id, |order| order.is_awaiting_confirmation(hint)).await?;
        found.filter(seen).ok_or(ViewOrderError::NoSuchOrder(id))
    }
}
