//! Waits a moment for stock and payment intent, so that the buyer gets a whole answer at once.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{OrderId, StoreError};

use crate::domain::{Order, OrderState};
use crate::ports::{OrderChanges, OrderStore};

/// How often it looks even if nobody says anything: another process may have made the change.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

#[derive(Clone)]
pub struct WaitUntilPayable {
    orders: Arc<dyn OrderStore>,
    changes: Arc<dyn OrderChanges>,
    at_most: Duration,
}

impl WaitUntilPayable {
    /// Puts the use case together. `at_most` is how long a buyer is kept waiting.
    pub fn new(orders: Arc<dyn OrderStore>, changes: Arc<dyn OrderChanges>, at_most: Duration) -> Self {
        Self { orders, changes, at_most }
    }

    /// The order as soon as it is more than `AWAITING_STOCK`, or as it is when the wait is over. `None` if there is none.
    pub async fn execute(&self, order: OrderId) -> Result<Option<Order>, StoreError> {
        let mut listener = self.changes.listen(order);
        let mut left = self.at_most;
        loop {
            let found = self.orders.find(order).await?;
            let waiting = |order: &Order| matches!(order.state(), OrderState::AwaitingStock { .. });
            if left.is_zero() || !found.as_ref().is_some_and(waiting) {
                return Ok(found);
            }
            let slice = left.min(POLL_INTERVAL);
            if !listener.next(slice).await {
                left = left.saturating_sub(slice);
            }
        }
    }
}
