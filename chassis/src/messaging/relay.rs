//! Carries a context's facts to one destination, oldest first, at least once.
//!
//! Knows nothing of what the facts mean. Stops at the first batch it cannot deliver: later facts of the same subject
//! must not overtake it. Every destination has its own relay, so one that fails holds back only itself.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Destination, EventBus, StoreError};
use tokio::sync::{RwLock, watch};
use tokio_util::sync::CancellationToken;

use super::outbox::Progress;
use super::{Failure, Outbox};

const BATCH: u32 = 256;
/// Progress that concerned nobody is kept only now and then.
const KEEP_EVERY: i64 = 1_024;
const POLL: Duration = Duration::from_secs(1);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Held for reading while a batch is carried to a destination, and for writing while a replay sets that back; counts the
/// replays, so that a relay knows when what it remembers of its progress is void.
pub type Gate = Arc<RwLock<u64>>;

/// One context's way to one destination.
pub struct Relay {
    outbox: Arc<dyn Outbox>,
    bus: Arc<dyn EventBus>,
    destination: Destination,
    gate: Gate,
    /// Read up to here, which may be ahead of what is kept; `None` until the kept progress has been read.
    read: Option<Progress>,
    kept: i64,
    replays: u64,
}

impl Relay {
    /// Goes from `outbox` over `bus` to `destination`.
    #[must_use]
    pub fn new(outbox: Arc<dyn Outbox>, bus: Arc<dyn EventBus>, destination: Destination, gate: Gate) -> Self {
        Self { outbox, bus, destination, gate, read: None, kept: 0, replays: 0 }
    }

    /// Carries one batch; says whether there may be more.
    ///
    /// # Errors
    /// [`StoreError`] when the batch has to be carried again.
    pub async fn step(&mut self) -> Result<bool, StoreError> {
        let gate = Arc::clone(&self.gate);
        let carrying = gate.read().await;
        let read = match self.read.filter(|_| self.replays == *carrying) {
            Some(read) => read,
            None => {
                let kept = self.outbox.progress(&self.destination).await?;
                (self.replays, self.kept) = (*carrying, kept.position);
                *self.read.insert(kept)
            }
        };
        let wanted = self.bus.wanted(&self.destination);
        let rows = self.outbox.after(read.position, BATCH, wanted.as_deref()).await?;
        let Some(last) = rows.last().map(|row| row.position) else { return Ok(false) };
        let more = rows.len() == BATCH as usize;
        let batch: Vec<_> = rows.into_iter().filter_map(|row| row.envelope).collect();
        let delivered = if batch.is_empty() {
            0
        } else {
            self.bus.deliver(&self.destination, &batch).await.map_err(StoreError::unavailable)?
        };
        let reached = Progress { position: last, ..read };
        if delivered > 0 || last - self.kept >= KEEP_EVERY {
            self.outbox.advance(&self.destination, reached).await?;
            self.kept = last;
        }
        self.read = Some(reached);
        Ok(more)
    }

    /// Carries on until `stop`. `grew` tells when the outbox has; a slow poll covers what a lost wake-up would leave.
    pub async fn run(mut self, mut grew: watch::Receiver<u64>, stop: CancellationToken) {
        let mut pause = FIRST_PAUSE;
        loop {
            grew.mark_unchanged();
            let wait = match self.step().await {
                Ok(true) => continue,
                Ok(false) => {
                    pause = FIRST_PAUSE;
                    POLL
                }
                Err(error) => {
                    let Failure { text, .. } = Failure::of(&error);
                    tracing::warn!(destination = self.destination.as_str(), "carrying facts failed: {text}");
                    let now = pause;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    tokio::select! { () = stop.cancelled() => return, () = tokio::time::sleep(now) => continue }
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                changed = grew.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(wait) => {}
            }
        }
    }
}
