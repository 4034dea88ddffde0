//! Builds a consumer's tables again from the archive, which is the outboxes of all contexts.
//!
//! One transaction in the consumer's own database forgets what it was given (but not what an operator discarded),
//! empties its tables and raises its generation. Relays and pullers learn of the new generation before they can hand
//! over another batch, and start over from the first fact; live facts come behind the archived ones by themselves.

use std::sync::Arc;

use shared_kernel::{ConsumerName, StoreError};

use super::{Rebuild, SqlMessages, Subscription, bus};
use chassis_sql::Database;
use chassis_sql::params;

/// What a replay needs to know of every context.
#[derive(Clone)]
pub struct Replay {
    contexts: Vec<(&'static str, SqlMessages, Vec<Subscription>)>,
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
    pub(super) fn new(contexts: Vec<(&'static str, SqlMessages, Vec<Subscription>)>) -> Self {
        Self { contexts }
    }

    /// The names of the consumers that can be rebuilt, as `context/consumer`.
    pub fn rebuildable(&self) -> Vec<String> {
        let all = self.contexts.iter().flat_map(|(context, _, subscriptions)| {
            let can = subscriptions.iter().filter(|subscription| subscription.rebuild.is_some());
            can.map(move |subscription| bus::destination(context, subscription).as_str().to_owned())
        });
        all.collect()
    }

    /// Rebuilds the consumer called `context/consumer`. Returns when its tables are empty and the archive is on its way.
    pub async fn start(&self, name: &str) -> Result<(), ReplayError> {
        let named =
            |context: &str, subscription: &Subscription| bus::destination(context, subscription).as_str() == name;
        let found = self.contexts.iter().find_map(|(context, messages, subscriptions)| {
            let subscription = subscriptions.iter().find(|subscription| named(context, subscription))?;
            Some((messages, subscription))
        });
        let (messages, subscription) = found.ok_or_else(|| ReplayError::NoSuchConsumer(name.to_owned()))?;
        let rebuild = subscription.rebuild.clone().ok_or_else(|| ReplayError::NotRebuildable(name.to_owned()))?;
        empty(messages.database(), subscription.consumer(), rebuild).await?;
        for (_, producer, _) in &self.contexts {
            producer.database().wake_all(); // their relays have to start over, though nothing has happened there
        }
        Ok(())
    }
}

/// Messages go first: a worker that is about to commit an effect of one has either done so, and the effect is deleted
/// with the rest, or finds that it has lost the message.
async fn empty(database: &Database, consumer: ConsumerName, rebuild: Arc<dyn Rebuild>) -> Result<(), StoreError> {
    database
        .write(move |tx| {
            let rebuild = Arc::clone(&rebuild);
            Box::pin(async move {
                tx.disable_statement_timeout().await?;
                let next = "INSERT INTO consumer (name, generation) VALUES ($1, 1)
                    ON CONFLICT (name) DO UPDATE SET generation = consumer.generation + 1";
                tx.execute(next, params![consumer.as_str()]).await?;
                let forget = "DELETE FROM inbox WHERE consumer = $1 AND status <> 'discarded'";
                tx.execute(forget, params![consumer.as_str()]).await?;
                let marks = "DELETE FROM inbox_handled WHERE consumer = $1";
                tx.execute(marks, params![consumer.as_str()]).await?;
                rebuild.reset(tx).await
            })
        })
        .await
}
