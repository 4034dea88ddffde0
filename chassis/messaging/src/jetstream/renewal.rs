//! Has a stream forget what was taken out of the outbox.
//!
//! A stream is a copy of an outbox, and copies that were sent before a person was erased still name them. The stream is
//! deleted then: its relay notices, makes it again and states everything again, without the person, and the inboxes drop
//! what they know. A small stream is renewed within minutes, a large one at most once a week.

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::stream::Info;
use shared_kernel::{Clock, StoreError, Timestamp};

use super::super::{Job, scrub};
use super::{JetStreamBus, JetStreamError, streams};
use chassis_sql::Database;

/// This many messages are published again within moments.
const SMALL_STREAM_MESSAGES: u64 = 100_000;
/// Renewing a large stream takes minutes in which newer facts wait.
const MIN_RENEWAL_INTERVAL: Duration = Duration::from_hours(24 * 7);

/// Renews the context's stream when its outbox was scrubbed.
pub(crate) fn renewal_job(post: JetStreamBus, database: &Database, clock: &Arc<dyn Clock>) -> Job {
    let (post, database, clock) = (Arc::new(post), database.clone(), Arc::clone(clock));
    Job::every("renew-stream", scrub::SCRUB_INTERVAL, move || {
        let (post, database, clock) = (Arc::clone(&post), database.clone(), Arc::clone(&clock));
        Box::pin(async move {
            let Some(scrubbed) = database.marked_at(scrub::SCRUBBED).await? else { return Ok(()) };
            post.renew_if_older(scrubbed, clock.now()).await.map_err(|error| StoreError::unavailable(error.to_string()))
        })
    })
}

impl JetStreamBus {
    /// Takes the context's stream off the broker if it was made before `scrubbed`, unless it is large and was renewed in
    /// the last week. The relay makes it again.
    ///
    /// # Errors
    /// When the broker does not answer, or this access may not do that.
    pub async fn renew_if_older(&self, scrubbed: Timestamp, now: Timestamp) -> Result<(), JetStreamError> {
        let (bus, name) = (self.link.bus().await?, streams::name(self.context));
        let Some(info) = streams::info(&bus, &name).await? else { return Ok(()) };
        if is_due(&info, scrubbed, now) {
            tracing::info!(stream = name, "renewing the stream {name}, for somebody was erased since it was made");
            bus.delete_stream(&name).await?;
        }
        Ok(())
    }
}

fn is_due(info: &Info, scrubbed: Timestamp, now: Timestamp) -> bool {
    let made_at = Timestamp::from_micros(streams::standing(info).epoch);
    made_at <= scrubbed && (info.state.messages <= SMALL_STREAM_MESSAGES || now.since(made_at) >= MIN_RENEWAL_INTERVAL)
}
