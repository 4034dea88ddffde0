//! Those who wait for an order, and how they are woken. In memory: it only shortens a wait, and loses nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use shared_kernel::OrderId;
use tokio::sync::watch;

use crate::ports::{NewsListener, OrderNews};

type Seats = HashMap<OrderId, watch::Sender<u64>>;

/// Wakes those who wait for an order when this process has changed it.
#[derive(Clone, Default)]
pub struct WaitingRoom {
    seats: Arc<Mutex<Seats>>,
}

impl WaitingRoom {
    /// The order has changed.
    pub fn tell(&self, order: OrderId) {
        if let Some(bell) = self.lock().get(&order) {
            bell.send_modify(|count| *count += 1);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OrderNews for WaitingRoom {
    fn listen(&self, order: OrderId) -> Box<dyn NewsListener> {
        let bell = self.lock().entry(order).or_insert_with(|| watch::channel(0).0).subscribe();
        Box::new(Seat { room: self.clone(), order, bell: Some(bell) })
    }
}

struct Seat {
    room: WaitingRoom,
    order: OrderId,
    bell: Option<watch::Receiver<u64>>,
}

#[async_trait]
impl NewsListener for Seat {
    async fn next(&mut self, at_most: Duration) -> bool {
        let Some(bell) = &mut self.bell else { return false };
        matches!(tokio::time::timeout(at_most, bell.changed()).await, Ok(Ok(())))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.bell = None;
        let mut seats = self.room.lock();
        if seats.get(&self.order).is_some_and(|bell| bell.receiver_count() == 0) {
            seats.remove(&self.order);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_between_listening_and_asking_is_not_missed_and_an_empty_room_is_cleared() {
        let (room, order) = (WaitingRoom::default(), OrderId::new(uuid::Uuid::from_u128(1)));
        let mut seat = room.listen(order);
        room.tell(order);
        assert!(seat.next(Duration::from_mins(1)).await);
        assert!(!seat.next(Duration::ZERO).await);
        drop(seat);
        assert!(room.lock().is_empty());
    }
}
