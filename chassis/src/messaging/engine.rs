//! Starts what keeps a set of contexts going: a relay per context and destination, a worker per consumer, the timers.

use std::sync::Arc;

use shared_kernel::{Clock, EventBus, Ids, StoreError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{DeadLetters, InProcessBus, Inbox, Job, Relay, Replay, SqlMessages, Subscription, Worker};
use crate::sql::Database;

/// One context as the engine sees it.
pub struct ContextEngine {
    /// Its name, which is also the source of its facts.
    pub name: &'static str,
    /// Its own database.
    pub database: Database,
    /// Its consumers.
    pub subscriptions: Vec<Subscription>,
    /// Its timers.
    pub jobs: Vec<Job>,
}

/// The running parts of all contexts in this process.
pub struct Engine {
    contexts: Vec<(ContextEngine, SqlMessages)>,
    bus: Arc<InProcessBus>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl Engine {
    /// Joins the contexts by the bus inside this process.
    #[must_use]
    pub fn new(contexts: Vec<ContextEngine>, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        let mut bus = InProcessBus::default();
        let mut joined = Vec::new();
        for context in contexts {
            let messages = SqlMessages::new(context.database.clone(), Arc::clone(&clock));
            let inbox: Arc<dyn Inbox> = Arc::new(messages.clone());
            bus.subscribe(context.name, &context.subscriptions, &inbox);
            joined.push((context, messages));
        }
        Self { contexts: joined, bus: Arc::new(bus), clock, ids }
    }

    /// The dead letters of these contexts.
    #[must_use]
    pub fn dead_letters(&self) -> DeadLetters {
        let inboxes = self.contexts.iter().map(|(context, messages)| (context.name, messages.clone()));
        DeadLetters::new(inboxes.collect(), Arc::clone(&self.clock))
    }

    /// Rebuilds consumers of these contexts.
    #[must_use]
    pub fn replay(&self) -> Replay {
        let known = self.contexts.iter();
        let known = known.map(|(context, messages)| (context.name, messages.clone(), context.subscriptions.clone()));
        Replay::new(known.collect(), self.bus.gates(), Arc::clone(&self.clock))
    }

    /// Starts everything; it ends, each part at a safe point, once `stop` is cancelled. `tasks` waits for that. Expects
    /// to be alone with the databases: leases left over by a crash are ended at once.
    ///
    /// # Errors
    /// The store's, when what a crash interrupted could not be cleared up; nothing was started then.
    pub async fn start(self, tasks: &TaskTracker, stop: &CancellationToken) -> Result<(), StoreError> {
        self.replay().resume().await?;
        for (_, messages) in &self.contexts {
            messages.clear_leases().await?;
        }
        let gates = self.bus.gates();
        for (context, messages) in self.contexts {
            for destination in self.bus.destinations() {
                let gate = gates.get(&destination).cloned().unwrap_or_default();
                let outbox = Arc::new(messages.clone());
                let bus: Arc<dyn EventBus> = Arc::clone(&self.bus) as Arc<dyn EventBus>;
                let relay = Relay::new(outbox, bus, destination, gate);
                tasks.spawn(relay.run(context.database.outbox_grew(), stop.clone()));
            }
            for subscription in context.subscriptions {
                let inbox = Arc::new(messages.clone());
                let grew = context.database.inbox_grew(subscription.consumer());
                let worker = Worker::new(inbox, subscription, Arc::clone(&self.clock), Arc::clone(&self.ids));
                tasks.spawn(Arc::new(worker).run(grew, stop.clone()));
            }
            for job in context.jobs {
                tasks.spawn(job.run(stop.clone()));
            }
        }
        Ok(())
    }
}
