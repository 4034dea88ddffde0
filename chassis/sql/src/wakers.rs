//! Wakes those who wait for a commit.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use uuid::Uuid;

use super::attachments::Attachments;
use super::tx::Touched;

/// Counters that grow when a commit has added to the outbox, or to a consumer's inbox.
#[derive(Clone, Default)]
pub(super) struct Wakers {
    outbox: watch::Sender<u64>,
    inbox: Arc<Mutex<HashMap<&'static str, watch::Sender<u64>>>>,
    settled: Arc<Mutex<HashSet<(Uuid, String)>>>,
    pub(super) attachments: Attachments,
}

/// More than are under way at a time. The rest are of handlers that timed out and committed later.
const MAX_SETTLED: usize = 4_096;

impl Wakers {
    /// Waits for the outbox.
    pub(super) fn outbox(&self) -> watch::Receiver<u64> {
        self.outbox.subscribe()
    }

    /// Waits for one consumer's inbox.
    pub(super) fn inbox(&self, consumer: &'static str) -> watch::Receiver<u64> {
        self.inboxes().entry(consumer).or_default().subscribe()
    }

    pub(super) fn wake_all(&self) {
        grow(&self.outbox);
        self.inboxes().values().for_each(grow);
    }

    /// Wakes those whom a commit concerns, and does what was to be done after it.
    pub(super) fn wake(&self, touched: &mut Touched) {
        touched.after.drain(..).for_each(|act| act());
        if touched.outbox {
            grow(&self.outbox);
        }
        touched.inbox.iter().for_each(|consumer| self.wake_inbox(consumer));
        if !touched.settled.is_empty() {
            let mut settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
            if settled.len() > MAX_SETTLED {
                settled.clear(); // a lease that is not found here is looked up in the database
            }
            settled.extend(touched.settled.drain(..));
        }
    }

    /// Whether a commit has settled the message of this lease; asked once.
    pub(super) fn was_settled(&self, lease: Uuid, message: &str) -> bool {
        self.settled.lock().unwrap_or_else(PoisonError::into_inner).remove(&(lease, message.to_owned()))
    }

    /// Wakes one consumer, if they are in this process.
    pub(super) fn wake_inbox(&self, consumer: &str) {
        self.inboxes().get(consumer).into_iter().for_each(grow);
    }

    /// Wakes the relays.
    pub(super) fn wake_outbox(&self) {
        grow(&self.outbox);
    }

    fn inboxes(&self) -> MutexGuard<'_, HashMap<&'static str, watch::Sender<u64>>> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn grow(counter: &watch::Sender<u64>) {
    counter.send_modify(|counter| *counter += 1);
}
