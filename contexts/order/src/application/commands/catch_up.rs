//! After a restoration from a backup: takes in what the payment provider remembers and we have forgotten, before anybody
//! acts on what we believe. The very events that were posted then are read again and kept as webhooks are, so those that
//! are known fall out, and those about orders that nobody knows any more end where a person sees them.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Clock, StoreError, Timestamp};

use crate::ports::{EventSpan, PaymentError, ProviderEvent, ProviderEventLog, Restoration, WebhookInbox};

/// Read from so long before the backup: its moment was our clock's, and events come late.
const READ_BEFORE_BACKUP: Duration = Duration::from_hours(1);
/// Events are kept oldest first, and told newest first; so much of the past is turned round at a time.
const WINDOW: Duration = Duration::from_hours(1);
/// The provider's clock may be ahead of ours.
const CLOCK_SKEW: Duration = Duration::from_mins(1);
/// Providers forget events after this.
const EVENT_RETENTION: Duration = Duration::from_hours(30 * 24);
/// More orders than this are not placed between two backups.
const ORDER_NUMBERS_SKIPPED: i64 = 1_000;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatchUpSummary {
    /// From when on the provider was asked.
    pub since: Timestamp,
    /// Events that it remembered.
    pub told: u32,
    /// Those of which we did not know.
    pub new: u32,
}

/// Why we do not know what we have missed.
#[derive(Debug, thiserror::Error)]
pub enum CatchUpError {
    /// The provider does not tell.
    #[error("the payment provider does not say what has happened since the backup: {0}")]
    Provider(#[from] PaymentError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Clone)]
pub struct CatchUp {
    restoration: Arc<dyn Restoration>,
    events: Arc<dyn ProviderEventLog>,
    inbox: Arc<dyn WebhookInbox>,
    clock: Arc<dyn Clock>,
}

impl CatchUp {
    /// Puts the use case together.
    pub fn new(
        restoration: Arc<dyn Restoration>,
        events: Arc<dyn ProviderEventLog>,
        inbox: Arc<dyn WebhookInbox>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { restoration, events, inbox, clock }
    }

    /// Whether memory has gone back and nobody has caught up since.
    pub async fn is_due(&self) -> Result<bool, StoreError> {
        Ok(self.restoration.restore_point().await?.is_some())
    }

    /// Keeps everything that the provider remembers for the consumer of payment events; it may be done again.
    pub async fn execute(&self) -> Result<Option<CatchUpSummary>, CatchUpError> {
        let Some(back_to) = self.restoration.restore_point().await? else { return Ok(None) };
        let (now, since) = (self.clock.now(), back_to.minus(READ_BEFORE_BACKUP));
        if now.since(since) > EVENT_RETENTION {
            tracing::warn!("the backup is older than what the payment provider remembers: compare its books yourself");
        }
        let (mut from, end) = (since.max(now.minus(EVENT_RETENTION)), now.plus(CLOCK_SKEW));
        let mut caught = CatchUpSummary { since, told: 0, new: 0 };
        while from < end {
            let before = from.plus(WINDOW).min(end);
            for event in self.fetch_window(from, before).await?.into_iter().rev() {
                caught.told += 1;
                caught.new += u32::from(self.inbox.accept(event).await?);
            }
            from = before;
        }
        Ok(Some(caught))
    }

    /// Says that everything is caught up with: the events were worked off, and the books compared.
    pub async fn finish(&self) -> Result<(), StoreError> {
        self.restoration.mark_reconciled(self.clock.now(), ORDER_NUMBERS_SKIPPED).await
    }

    /// Newest first.
    async fn fetch_window(&self, from: Timestamp, before: Timestamp) -> Result<Vec<ProviderEvent>, CatchUpError> {
        let (mut all, mut span) = (Vec::new(), EventSpan { from, before, behind: None });
        loop {
            let page = self.events.page(&span).await?;
            span.behind = page.events.last().map(|event| event.id.clone());
            all.extend(page.events);
            if !page.more || span.behind.is_none() {
                return Ok(all);
            }
        }
    }
}
