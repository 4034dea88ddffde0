//! How facts cross processes: over streams of NATS JetStream, which is transport and never the record.
//!
//! ```text
//! outbox -> Relay -> Publisher -> stream store_<context> -> Puller -> inboxes of another context -> workers
//!           (one per context)     kept forever              (one per context and stream it hears)
//! ```
//! [`settings`] says where the broker is, [`link`] keeps a connection per context, [`streams`] knows what a stream is
//! called and how it is made, [`publisher`] is the [`shared_kernel::EventBus`], [`puller`] and [`reading`] bring facts
//! into inboxes, [`stream_message`] is one message as it comes, [`renewal`] removes an erased person from a stream.
//! Whatever the broker forgets (a wiped store, a stream or a durable deleted) is noticed within about a second, stated
//! again from the outboxes and dropped by the inboxes where it was known: nothing is lost, nothing has two effects, and
//! each subject's facts keep their order.
//!
//! # What a context must be allowed
//! Of a context `C` with the facts that it states, and for each context `P` that it hears (from NATS 2.9 on):
//!
//! | | subject | what for |
//! |---|---|---|
//! | publish | `store.C.>` | its facts |
//! | publish | `$JS.API.STREAM.INFO.store_C`, `$JS.API.STREAM.CREATE.store_C`, `$JS.API.STREAM.DELETE.store_C` | its stream |
//! | publish | `$JS.API.STREAM.INFO.store_P` | whether that stream is still the one it was |
//! | publish | `$JS.API.CONSUMER.CREATE.store_P.*`, `.INFO.`, `.DELETE.`, `.MSG.NEXT.` (each `store_P.*`) | its durables |
//! | publish | `$JS.API.CONSUMER.NAMES.store_P` | to clear away its durables of the past |
//! | publish | `$JS.ACK.store_P.>` | acknowledging |
//! | subscribe | `_INBOX_C.>` | all answers, and the facts it fetches |
//!
//! Durables are called `C-<generations>-<digest>`, and the broker's permissions know no parts of names: who may read a
//! stream may also disturb its other readers, but never state facts in another's name.

mod link;
mod publisher;
mod puller;
mod reading;
mod renewal;
mod settings;
mod stream_message;
mod streams;

use std::sync::Arc;

use shared_kernel::{EventBus, Timestamp};

pub(super) use renewal::renewal_job;
pub use settings::{Access, JetStream, JetStreamRefused, JetStreamSettings};

use super::{Inbox, Lease, Subscription};
use link::Link;
use publisher::Publisher;
use puller::Puller;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) type JetStreamError = Box<dyn std::error::Error + Send + Sync>;

/// One context's place on the broker.
pub struct JetStreamBus {
    link: Arc<Link>,
    context: &'static str,
    replicas: usize,
    /// Streams that were made before then are of another past.
    restored_at: Option<Timestamp>,
}

impl JetStream {
    /// The place of `context`; the connection is made when it is first needed.
    pub fn post(&self, context: &'static str) -> JetStreamBus {
        let link = Arc::new(Link::new(context, self.access(context).clone()));
        JetStreamBus { link, context, replicas: self.replicas(), restored_at: None }
    }

    /// Those streams of these contexts that the broker has.
    pub async fn streams_of(&self, contexts: &[&'static str]) -> Result<Vec<String>, JetStreamError> {
        let mut found = Vec::new();
        for context in contexts {
            let bus = self.post(context).link.bus().await?;
            found.extend(streams::info(&bus, &streams::name(context)).await?.map(|info| info.config.name));
        }
        Ok(found)
    }

    /// Takes the streams of these contexts off the broker, with all that is in them.
    ///
    /// # Errors
    /// When the broker does not answer, or these accesses may not do that.
    pub async fn discard_streams_of(&self, contexts: &[&'static str]) -> Result<(), JetStreamError> {
        for context in contexts {
            let bus = self.post(context).link.bus().await?;
            let name = streams::name(context);
            if streams::info(&bus, &name).await?.is_some() {
                bus.delete_stream(&name).await?;
            }
        }
        Ok(())
    }
}

impl JetStreamBus {
    /// The same in a context whose database went back in time then: streams that were made before hold facts that it has
    /// never stated, or whose effects it has forgotten, so it has nothing to do with them.
    pub fn restored_at(self, then: Option<Timestamp>) -> Self {
        Self { restored_at: then, ..self }
    }

    /// The bus that carries the context's facts to its stream.
    pub fn bus(&self) -> Arc<dyn EventBus> {
        Arc::new(Publisher::new(Arc::clone(&self.link), self.context, self.replicas, self.restored_at))
    }

    /// Keeps fetching what the context's consumers hear, while `lease` is held, until `stop`.
    pub fn fetch(
        &self,
        inbox: &Arc<dyn Inbox>,
        subscriptions: &[Subscription],
        lease: &Lease,
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) {
        for puller in Puller::all(&self.link, self.context, inbox, subscriptions, self.restored_at) {
            tasks.spawn(puller.run(lease.clone(), stop.clone()));
        }
    }
}
