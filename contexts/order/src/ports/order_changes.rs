//! Word that an order has changed, for those who wait for it.

use std::time::Duration;

use async_trait::async_trait;
use shared_kernel::OrderId;

/// Lets somebody wait for the next change of an order.
pub trait OrderChanges: Send + Sync {
    /// Starts to listen. Changes committed from now on are not missed, however late one asks for them.
    fn listen(&self, order: OrderId) -> Box<dyn OrderChangeListener>;
}

/// Somebody who waits.
#[async_trait]
pub trait OrderChangeListener: Send {
    /// Returns `true` as soon as the order has changed since the last call (or since listening began), and `false` when
    /// `at_most` has passed. A change made by another process may be missed, so one looks again from time to time.
    async fn next(&mut self, at_most: Duration) -> bool;
}
