//! One stretch of reading a stream through a durable consumer, in which nothing is skipped and nothing changes places.
//!
//! The broker hands a message that was not acknowledged to the next reader, and again half a minute later, behind
//! younger ones. So a stretch begins only where everything handed out before was acknowledged: if it was not, the
//! durable is made again at its last complete place. From there every delivery must carry the number after the one
//! before. One that does not means that a delivery went to another reader or was lost, and ends the stretch; the next
//! one begins at the last complete place again.

use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, Info, PullConsumer, ReplayPolicy, pull};
use async_nats::jetstream::stream::{ConsumerErrorKind, Info as StreamInfo};
use async_nats::jetstream::{Context, ErrorCode, Message};
use futures_util::stream::ReadyChunks;
use futures_util::{StreamExt as _, TryStreamExt as _};
use shared_kernel::Timestamp;

use super::stream_message::StreamMessage;
use super::{JetStreamError, streams};

const ACK_WAIT: Duration = Duration::from_secs(30);
const MAX_UNACKNOWLEDGED: i64 = 256;
const BATCH_SIZE: usize = 128;
const EXPIRES: Duration = Duration::from_secs(30);
const HEARTBEAT: Duration = Duration::from_secs(5);

/// The stream's messages from the first that was not acknowledged.
pub(super) struct StreamReader {
    bus: Context,
    producer: String,
    consumer: PullConsumer,
    messages: ReadyChunks<pull::Stream>,
    /// The number of the last delivery.
    turn: u64,
    /// The number in the stream of the youngest message seen.
    place: u64,
}

/// What came at once, oldest first, and what has to be acknowledged for it.
pub(super) struct Batch {
    pub(super) letters: Vec<StreamMessage>,
    messages: Vec<Message>,
}

impl StreamReader {
    /// Begins at the last complete place of the durable `name` of `context`; at the start if there is none. `stream` is
    /// what the broker has just said of the stream of `producer`.
    pub(super) async fn begin(
        bus: Context,
        stream: &StreamInfo,
        producer: &str,
        context: &str,
        name: &str,
    ) -> Result<Self, JetStreamError> {
        let consumer = consumer(&bus, stream, context, name).await?;
        let Info { delivered, num_ack_pending, .. } = consumer.cached_info();
        if *num_ack_pending > 0 {
            return Err("somebody else reads under the same name".into());
        }
        let (turn, place) = (delivered.consumer_sequence, delivered.stream_sequence);
        let messages = consumer.stream().max_messages_per_batch(BATCH_SIZE).expires(EXPIRES).heartbeat(HEARTBEAT);
        let messages = messages.messages().await?.ready_chunks(BATCH_SIZE);
        Ok(Self { bus, producer: producer.to_owned(), consumer, messages, turn, place })
    }

    /// Waits for messages and takes all that are there. Giving up the wait loses none.
    pub(super) async fn next(&mut self) -> Result<Batch, JetStreamError> {
        let Some(came) = self.messages.next().await else { return Err("the broker hands out no more".into()) };
        let messages = came.into_iter().collect::<Result<Vec<_>, _>>()?;
        let mut letters = Vec::with_capacity(messages.len());
        for message in &messages {
            let info = message.info()?;
            self.turn += 1;
            if info.consumer_sequence != self.turn {
                return Err(format!("delivery {} came where {} was due", info.consumer_sequence, self.turn).into());
            }
            self.place = self.place.max(info.stream_sequence);
            let published = i64::try_from(info.published.unix_timestamp_nanos() / 1_000).unwrap_or_default();
            let published = Timestamp::from_micros(published);
            letters.push(StreamMessage::read(&self.producer, info.stream_sequence, published, message));
        }
        Ok(Batch { letters, messages })
    }

    /// Tells the broker that all of the batch is kept.
    pub(super) async fn acknowledge(&self, batch: Batch) -> Result<(), JetStreamError> {
        for message in batch.messages {
            message.ack().await?;
        }
        Ok(())
    }

    /// How far behind the reader is; fails when durable or stream are no longer those that the stretch began with.
    pub(super) async fn lag(&self) -> Result<u64, JetStreamError> {
        let began = self.consumer.cached_info();
        let now: Info = self.consumer.get_info().await?;
        if now.created != began.created {
            return Err("the durable was recreated by another program".into());
        }
        let stream = streams::info(&self.bus, &began.stream_name).await?;
        if stream.is_none_or(|stream| stream.state.last_sequence < self.place) {
            return Err("the stream has lost its end".into());
        }
        Ok(now.num_pending + now.num_ack_pending as u64)
    }
}

/// The durable, standing at a place up to which everything handed out was acknowledged.
async fn consumer(
    bus: &Context,
    stream: &StreamInfo,
    context: &str,
    name: &str,
) -> Result<PullConsumer, JetStreamError> {
    let (last, stream) = (stream.state.last_sequence, &stream.config.name);
    let complete = match find(bus, stream, name).await? {
        None => {
            forget_older(bus, stream, context, name).await;
            0
        }
        Some(found) => {
            let Info { delivered, ack_floor, num_ack_pending, .. } = found.cached_info();
            let lost_its_end = delivered.stream_sequence > last;
            if !lost_its_end && *num_ack_pending == 0 {
                return Ok(found);
            }
            let complete = if lost_its_end { 0 } else { ack_floor.stream_sequence };
            bus.delete_consumer_from_stream(name, stream).await?;
            complete
        }
    };
    Ok(bus.create_consumer_on_stream(durable(name, complete), stream).await?)
}

/// The durable, if there is one of that name.
async fn find(bus: &Context, stream: &str, name: &str) -> Result<Option<PullConsumer>, JetStreamError> {
    match bus.get_consumer_from_stream(name, stream).await {
        Ok(consumer) => Ok(Some(consumer)),
        Err(error) => match error.kind() {
            ConsumerErrorKind::JetStream(error) if error.error_code() == ErrorCode::CONSUMER_NOT_FOUND => Ok(None),
            _ => Err(error.into()),
        },
    }
}

/// Everything after the message with this number.
fn durable(name: &str, after: u64) -> pull::Config {
    let from_there = DeliverPolicy::ByStartSequence { start_sequence: after + 1 };
    pull::Config {
        durable_name: Some(name.to_owned()),
        deliver_policy: if after == 0 { DeliverPolicy::All } else { from_there },
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        max_deliver: -1,
        max_ack_pending: MAX_UNACKNOWLEDGED,
        replay_policy: ReplayPolicy::Instant,
        ..pull::Config::default()
    }
}

/// Removes the context's durables of earlier generations and earlier sets of consumers. Those left over do no harm.
async fn forget_older(bus: &Context, stream: &str, context: &str, name: &str) {
    let removed = async {
        let names: Vec<String> = bus.get_stream_no_info(stream).await?.consumer_names().try_collect().await?;
        for older in names.iter().filter(|older| is_of(context, older) && *older != name) {
            bus.delete_consumer_from_stream(older, stream).await?;
        }
        Ok::<(), JetStreamError>(())
    };
    if let Err(error) = removed.await {
        tracing::debug!(context, stream, "durables of the past stay: {error}");
    }
}

/// Whether a durable's name is one that [`super::puller`] gives to this context.
fn is_of(context: &str, name: &str) -> bool {
    let rest = name.strip_prefix(context).and_then(|rest| rest.strip_prefix('-'));
    rest.and_then(|rest| rest.split_once('-')).is_some_and(|(generations, _)| generations.parse::<i64>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_knows_its_own_durables() {
        assert!(is_of("order", "order-3-0a1b2c3d"));
        assert!(!is_of("order", "order-history-3-0a1b2c3d"));
        assert!(!is_of("order", "orders-3-0a1b2c3d"));
        assert!(!is_of("order", "order"));
    }
}
