//! Waits a moment for stock and payment intent, so that the buyer gets a whole answer at once.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{OrderId, StoreError};

use crate::application::waiting::Waiting;
use crate::domain::Order;
use crate::ports::{OrderChanges, OrderStore};

#[derive(Clone)]
pub struct WaitUntilPayable(Waiting);

impl WaitUntilPayable {
    /// Puts the use case together. `at_most` is how long a buyer is kept waiting.
    pub fn new(orders: Arc<dyn OrderStore>, changes: Arc<dyn OrderChanges>, at_most: Duration) -> Self {
        Self(Waiting::new(orders, changes, at_most))
    }

    /// The order as soon as it can be paid or has ended, or as it is when the wait is over. `None` if there is none.
    pub async fn execute(&self, order: OrderId) -> Result<Option<Order>, StoreError> {
        self.0.until(order, |order| order.next_step().is_before_payment()).await
    }
}
