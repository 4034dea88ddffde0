//! Builds a consumer's tables again from the archive, which is the outboxes of all contexts.
//!
//! While it holds the consumer's gate, so that no relay is under way, one transaction empties the consumer's tables, forgets what it has handled (but not what an operator discarded) and
//! leaves a note. Then every producer's progress towards the consumer is set back to the start, and the note is taken
//! away. From there on the relay does what it always does; live facts come behind the archived ones by themselves. A
//! crash in between finds the note at the next start and sets the progress back again.

use std::collections::BTreeMap;
use std::sync::Arc;

use shared_kernel::{Clock, ConsumerName, Destination, StoreError};

use super::relay::Gate;
use super::{Rebuild, SqlMessages, Subscription, bus};
use crate::params;
use crate::sql::Database;

/// What a replay needs to know of every context.
#[derive(Clone)]
pub struct Replay {
    contexts: Vec<(&'static str, SqlMessages, Vec<Subscription>)>,
    gates: BTreeMap<Destination, Gate>,
    clock: Arc<dyn Clock>,
}

/// Why a consumer could not be rebuilt.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// There is no consumer of that name in that context.
    #[error("there is no consumer {0}")]
    NoSuchConsumer(String),
    /// Its effects are not tables of its own: mail would be sent or stock moved twice.
    #[error("{0} cannot be rebuilt: its effects reach beyond tables of its own")]
    NotRebuildable(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Replay {
    pub(super) fn new(
        contexts: Vec<(&'static str, SqlMessages, Vec<Subscription>)>,
        gates: BTreeMap<Destination, Gate>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { contexts, gates, clock }
    }

    /// The names of the consumers that can be rebuilt, as `context/consumer`.
    #[must_use]
    pub fn rebuildable(&self) -> Vec<String> {
        let all = self.contexts.iter().flat_map(|(context, _, subscriptions)| {
            let can = subscriptions.iter().filter(|subscription| subscription.rebuild.is_some());
            can.map(move |subscription| bus::destination(context, subscription).as_str().to_owned())
        });
        all.collect()
    }

    /// Rebuilds the consumer called `context/consumer`. Returns when its tables are empty and the archive is on its way.
    ///
    /// # Errors
    /// [`ReplayError`]; nothing was changed then, unless the store failed half-way, which the next start finishes.
    pub async fn start(&self, name: &str) -> Result<(), ReplayError> {
        let named =
            |context: &str, subscription: &Subscription| bus::destination(context, subscription).as_str() == name;
        let found = self.contexts.iter().find_map(|(context, messages, subscriptions)| {
            let subscription = subscriptions.iter().find(|subscription| named(context, subscription))?;
            Some((messages, subscription))
        });
        let (messages, subscription) = found.ok_or_else(|| ReplayError::NoSuchConsumer(name.to_owned()))?;
        let rebuild = subscription.rebuild.clone().ok_or_else(|| ReplayError::NotRebuildable(name.to_owned()))?;
        let destination = Destination::new(name);
        let gate = self.gates.get(&destination).cloned().unwrap_or_default();
        let mut replays = gate.write().await;
        *replays += 1;
        self.empty(messages.database(), subscription.consumer(), rebuild).await?;
        self.rewind(messages, subscription.consumer(), &destination).await?;
        Ok(())
    }

    /// Finishes replays that a crash has interrupted. Call it before the relays start.
    ///
    /// # Errors
    /// The store's.
    pub async fn resume(&self) -> Result<(), StoreError> {
        for (context, messages, subscriptions) in &self.contexts {
            let pending: Vec<String> = messages
                .database()
                .read(|tx| {
                    Box::pin(async move {
                        let rows = tx.fetch("SELECT consumer FROM replay", params![]).await?;
                        rows.iter().map(|row| row.get("consumer")).collect()
                    })
                })
                .await?;
            for subscription in subscriptions.iter().filter(|s| pending.iter().any(|p| p == s.consumer().as_str())) {
                self.rewind(messages, subscription.consumer(), &bus::destination(context, subscription)).await?;
            }
        }
        Ok(())
    }

    async fn empty(
        &self,
        database: &Database,
        consumer: ConsumerName,
        rebuild: Arc<dyn Rebuild>,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        database
            .write(move |tx| {
                let rebuild = Arc::clone(&rebuild);
                Box::pin(async move {
                    rebuild.reset(tx).await?;
                    let forget = "DELETE FROM inbox WHERE consumer = $1 AND status <> 'discarded'";
                    tx.execute(forget, params![consumer.as_str()]).await?;
                    let note = "INSERT INTO replay (consumer, started_at) VALUES ($1, $2)
                        ON CONFLICT (consumer) DO NOTHING";
                    tx.execute(note, params![consumer.as_str(), now]).await.map(|_| ())
                })
            })
            .await
    }

    async fn rewind(&self, own: &SqlMessages, consumer: ConsumerName, to: &Destination) -> Result<(), StoreError> {
        for (_, producer, _) in &self.contexts {
            let name = to.as_str().to_owned();
            let set_back = "INSERT INTO outbox_progress (destination, position, rewound) VALUES ($1, 0, 1)
                ON CONFLICT (destination) DO UPDATE SET position = 0, rewound = outbox_progress.rewound + 1";
            producer
                .database()
                .write(move |tx| {
                    let params = params![name.clone()];
                    Box::pin(async move { tx.execute(set_back, params).await.map(|_| ()) })
                })
                .await?;
            producer.database().wake_all();
        }
        own.database()
            .write(move |tx| {
                Box::pin(async move {
                    let done = "DELETE FROM replay WHERE consumer = $1";
                    tx.execute(done, params![consumer.as_str()]).await.map(|_| ())
                })
            })
            .await
    }
}
