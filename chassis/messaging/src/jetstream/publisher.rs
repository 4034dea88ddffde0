//! The bus over JetStream: a context's facts go to the context's stream, in their order.
//!
//! **Order.** A batch is sent without waiting for single answers. Each message says which number the stream must have
//! reached, and which message must be its last, for it to be taken; so if one is lost or refused, all behind it are
//! refused, too, and nothing overtakes: not when the connection breaks in the middle, not when a process that should have
//! stopped still sends, and not when the stream was made again a moment ago.
//!
//! **Repeats.** The broker drops those that it remembers before it looks at the number, and says so; the numbers behind
//! a repeat were guessed wrongly, and the rest is sent again with the right ones. Repeats that it does not remember are
//! kept, and fall out in the inboxes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::jetstream::Context;
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::publish::PublishAck;
use async_trait::async_trait;
use futures_util::future::join_all;
use shared_kernel::{BusError, Delivered, Destination, Envelope, EventBus, Standing, Timestamp};
use tokio::time::Instant;

use super::link::Link;
use super::{JetStreamError, streams};

/// What is known of the stream is asked for again after this.
const STREAM_INFO_TTL: Duration = Duration::from_secs(1);
/// How long a batch may take to be kept: on a slow disk each message costs a flush.
const PUBLISH_TIMEOUT: Duration = Duration::from_secs(5);

/// Publishes the facts of one context.
pub(super) struct Publisher {
    link: Arc<Link>,
    context: &'static str,
    destination: Destination,
    replicas: usize,
    restored_at: Option<Timestamp>,
    /// What is known of the stream; nothing after a failure.
    known: Mutex<Option<StreamInfo>>,
    /// What was known last, to notice losses.
    last_standing: Mutex<Option<Standing>>,
}

#[derive(Clone, Copy)]
struct StreamInfo {
    standing: Standing,
    last_number: u64,
    asked: Instant,
}

impl Publisher {
    pub(super) fn new(link: Arc<Link>, context: &'static str, replicas: usize, restored_at: Option<Timestamp>) -> Self {
        let destination = streams::destination(context);
        Self {
            link,
            context,
            destination,
            replicas,
            restored_at,
            known: Mutex::default(),
            last_standing: Mutex::default(),
        }
    }

    fn cached_info(&self) -> Option<StreamInfo> {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cache_info(&self, known: Option<StreamInfo>) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = known;
    }

    async fn fetch_info(&self) -> Result<StreamInfo, JetStreamError> {
        self.cache_info(None);
        let asked = Instant::now();
        let info = streams::open(&self.link.bus().await?, self.context, self.replicas).await?;
        streams::refuse_past(&info, self.restored_at)?;
        let standing = streams::standing(&info);
        let before = self.last_standing.lock().unwrap_or_else(PoisonError::into_inner).replace(standing);
        if before.is_none_or(|before| before.epoch != standing.epoch) {
            streams::warn_of_loss(&info);
        }
        if before.is_some_and(|before| before.epoch != standing.epoch || before.tip > standing.tip) {
            metrics::counter!("store_streams_lost_total", "context" => self.context).increment(1);
            let stream = self.destination.as_str();
            tracing::warn!(stream, "the stream {stream} has forgotten facts that it had taken");
        }
        let known = StreamInfo { standing, last_number: info.state.last_sequence, asked };
        self.cache_info(Some(known));
        Ok(known)
    }

    /// Puts the batch onto the stream whose last number is `last`; answers its last number then.
    async fn publish(&self, bus: &Context, mut last: u64, batch: &[Envelope]) -> Result<u64, JetStreamError> {
        let mut rest = batch;
        while !rest.is_empty() {
            let (mut taken, mut repeats) = (0, 0);
            let mut refused = None;
            for answer in self.send(bus, last, rest).await? {
                match answer {
                    Ok(ack) => {
                        taken += 1;
                        repeats += usize::from(ack.duplicate);
                        last = last.max(ack.sequence);
                    }
                    Err(error) => {
                        refused = Some(error);
                        break;
                    }
                }
            }
            self.count(taken - repeats, repeats);
            rest = &rest[taken..];
            match refused {
                Some(error) if repeats == 0 || !is_out_of_place(&error) => return Err(error.into()),
                Some(_) | None => {}
            }
        }
        Ok(last)
    }

    /// Sends all and then waits for all answers; they stand in the order of the messages.
    async fn send(
        &self,
        bus: &Context,
        last: u64,
        batch: &[Envelope],
    ) -> Result<Vec<Result<PublishAck, PublishError>>, JetStreamError> {
        let lost = self.link.lost();
        let mut sent = Vec::with_capacity(batch.len());
        let mut unsent = None;
        for (place, envelope) in batch.iter().enumerate() {
            let mut message = PublishMessage::build()
                .message_id(envelope.id.as_str())
                .expected_last_sequence(last + place as u64)
                .payload(serde_json::to_vec(envelope)?.into());
            if let Some(before) = place.checked_sub(1) {
                message = message.expected_last_message_id(batch[before].id.as_str());
            }
            match bus.send_publish(envelope.event_type.clone(), message).await {
                Ok(answer) => sent.push(answer.into_future()),
                Err(error) => {
                    unsent = Some(Err(error));
                    break;
                }
            }
        }
        let mut answers = tokio::select! {
            answers = join_all(sent) => answers,
            () = lost => return Err("the connection was lost before all was answered".into()),
        };
        answers.extend(unsent);
        Ok(answers)
    }

    fn count(&self, published: usize, repeats: usize) {
        metrics::counter!("store_facts_published_total", "context" => self.context).increment(published as u64);
        metrics::counter!("store_facts_repeated_total", "context" => self.context).increment(repeats as u64);
    }

    async fn hand_over(&self, epoch: i64, batch: &[Envelope]) -> Result<Delivered, JetStreamError> {
        let known = match self.cached_info() {
            Some(known) => known,
            None => self.fetch_info().await?,
        };
        if known.standing.epoch != epoch {
            return Err("the stream was made again".into());
        }
        let mut bus = self.link.bus().await?;
        bus.set_timeout(PUBLISH_TIMEOUT);
        let last_number = self.publish(&bus, known.last_number, batch).await?;
        let grown = i64::try_from(last_number - known.last_number).unwrap_or(i64::MAX);
        let standing = Standing { tip: known.standing.tip.saturating_add(grown), ..known.standing };
        self.cache_info(Some(StreamInfo { standing, last_number, ..known }));
        Ok(Delivered { wanted: batch.len(), tip: standing.tip })
    }
}

/// Refused because something else stands where the message before it should.
fn is_out_of_place(error: &PublishError) -> bool {
    matches!(error.kind(), PublishErrorKind::WrongLastSequence | PublishErrorKind::WrongLastMessageId)
}

#[async_trait]
impl EventBus for Publisher {
    fn destinations(&self) -> Vec<Destination> {
        vec![self.destination.clone()]
    }

    fn wanted(&self, _to: &Destination) -> Option<Vec<&'static str>> {
        None
    }

    async fn standing(&self, to: &Destination) -> Result<Standing, BusError> {
        if let Some(known) = self.cached_info().filter(|known| known.asked.elapsed() < STREAM_INFO_TTL) {
            return Ok(known.standing);
        }
        self.fetch_info().await.map(|known| known.standing).map_err(|error| BusError::new(to, error.to_string()))
    }

    async fn deliver(&self, to: &Destination, epoch: i64, batch: &[Envelope]) -> Result<Delivered, BusError> {
        let delivered = self.hand_over(epoch, batch).await;
        delivered.map_err(|error| {
            self.cache_info(None);
            BusError::new(to, error.to_string())
        })
    }
}
