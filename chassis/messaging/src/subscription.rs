//! What a context wants to hear, and who in it listens.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use shared_kernel::{Cause, ConsumerName, Envelope, StoreError};

use super::RetryPolicy;
use chassis_sql::Tx;

/// A message handed to a handler.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The message.
    pub envelope: Envelope,
    /// To be committed with the effect.
    pub cause: Cause,
    /// Counts from 1; counted before the handler runs.
    pub attempt: u32,
    /// Since when it waits.
    pub received_at: shared_kernel::Timestamp,
}

/// Has the effect of a message.
#[async_trait]
pub trait Handler: Send + Sync {
    /// Has the effect, in one commit that carries the delivery's cause, and says how it went. May be called again for
    /// the same message: after a crash, a lost lease, or an operator's retry.
    async fn handle(&self, delivery: &Delivery) -> Handled;
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handled {
    /// The effect is committed, or the message changed nothing.
    Done,
    /// The message cannot concern this consumer.
    Ignored,
    /// It may go better later.
    Retry(Failure),
    /// It will never go better: a dead letter at once.
    Dead(Failure),
}

/// Why a message could not be handled, for the operator who will read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// A short stable name such as `unreadable`.
    pub code: &'static str,
    /// The error and its causes.
    pub text: String,
}

impl Failure {
    /// Names a failure and says why in any words.
    pub fn new(code: &'static str, text: impl fmt::Display) -> Self {
        Self { code, text: text.to_string() }
    }

    /// A store that did not do its part.
    pub fn of(error: &StoreError) -> Self {
        let code = match error {
            StoreError::Stale => "stale",
            StoreError::AlreadyHandled => "already-handled",
            StoreError::LeaseLost => "lease-lost",
            StoreError::Conflict(_) => "conflict",
            StoreError::Corrupt { .. } => "corrupt-row",
            StoreError::Unavailable(_) => "store-unavailable",
        };
        Self::chain(code, error)
    }

    /// An error with all its causes.
    pub fn chain(code: &'static str, error: &(dyn std::error::Error + 'static)) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        Self { code, text }
    }
}

/// Empties what a consumer has built, so that it can be built again from the archive.
#[async_trait]
pub trait Rebuild: Send + Sync {
    /// Deletes every row that the consumer's handler writes, inside the given transaction.
    async fn reset(&self, tx: &mut Tx) -> Result<(), StoreError>;
}

/// One consumer: what it wants, who handles it, and how patiently.
#[derive(Clone)]
pub struct Subscription {
    pub(super) consumer: ConsumerName,
    event_types: Vec<&'static str>,
    filter: Option<(&'static str, Vec<&'static str>)>,
    pub(super) handler: Arc<dyn Handler>,
    pub(super) policy: RetryPolicy,
    pub(super) lanes: usize,
    pub(super) rebuild: Option<Arc<dyn Rebuild>>,
}

impl Subscription {
    /// Hears facts of these types from the bus.
    pub fn to(consumer: ConsumerName, event_types: &[&'static str], handler: Arc<dyn Handler>) -> Self {
        let event_types = event_types.to_vec();
        Self {
            consumer,
            event_types,
            filter: None,
            handler,
            policy: RetryPolicy::transient(),
            lanes: 16,
            rebuild: None,
        }
    }

    /// Hears only what its own context leaves for it: tasks, and messages from outside such as webhooks.
    pub fn task(consumer: ConsumerName, handler: Arc<dyn Handler>) -> Self {
        Self::to(consumer, &[], handler)
    }

    /// Further narrows by content: the data's `attribute` must be one of these texts.
    pub fn only(mut self, attribute: &'static str, one_of: &[&'static str]) -> Self {
        self.filter = Some((attribute, one_of.to_vec()));
        self
    }

    /// Sets how often and how long a failing message is retried.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets the pause before the second attempt.
    pub fn first_pause(mut self, pause: std::time::Duration) -> Self {
        self.policy = self.policy.starting_at(pause);
        self
    }

    /// Sets how many lanes are worked on at once.
    pub fn lanes(mut self, at_once: usize) -> Self {
        self.lanes = at_once.max(1);
        self
    }

    /// Says that the messages may wait: an import brings tens of thousands at once, and each that is worked on takes
    /// its turn at the context's writer from a buyer. Two at a time keep the queue before a buyer short.
    pub fn in_background(self) -> Self {
        self.lanes(2)
    }

    /// Says that what the consumer has built can be thrown away and built again from the archive.
    pub fn rebuildable(mut self, rebuild: Arc<dyn Rebuild>) -> Self {
        self.rebuild = Some(rebuild);
        self
    }

    pub fn consumer(&self) -> ConsumerName {
        self.consumer
    }

    /// The event types that it hears from the bus; none for tasks.
    pub fn event_types(&self) -> &[&'static str] {
        &self.event_types
    }

    /// What it hears in words, the same as long as that is the same.
    pub(super) fn hears(&self) -> String {
        let mut types = self.event_types.clone();
        types.sort_unstable();
        format!("{types:?} {:?}", self.filter)
    }

    /// Whether it hears anything from the bus.
    pub fn is_on_the_bus(&self) -> bool {
        !self.event_types.is_empty()
    }

    /// Whether it wants this message.
    pub fn wants(&self, envelope: &Envelope) -> bool {
        let of_type = self.event_types.contains(&envelope.event_type.as_str());
        let of_content = self.filter.as_ref().is_none_or(|(attribute, one_of)| {
            envelope.data.get(attribute).and_then(|value| value.as_str()).is_some_and(|text| one_of.contains(&text))
        });
        of_type && of_content
    }
}
