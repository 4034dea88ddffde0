//! One stream per producing context: its name, how it is made, and whether it still has what it was given.
//!
//! A stream keeps everything permanently: messages can be neither deleted nor pushed out, and only those who may administer
//! the broker can remove the stream itself. It is transport all the same, never the record; that is the outbox.

use std::time::Duration;

use async_nats::jetstream::context::{GetStreamError, GetStreamErrorKind};
use async_nats::jetstream::stream::{Config, DiscardPolicy, Info, RetentionPolicy, StorageType};
use async_nats::jetstream::{Context, ErrorCode};
use shared_kernel::{Destination, Standing, Timestamp};

use super::JetStreamError;

/// Within it the broker itself drops what it is given twice; inboxes do so permanently.
const DUPLICATE_WINDOW: Duration = Duration::from_mins(2);

/// The stream that keeps the facts of `context`.
pub(super) fn name(context: &str) -> String {
    format!("store_{context}")
}

/// The stream as a relay sees it.
pub(super) fn destination(context: &str) -> Destination {
    Destination::new(name(context))
}

/// The context that states facts of this type: `order` for `store.order.paid.v1`.
pub(super) fn producer(event_type: &str) -> Option<&str> {
    event_type.strip_prefix("store.")?.split('.').next().filter(|context| !context.is_empty())
}

/// What the broker knows of the stream; makes it if it is not there.
pub(super) async fn open(bus: &Context, context: &str, replicas: usize) -> Result<Info, JetStreamError> {
    match info(bus, &name(context)).await? {
        Some(info) => Ok(info),
        None => {
            tracing::info!(context, "making the stream {}", name(context));
            Ok(bus.create_stream(config(context, replicas)).await?.cached_info().clone())
        }
    }
}

/// What the broker knows of the stream; `None` if there is none.
pub(super) async fn info(bus: &Context, stream: &str) -> Result<Option<Info>, JetStreamError> {
    match bus.get_stream(stream).await {
        Ok(stream) => Ok(Some(stream.cached_info().clone())),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn is_missing(error: &GetStreamError) -> bool {
    matches!(error.kind(), GetStreamErrorKind::JetStream(error) if error.error_code() == ErrorCode::STREAM_NOT_FOUND)
}

fn config(context: &str, replicas: usize) -> Config {
    Config {
        name: name(context),
        description: Some(format!("Facts of {context}, made by The Better Store")),
        subjects: vec![format!("store.{context}.>")],
        retention: RetentionPolicy::Limits,
        storage: StorageType::File,
        discard: DiscardPolicy::New,
        duplicate_window: DUPLICATE_WINDOW,
        num_replicas: replicas,
        deny_delete: true,
        deny_purge: true,
        ..Config::default()
    }
}

/// Refuses a stream that is older than the last restoration of the database that is about to use it.
pub(super) fn refuse_past(info: &Info, restored_at: Option<Timestamp>) -> Result<(), JetStreamError> {
    let made_at = standing(info).epoch;
    match restored_at.filter(|then| made_at < then.micros()) {
        None => Ok(()),
        Some(then) => {
            let name = &info.config.name;
            Err(format!(
                "the stream {name} is older than the restoration of {then}, and has facts of a past that is gone: \
                 delete it, so that it is made again"
            )
            .into())
        }
    }
}

/// The epoch is the time at which the stream was made, in microseconds. The tip is its last number, less those of
/// messages that have gone missing between its first and its last: so it goes back also when a fault of the disk has
/// torn a hole.
pub(super) fn standing(info: &Info) -> Standing {
    let micros = info.created.unix_timestamp_nanos() / 1_000;
    let state = &info.state;
    let numbered = state.last_sequence.saturating_sub(state.first_sequence.saturating_sub(1));
    let missing = numbered.saturating_sub(state.messages);
    let tip = state.last_sequence.saturating_sub(missing);
    Standing { epoch: i64::try_from(micros).unwrap_or(i64::MAX), tip: i64::try_from(tip).unwrap_or(i64::MAX) }
}

/// Warns of settings of an existing stream that can lose messages.
pub(super) fn warn_of_loss(info: &Info) {
    let config = &info.config;
    let limited = config.max_messages > 0 || config.max_bytes > 0 || config.max_messages_per_subject > 0;
    let drops_oldest = limited && config.discard == DiscardPolicy::Old;
    if drops_oldest || !config.max_age.is_zero() || config.retention != RetentionPolicy::Limits {
        let stream = &config.name;
        tracing::warn!(stream, "the stream {stream} is set up to drop messages: new consumers will not get all facts");
    }
    if config.storage != StorageType::File || config.no_ack {
        let stream = &config.name;
        tracing::warn!(stream, "the stream {stream} forgets everything when the broker ends");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_part_of_a_type_names_its_producer() {
        assert_eq!(producer("store.order.paid.v1"), Some("order"));
        assert_eq!(producer("store."), None);
        assert_eq!(producer("task.mail"), None);
    }
}
