//! Waiting for an order to change: told of each change, and never longer than a bound.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{OrderId, StoreError};

use crate::domain::Order;
use crate::ports::{OrderChanges, OrderStore};

/// How often it looks even if no change is announced: another process may have made it.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// How many announced changes are looked at. An order has a handful; more of them must not keep a request open.
const MAX_CHANGES: u32 = 100;

/// Waits for orders to change.
#[derive(Clone)]
pub(super) struct Waiting {
    orders: Arc<dyn OrderStore>,
    changes: Arc<dyn OrderChanges>,
    at_most: Duration,
}

impl Waiting {
    pub(super) fn new(orders: Arc<dyn OrderStore>, changes: Arc<dyn OrderChanges>, at_most: Duration) -> Self {
        Self { orders, changes, at_most }
    }

    pub(super) fn no_longer_than(&self, at_most: Duration) -> Self {
        Self { at_most, ..self.clone() }
    }

    /// The order as soon as `is_waiting` does not hold for it any more, or as it is when the wait is over. `None` if there
    /// is none.
    pub(super) async fn until(
        &self,
        order: OrderId,
        is_waiting: impl Fn(&Order) -> bool + Send,
    ) -> Result<Option<Order>, StoreError> {
        // Before the first look: a change between the two is not missed.
        let mut listener = self.changes.listen(order);
        let (mut left, mut changes_left) = (self.at_most, MAX_CHANGES);
        loop {
            let found = self.orders.find(order).await?;
            let waiting = found.as_ref().is_some_and(&is_waiting);
            if !waiting || left.is_zero() || changes_left == 0 {
                return Ok(found);
            }
            let slice = left.min(POLL_INTERVAL);
            if listener.next(slice).await {
                changes_left -= 1;
            } else {
                left = left.saturating_sub(slice);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use chassis::testing::{CountingIds, FixedClock};

    use super::*;
    use crate::ports::OrderChangeListener;
    use crate::testing::{MemoryShop, an_order};

    struct AlwaysChanging;

    impl OrderChanges for AlwaysChanging {
        fn listen(&self, _order: OrderId) -> Box<dyn OrderChangeListener> {
            Box::new(Self)
        }
    }

    #[async_trait]
    impl OrderChangeListener for AlwaysChanging {
        async fn next(&mut self, _at_most: Duration) -> bool {
            true
        }
    }

    #[tokio::test]
    async fn an_order_that_never_stops_changing_is_not_waited_for_without_end() {
        let shop = MemoryShop::new(Arc::new(FixedClock::at("2026-11-22T12:00:00Z")), Arc::new(CountingIds::default()));
        let order = an_order(1).build();
        shop.keeps(order.clone());
        let waiting = Waiting::new(Arc::new(shop), Arc::new(AlwaysChanging), Duration::from_secs(1));
        let found = waiting.until(order.id(), |_| true).await.unwrap();
        assert_eq!(found.map(|order| order.id()), Some(order.id()));
    }
}
