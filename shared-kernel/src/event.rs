//! The envelope in which a fact travels: CloudEvents 1.0 in JSON, with five extensions.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::time::Timestamp;

/// Names one message permanently: a UUID for our own events, the provider's id for a foreign one, the operation's key for
/// a task.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(String);

impl MessageId {
    /// Takes any text; what makes it unique is the giver's business.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names one consumer within its context, such as `reserve-stock`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ConsumerName(&'static str);

impl ConsumerName {
    /// A consumer's name is part of the program.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }
    /// The name.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for ConsumerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Proves that its holder is the one worker who may now commit the effect of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LeaseToken(pub Uuid);

/// Why a change happens: the message being handled, and the lease under which it is. It travels with the change into
/// the commit, which marks the message handled and is refused if the lease was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Who handles it.
    pub consumer: ConsumerName,
    /// What is handled.
    pub message: MessageId,
    /// The right to commit.
    pub lease: LeaseToken,
    /// The conversation that it is part of.
    pub correlation: String,
    /// The trace that it is part of, as W3C `traceparent`.
    pub traceparent: Option<String>,
}

impl Cause {
    /// The message that `consumer` handles under this lease.
    pub fn of(envelope: &Envelope, consumer: ConsumerName, lease: LeaseToken) -> Self {
        Self {
            consumer,
            message: envelope.id.clone(),
            lease,
            correlation: envelope.correlationid.clone(),
            traceparent: envelope.traceparent.clone(),
        }
    }
}

/// A fact as its producer states it, before the commit gives it an id, a time and a number.
#[derive(Debug, Clone, PartialEq)]
pub struct EventDraft {
    /// Such as `store.order.paid.v1`.
    pub event_type: &'static str,
    /// The id of the thing that it is about; facts about one subject keep their order.
    pub subject: String,
    /// The published form. A commit with a fact that has none fails, so that no change is kept whose fact is lost.
    pub data: Result<serde_json::Value, UnwritableEvent>,
}

/// A fact has no form in JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{event_type} cannot be written as JSON: {problem}")]
pub struct UnwritableEvent {
    /// Such as `store.order.paid.v1`.
    pub event_type: &'static str,
    /// What the JSON writer said.
    pub problem: String,
}

impl EventDraft {
    /// States a fact in its published form.
    pub fn new(event_type: &'static str, subject: impl Into<String>, data: &impl Serialize) -> Self {
        let unwritable = |error: serde_json::Error| UnwritableEvent { event_type, problem: error.to_string() };
        Self { event_type, subject: subject.into(), data: serde_json::to_value(data).map_err(unwritable) }
    }
}

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// Always `1.0`.
    pub specversion: String,
    /// Unique permanently; what consumers de-duplicate on.
    pub id: MessageId,
    /// The context that states the fact, such as `/order`.
    pub source: String,
    /// Such as `store.order.paid.v1`; ends in its major version.
    #[serde(rename = "type")]
    pub event_type: String,
    /// The id of the thing that the fact is about.
    pub subject: String,
    /// When it was committed.
    pub time: Timestamp,
    /// Always `application/json`.
    pub datacontenttype: String,
    /// Extension: counts the facts of one source about one subject, from 1 without gaps.
    pub sequence: u64,
    /// Extension: shared by all messages that one request set off.
    pub correlationid: String,
    /// Extension: the message that led to this one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub causationid: Option<String>,
    /// Extension: W3C trace context.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub traceparent: Option<String>,
    /// The fact in its published form.
    pub data: serde_json::Value,
}

impl Envelope {
    /// Reads the data into a consumer's own view of it, which names only the fields that it needs.
    ///
    /// # Errors
    /// The JSON reader's, when a needed field is missing or of another kind.
    pub fn data<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.data)
    }

    /// The lane in which this message keeps its place: source and subject.
    pub fn lane(&self) -> String {
        format!("{}|{}", self.source, self.subject)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn a_fact_that_has_no_form_in_json_says_so() {
        let draft = EventDraft::new("store.order.paid.v1", "1", &HashMap::from([((1, 2), 3)]));
        let problem = "key must be a string".to_owned();
        assert_eq!(draft.data, Err(UnwritableEvent { event_type: "store.order.paid.v1", problem }));
    }
}
