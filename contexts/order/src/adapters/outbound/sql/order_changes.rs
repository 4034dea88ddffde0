//! Those who wait for an order, and how they are woken. In memory: it only shortens a wait, and loses nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use shared_kernel::OrderId;
use tokio::sync::watch;

use crate::ports::{OrderChangeListener, OrderChanges};

type Subscriptions = HashMap<OrderId, watch::Sender<u64>>;

/// Wakes those who wait for an order when this process has changed it.
#[derive(Clone, Default)]
pub struct OrderChangeNotifier {
    seats: Arc<Mutex<Subscriptions>>,
}

impl OrderChangeNotifier {
    pub fn notify(&self, order: OrderId) {
        if let Some(notifier) = self.lock().get(&order) {
            notifier.send_modify(|count| *count += 1);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Subscriptions> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OrderChanges for OrderChangeNotifier {
    fn listen(&self, order: OrderId) -> Box<dyn OrderChangeListener> {
        let notifier = self.lock().entry(order).or_insert_with(|| watch::channel(0).0).subscribe();
        Box::new(OrderSubscription { room: self.clone(), order, notifier: Some(notifier) })
    }
}

struct OrderSubscription {
    room: OrderChangeNotifier,
    order: OrderId,
    notifier: Option<watch::Receiver<u64>>,
}

#[async_trait]
impl OrderChangeListener for OrderSubscription {
    async fn next(&mut self, at_most: Duration) -> bool {
        let Some(notifier) = &mut self.notifier else { return false };
        matches!(tokio::time::timeout(at_most, notifier.changed()).await, Ok(Ok(())))
    }
}

impl Drop for OrderSubscription {
    fn drop(&mut self) {
        self.notifier = None;
        let mut seats = self.room.lock();
        if seats.get(&self.order).is_some_and(|notifier| notifier.receiver_count() == 0) {
            seats.remove(&self.order);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_between_listening_and_asking_is_not_missed_and_an_empty_room_is_cleared() {
        let (room, order) = (OrderChangeNotifier::default(), OrderId::new(uuid::Uuid::from_u128(1)));
        let mut seat = room.listen(order);
        room.notify(order);
        assert!(seat.next(Duration::from_mins(1)).await);
        assert!(!seat.next(Duration::ZERO).await);
        drop(seat);
        assert!(room.lock().is_empty());
    }
}
