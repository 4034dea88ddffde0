//! Carries a context's facts to one destination, oldest first, at least once.
//!
//! Knows nothing of what the facts mean. Stops at the first batch it cannot deliver: later facts of the same subject
//! must not overtake it. Every destination has its own relay, so one that fails holds back only itself. A destination
//! that has forgotten what it was given (a rebuilt consumer, a wiped stream) is given everything again.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Backoff, Destination, Envelope, EventBus, StoreError};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, Span};

use super::outbox::Progress;
use super::{Failure, Lease, Outbox, spans};

const BATCH_SIZE: u32 = 256;
/// At most so many facts come again after a crash; inboxes know them. In a pause the progress is stored at once.
const PROGRESS_SAVE_INTERVAL: i64 = 1_024;
const POLL_INTERVAL: Duration = Duration::from_secs(1);
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));

/// One context's way to one destination.
pub struct Relay {
    outbox: Arc<dyn Outbox>,
    bus: Arc<dyn EventBus>,
    destination: Destination,
    /// Read up to here, which may be ahead of what is kept; `None` until the kept progress has been read.
    read: Option<Progress>,
    kept: i64,
}

impl Relay {
    /// Goes from `outbox` over `bus` to `destination`.
    pub fn new(outbox: Arc<dyn Outbox>, bus: Arc<dyn EventBus>, destination: Destination) -> Self {
        Self { outbox, bus, destination, read: None, kept: 0 }
    }

    /// Carries one batch; says whether there may be more.
    ///
    /// # Errors
    /// [`StoreError`] when the batch has to be carried again.
    pub async fn step(&mut self) -> Result<bool, StoreError> {
        let read = self.load_position().await?;
        let wanted = self.bus.wanted(&self.destination);
        let rows = self.outbox.after(read.position, BATCH_SIZE, wanted.as_deref()).await?;
        let Some(last) = rows.last().map(|row| row.position) else { return Ok(false) };
        let more = rows.len() == BATCH_SIZE as usize;
        let batch: Vec<_> = rows.into_iter().filter_map(|row| row.envelope).collect();
        let mut reached = Progress { position: last, ..read };
        if !batch.is_empty() {
            reached.tip = self.deliver(read.epoch, &batch).await?;
        }
        self.read = Some(reached);
        if last - self.kept >= PROGRESS_SAVE_INTERVAL {
            self.save().await?;
        }
        Ok(more)
    }

    /// Hands a batch over; answers the destination's tip after it.
    async fn deliver(&self, epoch: i64, batch: &[Envelope]) -> Result<i64, StoreError> {
        let spans = spans::of_batch(&self.destination, batch);
        let first = spans.first().cloned().unwrap_or_else(Span::none);
        let delivered = self.bus.deliver(&self.destination, epoch, batch).instrument(first).await;
        delivered.map(|delivered| delivered.tip).map_err(|error| {
            spans::note_lost_batch(&spans);
            StoreError::unavailable(error)
        })
    }

    /// Keeps how far the destination has been served, unless that is kept already. After a crash the next relay begins there.
    ///
    /// # Errors
    /// The store's; then less is kept, and more is carried again.
    pub async fn save(&mut self) -> Result<(), StoreError> {
        if let Some(reached) = self.read.filter(|reached| reached.position > self.kept) {
            self.outbox.advance(&self.destination, reached).await?;
            self.kept = reached.position;
        }
        Ok(())
    }

    /// Where to go on: at the start, should the destination have forgotten or lost something.
    async fn load_position(&mut self) -> Result<Progress, StoreError> {
        let standing = self.bus.standing(&self.destination).await.map_err(StoreError::unavailable)?;
        let still = |progress: &Progress| progress.epoch == standing.epoch && progress.tip <= standing.tip;
        if let Some(read) = self.read.filter(still) {
            return Ok(read);
        }
        let mut kept = self.outbox.progress(&self.destination).await?;
        if !still(&kept) {
            tracing::info!(destination = self.destination.as_str(), "starting over from the first fact");
            self.outbox.restart(&self.destination, standing.epoch).await?;
            kept = Progress { position: 0, epoch: standing.epoch, tip: 0 };
        }
        self.kept = kept.position;
        Ok(*self.read.insert(kept))
    }

    /// Carries on until `stop`, while `lease` is held. `grew` tells when the outbox has; a slow poll covers what a lost
    /// wake-up would leave.
    pub async fn run(mut self, lease: Lease, mut grew: watch::Receiver<u64>, stop: CancellationToken) {
        let (mut failures, mut failing_since) = (0, None);
        while !stop.is_cancelled() {
            grew.mark_unchanged();
            let stepped = if lease.is_held().await {
                self.step().await
            } else {
                self.read = None; // another process advances the position now
                Ok(false)
            };
            if stepped.is_ok() {
                (failures, failing_since) = (0, None);
            }
            match stepped {
                Ok(true) => {}
                Ok(false) => {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        changed = grew.changed() => if changed.is_err() { break },
                        () = tokio::time::sleep(POLL_INTERVAL) => self.save_in_a_pause(&lease).await,
                    }
                }
                Err(error) => {
                    let Failure { text, .. } = Failure::of(&error);
                    let destination = self.destination.as_str();
                    metrics::counter!("store_carrying_failed_total", "destination" => destination.to_owned())
                        .increment(1);
                    tracing::warn!(destination, "carrying facts failed: {text}");
                    lease.release_if_failing_since(*failing_since.get_or_insert_with(Instant::now)).await;
                    failures += 1;
                    let delay = BACKOFF.delay(failures);
                    tokio::select! { () = stop.cancelled() => {}, () = tokio::time::sleep(delay) => {} }
                }
            }
        }
        self.save_in_a_pause(&lease).await;
        lease.release().await;
    }

    async fn save_in_a_pause(&mut self, lease: &Lease) {
        let has_unsaved = self.read.is_some_and(|read| read.position > self.kept);
        if has_unsaved
            && lease.is_held().await
            && let Err(error) = self.save().await
        {
            let Failure { text, .. } = Failure::of(&error);
            tracing::debug!(destination = self.destination.as_str(), "the progress is kept later: {text}");
        }
    }
}
