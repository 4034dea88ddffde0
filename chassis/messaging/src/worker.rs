//! Works off one consumer's messages: claims the heads of lanes, runs the handler, settles what the handler's own commit
//! has not settled.
//!
//! Each consumer has a worker of its own, so a slow, failing or panicking one delays no other.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, try_join_all};
use shared_kernel::{Clock, Ids, LeaseToken, StoreError};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, Span};

use super::desk::{Desk, Handed};
use super::inbox::LEASE;
use super::spans;
use super::{Claim, Delivery, Failure, Handled, Settlement, Subscription, WorkQueue};

/// A handler at work keeps renewing its lease.
const RENEW_INTERVAL: Duration = Duration::from_secs(5);
const HANDLER_TIMEOUT: Duration = Duration::from_secs(45);
/// A lease of which less is left is renewed before the handler begins.
const FRESH: Duration = Duration::from_secs(10);
/// Covers what no wake-up announces: retries that have come due, leases that have run out.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// One consumer at work.
pub struct Worker {
    queue: Arc<dyn WorkQueue>,
    subscription: Subscription,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl Worker {
    /// Serves `subscription` from `queue`.
    pub fn new(
        queue: Arc<dyn WorkQueue>,
        subscription: Subscription,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Self {
        Self { queue, subscription, clock, ids }
    }

    /// Claims the heads of up to `lanes` lanes.
    pub async fn claim(&self, lanes: usize) -> Result<Vec<Delivery>, StoreError> {
        let claim = Claim {
            consumer: self.subscription.consumer,
            lanes: u32::try_from(lanes).unwrap_or(u32::MAX),
            now: self.clock.now(),
            steady: self.clock.steady(),
            lease_for: LEASE,
            lease: LeaseToken(self.ids.uuid()),
        };
        self.queue.claim(claim).await
    }

    /// Runs the handler for one claimed message and settles it.
    ///
    /// # Errors
    /// The store's; the message will be claimed again when the lease has run out.
    pub async fn work(&self, delivery: &Delivery) -> Result<(), StoreError> {
        let span = spans::of_delivery(self.subscription.consumer.as_str(), delivery);
        self.handle(delivery, &span).instrument(span.clone()).await
    }

    async fn handle(&self, delivery: &Delivery, span: &Span) -> Result<(), StoreError> {
        let running = AssertUnwindSafe(self.subscription.handler.handle(delivery)).catch_unwind();
        let (handled, panicked) = match tokio::time::timeout(HANDLER_TIMEOUT, running).await {
            Ok(Ok(handled)) => (handled, false),
            Ok(Err(panic)) => (Handled::Retry(Failure::new("panic", panic_text(&*panic))), true),
            Err(_) => (Handled::Retry(Failure::new("timeout", format!("took longer than {HANDLER_TIMEOUT:?}"))), false),
        };
        let settlement = self.settlement(delivery, handled, panicked);
        spans::note_settlement(span, &settlement);
        self.queue.settle(&delivery.cause, settlement, self.clock.now()).await
    }

    /// Works off what is due now, and returns when nothing is. Messages that have to be tried again later stay.
    pub async fn drain(&self) -> Result<(), StoreError> {
        loop {
            let claimed = self.claim(self.subscription.lanes).await?;
            if claimed.is_empty() {
                return Ok(());
            }
            let working: Vec<BoxFuture<'_, _>> = claimed.iter().map(|delivery| self.work(delivery).boxed()).collect();
            try_join_all(working).await?;
        }
    }

    fn settlement(&self, delivery: &Delivery, handled: Handled, panicked: bool) -> Settlement {
        let consumer = self.subscription.consumer.as_str();
        let (kind, id) = (&delivery.envelope.event_type, &delivery.envelope.id);
        match handled {
            Handled::Done | Handled::Ignored => {
                metrics::counter!("store_messages_handled_total", "consumer" => consumer).increment(1);
                Settlement::Handled
            }
            Handled::Retry(failure) => {
                let now = self.clock.now();
                let age = now.since(delivery.received_at);
                match self.subscription.policy.pause(delivery.attempt, age, panicked, self.ids.random()) {
                    Some(pause) => {
                        metrics::counter!("store_messages_retried_total", "consumer" => consumer).increment(1);
                        let (attempt, code, text) = (delivery.attempt, failure.code, &failure.text);
                        tracing::info!(consumer, code, attempt, "{kind} {id} will be tried again: {text}");
                        Settlement::Later(now.plus(pause), failure)
                    }
                    None => self.fail_permanently(delivery, failure),
                }
            }
            Handled::Dead(failure) => self.fail_permanently(delivery, failure),
        }
    }

    fn fail_permanently(&self, delivery: &Delivery, failure: Failure) -> Settlement {
        let consumer = self.subscription.consumer.as_str();
        let (kind, id) = (&delivery.envelope.event_type, &delivery.envelope.id);
        metrics::counter!("store_dead_letters_total", "consumer" => consumer).increment(1);
        let (attempt, code, text) = (delivery.attempt, failure.code, &failure.text);
        tracing::error!(consumer, code, attempt, "{kind} {id} became a dead letter: {text}");
        Settlement::Dead(failure)
    }

    /// Works until `stop`; then lets what runs come to its end. `grew` tells when the inbox has.
    pub async fn run(self: Arc<Self>, mut grew: watch::Receiver<u64>, stop: CancellationToken) {
        let (desk, mut handed) = Desk::new(self.subscription.lanes, Arc::clone(&self.clock), Arc::clone(&self.ids));
        self.queue.put_on_desk(self.subscription.consumer, desk.clone());
        let mut running = JoinSet::new();
        while !stop.is_cancelled() {
            grew.mark_unchanged();
            // A message may wait behind one that is being handled, or that lies on the desk.
            let was_busy = desk.is_busy();
            let claimed = self.claim_for_all(&desk).await;
            let others_may_wait = was_busy || !claimed.is_empty();
            for handed in claimed {
                self.begin(handed, &mut running);
            }
            self.wait(&mut running, (&mut handed, &mut grew), &desk, others_may_wait, &stop).await;
        }
        handed.close();
        while let Some(handed) = handed.recv().await {
            self.begin(handed, &mut running);
        }
        while running.join_next().await.is_some() {}
    }

    /// Claims as many messages as there are free places.
    async fn claim_for_all(&self, desk: &Desk) -> Vec<Handed> {
        let Some(mut taken) = desk.take_free() else { return Vec::new() };
        let until = self.clock.steady().plus(LEASE);
        let claimed = self.claim(taken.num_permits()).await.unwrap_or_else(|error| {
            let Failure { text, .. } = Failure::of(&error);
            tracing::warn!(consumer = self.subscription.consumer.as_str(), "claiming failed: {text}");
            Vec::new()
        });
        let handed = claimed.into_iter().map_while(|delivery| Some(Handed { delivery, until, place: taken.split(1)? }));
        let handed: Vec<_> = handed.collect();
        if taken.num_permits() == 0 {
            desk.expect_backlog();
        }
        handed
    }

    fn begin(self: &Arc<Self>, handed: Handed, running: &mut JoinSet<()>) {
        let worker = Arc::clone(self);
        running.spawn(async move {
            if worker.still_holds(&handed).await {
                worker.work_and_report(&handed.delivery).await;
            }
            drop(handed.place);
        });
    }

    /// Begins what is handed over, until there may be something to claim and room to run it. If no others may wait, what
    /// comes up is either handed over or announced, and nothing has to be looked for when a handler is done.
    async fn wait(
        self: &Arc<Self>,
        running: &mut JoinSet<()>,
        (handed, grew): (&mut mpsc::UnboundedReceiver<Handed>, &mut watch::Receiver<u64>),
        desk: &Desk,
        others_may_wait: bool,
        stop: &CancellationToken,
    ) {
        // Once for the whole wait: what is only to be found by looking must not wait for a pause in what is handed over.
        let poll = tokio::time::sleep(POLL_INTERVAL);
        tokio::pin!(poll);
        loop {
            let full = desk.is_full();
            tokio::select! {
                () = stop.cancelled() => return,
                () = &mut poll => return,
                Some(handed) = handed.recv() => self.begin(handed, running),
                Some(_) = running.join_next(), if !running.is_empty() => {
                    while running.try_join_next().is_some() {}
                    if others_may_wait {
                        return;
                    }
                }
                _ = grew.changed(), if !full => return,
            }
        }
    }

    /// Whether the lease of a message that has lain on the desk is good for its handler; it is renewed if it is old. What has
    /// run out is another worker's, or is claimed again.
    async fn still_holds(&self, handed: &Handed) -> bool {
        let left = handed.until.since(self.clock.steady());
        if left < FRESH && !left.is_zero() {
            self.renew(&handed.delivery).await;
        }
        !left.is_zero()
    }

    async fn work_and_report(&self, delivery: &Delivery) {
        let working = self.work(delivery);
        tokio::pin!(working);
        let worked = loop {
            tokio::select! {
                worked = &mut working => break worked,
                () = tokio::time::sleep(RENEW_INTERVAL) => self.renew(delivery).await,
            }
        };
        if let Err(error) = worked {
            let Failure { text, .. } = Failure::of(&error);
            tracing::warn!(consumer = self.subscription.consumer.as_str(), "settling failed: {text}");
        }
    }

    async fn renew(&self, delivery: &Delivery) {
        let until = self.clock.steady().plus(LEASE);
        if let Err(error) = self.queue.renew(self.subscription.consumer, delivery.cause.lease, until).await {
            let Failure { text, .. } = Failure::of(&error);
            tracing::warn!(consumer = self.subscription.consumer.as_str(), "renewing a lease failed: {text}");
        }
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests;
