//! An inbox by its three roles: it takes messages in, workers empty it, and operators look after what is stuck.

use std::time::Duration;

use async_trait::async_trait;
use shared_kernel::{Cause, ConsumerName, Envelope, LeaseToken, StoreError, Timestamp};

use super::{DeadLetter, Delivery, Desk, Failure};

/// Takes a context's incoming messages in, one set per consumer.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// How often `consumer` has been emptied to be built again; 0 at first.
    async fn generation(&self, consumer: ConsumerName) -> Result<i64, StoreError>;

    /// Keeps the messages that `consumer` has never been given before, in the order given; answers how many were new.
    /// Batches for one consumer never mix, no matter who hands them over.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the consumer is of another generation: the carrier must start over, because later
    /// messages must not overtake those that have to come again. The store's. Then none was kept.
    async fn accept_in(&self, consumer: ConsumerName, generation: i64, batch: &[Envelope]) -> Result<u64, StoreError>;

    /// Keeps messages whatever the consumer's generation is.
    async fn accept(&self, consumer: ConsumerName, batch: &[Envelope]) -> Result<u64, StoreError> {
        let generation = self.generation(consumer).await?;
        self.accept_in(consumer, generation, batch).await
    }

    /// Keeps a message that cannot be read as a dead letter from the start, in its place among the others. Otherwise as
    /// [`Inbox::accept_in`]. (A store that cannot do so leaves it to the handler, who cannot read it, either.)
    async fn dead_letter_unreadable(
        &self,
        consumer: ConsumerName,
        generation: i64,
        letter: &Envelope,
        _why: &Failure,
    ) -> Result<(), StoreError> {
        self.accept_in(consumer, generation, std::slice::from_ref(letter)).await.map(|_| ())
    }
}

/// What workers do with the messages of an inbox.
#[async_trait]
pub trait WorkQueue: Send + Sync {
    /// Leases up to `claim.lanes` messages: of each lane only the oldest unsettled one, if it is due, alive and not
    /// leased to another worker. Counts an attempt for each before it returns.
    async fn claim(&self, claim: Claim) -> Result<Vec<Delivery>, StoreError>;

    /// Ends an attempt. Has no effect if the lease was lost or the message was settled by the effect's own commit.
    async fn settle(&self, cause: &Cause, settlement: Settlement, now: Timestamp) -> Result<(), StoreError>;

    /// Puts off the end of a lease that is still held, to a moment of the steady time.
    async fn renew(&self, consumer: ConsumerName, lease: LeaseToken, until: Timestamp) -> Result<(), StoreError>;

    /// Brings back what was stamped by a clock that was ahead of this one, or that has been set back since: a message that
    /// came, or failed, in the future counts as if that were now, with the pause that was left to it then; a lease that
    /// reaches further than any lasts is one that was taken now. Answers how many messages that were. What is stamped right
    /// is left as it is, so this may be done at any time.
    async fn correct_times(&self, now: Timestamp, steady: Timestamp) -> Result<u64, StoreError>;

    /// From now on puts messages of `consumer` on `desk`, in the commit that keeps them: those that are due and alone in their
    /// lane, while it has a place. They count as claimed, with their first attempt. What others may add to the same lane at
    /// the same time, so that none can tell which is alone, is left to be claimed: tasks, where processes share a store.
    fn put_on_desk(&self, _consumer: ConsumerName, _desk: Desk) {}

    /// Ends all leases, for a process that knows itself alone with the store and has just started.
    async fn clear_leases(&self) -> Result<(), StoreError>;
}

/// What operators see of an inbox, and decide.
#[async_trait]
pub trait InboxAdmin: Send + Sync {
    /// Dead letters, newest failure first.
    async fn dead_letters(&self, limit: u32) -> Result<Vec<DeadLetter>, StoreError>;

    /// Gives a dead letter a new life (`true`), or ends it for good (`false`); its lane moves on. Answers whether there
    /// was such a dead letter.
    async fn resolve_dead_letter(&self, letter: &DeadLetterId, retry: bool, now: Timestamp)
    -> Result<bool, StoreError>;

    /// How many messages wait, and since when the oldest; how many are dead.
    async fn counts(&self) -> Result<InboxCounts, StoreError>;
}

/// No lease on a message lasts longer than this after it was taken or renewed, so that what a process that died has held
/// is free again.
pub(super) const LEASE: Duration = Duration::from_secs(15);
/// Clocks that differ by no more than this are taken for the same.
pub(super) const SKEW: Duration = Duration::from_secs(2);

/// What a worker asks for.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// For whom.
    pub consumer: ConsumerName,
    /// How many lanes at most.
    pub lanes: u32,
    /// The present time: by it messages are due.
    pub now: Timestamp,
    /// The steady time: by it leases run out.
    pub steady: Timestamp,
    /// How long the lease lasts.
    pub lease_for: Duration,
    /// The lease itself, new for every claim.
    pub lease: LeaseToken,
}

/// How an attempt ended, when the effect's own commit did not end it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// Nothing is left to do.
    Handled,
    /// To be tried again at that time.
    Later(Timestamp, Failure),
    /// Given up until an operator decides.
    Dead(Failure),
}

/// Names a dead letter within its context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterId {
    /// The consumer that failed.
    pub consumer: String,
    pub message: String,
}

/// The state of an inbox in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InboxCounts {
    /// Messages that wait for their handler.
    pub open: u64,
    /// Dead letters.
    pub dead: u64,
    /// Since when the oldest message waits.
    pub oldest: Option<Timestamp>,
}
