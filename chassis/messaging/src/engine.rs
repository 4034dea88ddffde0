//! Starts what keeps a set of contexts going: a relay per context and destination, a worker per consumer, the timers.

use std::sync::Arc;

use shared_kernel::{Clock, EventBus, Ids, StoreError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{
    DeadLetters, HandledMessages, InProcessBus, Inbox, JetStream, Job, Lease, Relay, Replay, SqlMessages, Subscription,
    WorkQueue as _, Worker, gauges, jetstream, scrub, times,
};
use chassis_sql::Database;
use chassis_sql::transfer::RESTORED_AT;

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

/// How facts travel from one context to the next.
pub enum Transport {
    /// All contexts are in this process (or in several that share their databases).
    InProcess,
    /// Each context may be in a process of its own; they meet on a broker.
    JetStream(JetStream),
}

/// The running parts of the contexts in this process.
pub struct Engine {
    contexts: Vec<(ContextEngine, SqlMessages)>,
    transport: Transport,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl Engine {
    /// Joins the contexts.
    pub fn new(contexts: Vec<ContextEngine>, transport: Transport, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        let messages = |context: &ContextEngine| SqlMessages::new(context.database.clone(), Arc::clone(&clock));
        let contexts = contexts.into_iter().map(|context| {
            let messages = messages(&context);
            (context, messages)
        });
        Self { contexts: contexts.collect(), transport, clock, ids }
    }

    /// The same by the clocks of the contexts' databases, which is right wherever other processes may be at work on them.
    pub fn by_the_clocks_of_databases(self) -> Self {
        let contexts = self.contexts.into_iter().map(|(context, _)| {
            let messages = SqlMessages::new(context.database.clone(), context.database.clock(&self.clock));
            (context, messages)
        });
        Self { contexts: contexts.collect(), ..self }
    }

    /// The dead letters of these contexts.
    pub fn dead_letters(&self) -> DeadLetters {
        let inboxes = self.contexts.iter().map(|(context, messages)| (context.name, messages.clone()));
        DeadLetters::new(inboxes.collect())
    }

    /// Rebuilds consumers of these contexts.
    pub fn replay(&self) -> Replay {
        let known = self.contexts.iter();
        let known = known.map(|(context, messages)| (context.name, messages.clone(), context.subscriptions.clone()));
        Replay::new(known.collect())
    }

    /// Starts everything; it ends, each part at a safe point, once `stop` is cancelled. `tasks` waits for that. Where a
    /// database belongs to this process alone, leases left over by a crash are ended at once. Times that a clock has left
    /// which was ahead are corrected, now and from now on.
    ///
    /// # Errors
    /// The store's, when what a crash interrupted could not be cleared up; nothing was started then.
    pub async fn start(self, tasks: &TaskTracker, stop: &CancellationToken) -> Result<(), StoreError> {
        for (context, messages) in &self.contexts {
            if !context.database.shared() {
                messages.clear_leases().await?;
            }
        }
        let inboxes = self.contexts.iter().map(|(context, messages)| (context.name, messages.clone()));
        let inboxes: Vec<_> = inboxes.collect();
        tasks.spawn(times::keep(inboxes.clone(), stop.clone()));
        tasks.spawn(gauges::keep(inboxes, stop.clone()));
        match &self.transport {
            Transport::InProcess => self.relay_in_process(tasks, stop),
            Transport::JetStream(broker) => self.relay_over_jetstream(broker, tasks, stop).await?,
        }
        for (context, messages) in self.contexts {
            for subscription in context.subscriptions {
                let queue = Arc::new(messages.clone());
                let grew = context.database.inbox_grew(subscription.consumer());
                let clock = Arc::clone(messages.clock());
                let worker = Worker::new(queue, subscription, clock, Arc::clone(&self.ids));
                tasks.spawn(Arc::new(worker).run(grew, stop.clone()));
            }
            let turn = Lease::new("timers", &context.database, &self.clock, self.ids.as_ref());
            let handled = HandledMessages::new(context.database.clone(), Arc::clone(messages.clock()));
            for job in context.jobs.into_iter().chain([handled.job(), scrub::overwriting_job(&context.database)]) {
                tasks.spawn(job.run(turn.clone(), stop.clone()));
            }
        }
        Ok(())
    }

    fn relay_in_process(&self, tasks: &TaskTracker, stop: &CancellationToken) {
        let mut bus = InProcessBus::default();
        for (context, messages) in &self.contexts {
            let inbox: Arc<dyn Inbox> = Arc::new(messages.clone());
            bus.subscribe(context.name, &context.subscriptions, &inbox);
        }
        let bus: Arc<dyn EventBus> = Arc::new(bus);
        for (context, messages) in &self.contexts {
            self.spawn_relays(context, messages, &bus, tasks, stop);
        }
    }

    /// Each context's facts to its stream, and from the streams of others what it hears.
    async fn relay_over_jetstream(
        &self,
        broker: &JetStream,
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) -> Result<(), StoreError> {
        for (context, messages) in &self.contexts {
            let restored_at = context.database.marked_at(RESTORED_AT).await?;
            let post = broker.post(context.name).restored_at(restored_at);
            self.spawn_relays(context, messages, &post.bus(), tasks, stop);
            let inbox: Arc<dyn Inbox> = Arc::new(messages.clone());
            let turn = Lease::new("pullers", &context.database, &self.clock, self.ids.as_ref());
            post.fetch(&inbox, &context.subscriptions, &turn, tasks, stop);
            let turn = Lease::new("streams", &context.database, &self.clock, self.ids.as_ref());
            let job = jetstream::renewal_job(post, &context.database, &self.clock);
            tasks.spawn(job.run(turn, stop.clone()));
        }
        Ok(())
    }

    /// One relay for each place that the context's facts have to be carried to.
    fn spawn_relays(
        &self,
        context: &ContextEngine,
        messages: &SqlMessages,
        bus: &Arc<dyn EventBus>,
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) {
        let turn = Lease::new("relays", &context.database, &self.clock, self.ids.as_ref());
        for destination in bus.destinations() {
            let relay = Relay::new(Arc::new(messages.clone()), Arc::clone(bus), destination);
            tasks.spawn(relay.run(turn.clone(), context.database.outbox_grew(), stop.clone()));
        }
    }
}
