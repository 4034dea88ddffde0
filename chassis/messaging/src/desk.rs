//! Messages on a worker's desk: one whose lane is free is leased to a worker of this process in the commit that keeps it, and
//! handed over in memory once that is durable. So it needs no commit of its own to be claimed, and is not read back.
//!
//! Nothing else changes: the row says that it is leased and counts the attempt before the handler runs, a crash leaves what
//! a claimed message leaves, and what finds no place on the desk is claimed as ever.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shared_kernel::{Clock, ConsumerName, Ids, LeaseToken, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::Delivery;
use super::inbox::LEASE;

/// Where one worker is handed messages. Its places are the worker's: as many as it works on at once.
#[derive(Clone)]
pub struct Desk {
    size: usize,
    places: Arc<Semaphore>,
    /// Messages wait that found no place: they are claimed before new ones come onto the desk.
    has_backlog: Arc<AtomicBool>,
    to: mpsc::UnboundedSender<Handed>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

/// A message that is leased to the worker, and the place that it takes until it is settled.
pub struct Handed {
    pub delivery: Delivery,
    /// Until when, by the steady time.
    pub until: Timestamp,
    pub place: OwnedSemaphorePermit,
}

/// A free place and the lease that a message would get with it. Dropped unused, it is free again.
pub(super) struct Place {
    permit: OwnedSemaphorePermit,
    to: mpsc::UnboundedSender<Handed>,
    pub(super) lease: LeaseToken,
    /// A moment of the steady time.
    pub(super) until: Timestamp,
}

impl Desk {
    /// A desk of `size` places, and what arrives on it. Leases end by the steady time of `clock`.
    pub fn new(size: usize, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> (Self, mpsc::UnboundedReceiver<Handed>) {
        let (to, arrived) = mpsc::unbounded_channel();
        let (places, has_backlog) = (Arc::new(Semaphore::new(size)), Arc::default());
        (Self { size, places, has_backlog, to, clock, ids }, arrived)
    }

    /// A place for one message, if there is one, nothing waits for it, and the worker still takes any.
    pub(super) fn reserve(&self) -> Option<Place> {
        if self.to.is_closed() || self.has_backlog.load(Ordering::SeqCst) {
            return None;
        }
        let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() else {
            self.has_backlog.store(true, Ordering::SeqCst);
            return None;
        };
        let (lease, until) = (LeaseToken(self.ids.uuid()), self.clock.steady().plus(LEASE));
        Some(Place { permit, to: self.to.clone(), lease, until })
    }

    /// Whether the worker has anything on its desk or under its hands.
    pub(super) fn is_busy(&self) -> bool {
        self.places.available_permits() < self.size
    }

    /// Whether the worker can take nothing more now.
    pub(super) fn is_full(&self) -> bool {
        self.places.available_permits() == 0
    }

    /// Every free place, for a claim; nothing comes onto the desk until they are given back. `None` if there is none.
    pub(super) fn take_free(&self) -> Option<OwnedSemaphorePermit> {
        let free = u32::try_from(self.places.available_permits()).ok().filter(|free| *free > 0)?;
        let taken = Arc::clone(&self.places).try_acquire_many_owned(free).ok()?;
        self.has_backlog.store(false, Ordering::SeqCst);
        Some(taken)
    }

    /// A claim has found as much as it had places for, so more may wait.
    pub(super) fn expect_backlog(&self) {
        self.has_backlog.store(true, Ordering::SeqCst);
    }
}

impl Place {
    /// Hands over a message that is durably leased. A worker that has just stopped leaves it to the lease's end.
    pub(super) fn hand_over(self, delivery: Delivery) {
        let _stopped = self.to.send(Handed { delivery, until: self.until, place: self.permit });
    }
}

/// The desks of the workers at one database.
#[derive(Default)]
pub(super) struct Desks(Mutex<HashMap<&'static str, Desk>>);

impl Desks {
    pub(super) fn put(&self, consumer: ConsumerName, desk: Desk) {
        self.lock().insert(consumer.as_str(), desk);
    }

    pub(super) fn reserve(&self, consumer: ConsumerName) -> Option<Place> {
        self.lock().get(consumer.as_str())?.reserve()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<&'static str, Desk>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
