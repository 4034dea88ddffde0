//! Fetches what one context wants of another's stream into its inboxes, in the stream's order, and then acknowledges it.
//!
//! **Why order holds.** A consumer's inbox must get each subject's facts in their order, at their first coming; repeats
//! fall out. The stream has them in order. A [`StreamReader`] begins behind a place up to which everything is in the inboxes
//! and goes on without gaps, so whatever it hands over joins on to what is there already. That is true of any number of
//! readings at once, also of one that was held up for an hour and then goes on: what it holds joined on to its inbox when
//! it was fetched, and an inbox only grows. The lease merely keeps processes from taking each other's deliveries. A
//! replay, after which an inbox has *less* than before, raises the consumer's generation; what was fetched before is
//! refused in the new one, and the durable's name says for which generations its acknowledgements count.
//!
//! **Why nothing is lost.** A message is acknowledged when every consumer that wants it has it in its inbox. One that
//! cannot be read is kept as a dead letter of those that hear its subject.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use sha2::{Digest as _, Sha256};
use shared_kernel::{Backoff, ConsumerName, Envelope, StoreError, Timestamp};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::super::{Inbox, Lease, Subscription};
use super::link::Link;
use super::reading::StreamReader;
use super::stream_message::StreamMessage;
use super::{JetStreamError, streams};

/// How often replays, losses and the lag are looked for, and by those who do not hold the lease, the lease.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(2));

/// One context's way from one other context's stream.
pub(super) struct Puller {
    link: Arc<Link>,
    context: &'static str,
    producer: String,
    inbox: Arc<dyn Inbox>,
    subscriptions: Vec<Subscription>,
    restored_at: Option<Timestamp>,
}

/// How long to wait after an interruption, and whether it is worth saying: the same one again and again is not.
#[derive(Default)]
struct Pauses {
    failures: u32,
    said: String,
    /// When the first of these interruptions was.
    since: Option<Instant>,
}

impl Pauses {
    /// The pause after `trouble`, which ended a stretch of `read_for`.
    fn after(&mut self, puller: &Puller, read_for: Duration, trouble: &str) -> Duration {
        let Puller { context, producer, .. } = puller;
        puller.count("store_pulls_interrupted_total", 1);
        if read_for > BACKOFF.cap() {
            *self = Self::default();
        }
        if self.said == trouble {
            tracing::debug!(context, producer, "fetching facts of {producer} is still interrupted: {trouble}");
        } else {
            tracing::warn!(context, producer, "fetching facts of {producer} was interrupted: {trouble}");
        }
        trouble.clone_into(&mut self.said);
        self.failures += 1;
        self.since.get_or_insert_with(Instant::now);
        BACKOFF.delay(self.failures)
    }
}

/// The generations in which a puller's consumers are served.
type Generations = Vec<i64>;

impl Puller {
    /// One for each context that these consumers hear.
    pub(super) fn all(
        link: &Arc<Link>,
        context: &'static str,
        inbox: &Arc<dyn Inbox>,
        subscriptions: &[Subscription],
        restored_at: Option<Timestamp>,
    ) -> Vec<Self> {
        let types = subscriptions.iter().flat_map(Subscription::event_types);
        let mut producers: Vec<&str> = types.filter_map(|event_type| streams::producer(event_type)).collect();
        producers.sort_unstable();
        producers.dedup();
        let puller = |producer: &str| {
            let hears = |subscription: &&Subscription| {
                subscription.event_types().iter().any(|event_type| streams::producer(event_type) == Some(producer))
            };
            Self {
                link: Arc::clone(link),
                context,
                producer: producer.to_owned(),
                inbox: Arc::clone(inbox),
                subscriptions: subscriptions.iter().filter(hears).cloned().collect(),
                restored_at,
            }
        };
        producers.into_iter().map(puller).collect()
    }

    /// Keeps fetching until `stop`, while `lease` is held.
    pub(super) async fn run(self, lease: Lease, stop: CancellationToken) {
        let mut pauses = Pauses::default();
        while !stop.is_cancelled() {
            let pause = if lease.is_held().await {
                let began = Instant::now();
                match self.read(&lease, &stop).await {
                    Ok(()) => continue,
                    Err(trouble) => {
                        let pause = pauses.after(&self, began.elapsed(), &trouble.to_string());
                        lease.release_if_failing_since(pauses.since.unwrap_or(began)).await;
                        pause
                    }
                }
            } else {
                pauses.since = None;
                self.report(0); // the reader already knows how far behind it is
                POLL_INTERVAL
            };
            tokio::select! { () = stop.cancelled() => {}, () = tokio::time::sleep(pause) => {} }
        }
        self.link.flush().await;
        lease.release().await;
    }

    /// Reads one stretch: until `stop`, until the lease is lost, until a consumer is rebuilt, or until something goes
    /// wrong.
    async fn read(&self, lease: &Lease, stop: &CancellationToken) -> Result<(), JetStreamError> {
        let lost = self.link.lost();
        tokio::pin!(lost);
        let generations = self.generations().await?;
        let Some(mut reading) = self.begin(&generations).await? else {
            let (context, producer) = (self.context, &self.producer);
            tracing::debug!(context, producer, "{producer} has stated nothing yet: there is no stream of it");
            tokio::select! { () = stop.cancelled() => {}, () = tokio::time::sleep(POLL_INTERVAL) => {} }
            return Ok(());
        };
        let mut look = tokio::time::interval(POLL_INTERVAL);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = &mut lost => return Err("the connection was lost".into()),
                batch = reading.next() => {
                    let batch = batch?;
                    match self.keep(&generations, &batch.letters).await {
                        Err(StoreError::Stale) => return Ok(()),
                        kept => kept?,
                    }
                    self.count("store_facts_pulled_total", batch.letters.len() as u64);
                    reading.acknowledge(batch).await?;
                }
                _ = look.tick() => {
                    self.link.bus().await?;
                    self.report(reading.lag().await?);
                    if self.generations().await? != generations {
                        return Ok(());
                    }
                }
            }
            if !lease.is_held().await {
                return Ok(());
            }
        }
    }

    /// `None` while there is no stream.
    async fn begin(&self, generations: &Generations) -> Result<Option<StreamReader>, JetStreamError> {
        let bus = self.link.bus().await?;
        let Some(stream) = streams::info(&bus, &streams::name(&self.producer)).await? else { return Ok(None) };
        streams::refuse_past(&stream, self.restored_at)?;
        let durable = self.durable(generations, streams::standing(&stream).epoch);
        StreamReader::begin(bus, &stream, &self.producer, self.context, &durable).await.map(Some)
    }

    async fn generations(&self) -> Result<Generations, StoreError> {
        let mut generations = Vec::with_capacity(self.subscriptions.len());
        for subscription in &self.subscriptions {
            generations.push(self.inbox.generation(subscription.consumer()).await?);
        }
        Ok(generations)
    }

    /// What the broker remembers of our reading is true of one stream and of these consumers in these generations: one that
    /// is rebuilt, that is new, or that hears more than in the version before gets everything from the start, under another
    /// name. (The version before may have acknowledged what only this one hears.)
    fn durable(&self, generations: &Generations, epoch: i64) -> String {
        let sum: i64 = generations.iter().sum();
        let served = self.subscriptions.iter().zip(generations);
        let mut served: Vec<_> =
            served.map(|(reader, age)| format!("{}={age} {}\n", reader.consumer(), reader.hears())).collect();
        served.sort_unstable();
        let digest = Sha256::digest(format!("{epoch}\n{}", served.concat()));
        let digest = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
        format!("{}-{sum}-{digest:08x}", self.context)
    }

    /// Puts the letters into the inboxes of those whom they concern.
    async fn keep(&self, generations: &Generations, letters: &[StreamMessage]) -> Result<(), StoreError> {
        for letter in letters {
            if let StreamMessage::Unreadable(envelope, why) = letter {
                let (kind, id, code, text) = (&envelope.event_type, &envelope.id, why.code, &why.text);
                self.count("store_facts_unreadable_total", 1);
                tracing::error!(
                    context = self.context,
                    code,
                    "{kind} {id} of {} cannot be read: {text}",
                    self.producer
                );
            }
        }
        let readers = self.subscriptions.iter().zip(generations);
        try_join_all(readers.map(|(reader, age)| self.keep_for(reader, *age, letters))).await.map(|_| ())
    }

    async fn keep_for(
        &self,
        reader: &Subscription,
        generation: i64,
        letters: &[StreamMessage],
    ) -> Result<(), StoreError> {
        let mut run: Vec<Envelope> = Vec::new();
        for letter in letters.iter().filter(|letter| letter.concerns(reader)) {
            match letter {
                StreamMessage::Fact(envelope) => run.push(envelope.clone()),
                StreamMessage::Unreadable(envelope, why) => {
                    self.accept(reader.consumer(), generation, &mut run).await?;
                    self.inbox.dead_letter_unreadable(reader.consumer(), generation, envelope, why).await?;
                }
            }
        }
        self.accept(reader.consumer(), generation, &mut run).await
    }

    async fn accept(&self, to: ConsumerName, generation: i64, run: &mut Vec<Envelope>) -> Result<(), StoreError> {
        if !run.is_empty() {
            self.inbox.accept_in(to, generation, run).await?;
            run.clear();
        }
        Ok(())
    }

    fn count(&self, what: &'static str, by: u64) {
        metrics::counter!(what, "context" => self.context, "producer" => self.producer.clone()).increment(by);
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge of fewer than 2^52 messages")]
    fn report(&self, lag: u64) {
        metrics::gauge!("store_stream_lag", "context" => self.context, "producer" => self.producer.clone())
            .set(lag as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Access;
    use super::*;
    use crate::memory::MemoryRecorder;
    use crate::{Delivery, Handled, Handler};
    use chassis_system::{SystemClock, SystemIds};

    struct Deaf;

    #[async_trait::async_trait]
    impl Handler for Deaf {
        async fn handle(&self, _delivery: &Delivery) -> Handled {
            Handled::Done
        }
    }

    fn durable_of(subscription: Subscription) -> String {
        let access = Access { url: "nats://127.0.0.1:1".to_owned().into(), credentials: None };
        let link = Arc::new(Link::new("reports", access));
        let inbox: Arc<dyn Inbox> =
            Arc::new(MemoryRecorder::new("reports", Arc::new(SystemClock), Arc::new(SystemIds)));
        let puller = Puller::all(&link, "reports", &inbox, &[subscription], None).remove(0);
        puller.durable(&vec![0], 7)
    }

    #[test]
    fn a_consumer_that_hears_more_than_before_reads_from_the_start() {
        let hearing = |types: &[&'static str]| Subscription::to(ConsumerName::new("sales"), types, Arc::new(Deaf));
        let before = durable_of(hearing(&["store.order.paid.v1"]));
        assert_eq!(before, durable_of(hearing(&["store.order.paid.v1"])));
        assert_ne!(before, durable_of(hearing(&["store.order.paid.v1", "store.order.paid.v2"])));
        assert_ne!(before, durable_of(hearing(&["store.order.paid.v1"]).only("kind", &["physical"])));
        let turned = durable_of(hearing(&["store.order.paid.v2", "store.order.paid.v1"]));
        assert_eq!(turned, durable_of(hearing(&["store.order.paid.v1", "store.order.paid.v2"])));
    }
}
