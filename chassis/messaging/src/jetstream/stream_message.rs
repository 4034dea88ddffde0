//! What came off a stream: a fact, or something that cannot be read and must not be lost for that.

use async_nats::jetstream::Message;
use shared_kernel::{Envelope, MessageId, Timestamp};

use super::super::{Failure, Subscription};
use super::streams;

pub(super) enum StreamMessage {
    Fact(Envelope),
    /// Not what the subject promises: what can be told of it, as it will be shown to an operator, and what is wrong.
    Unreadable(Envelope, Failure),
}

impl StreamMessage {
    /// Reads the message that the stream of `producer` keeps under `number`.
    pub(super) fn read(producer: &str, number: u64, published: Timestamp, message: &Message) -> Self {
        let envelope = serde_json::from_slice::<Envelope>(&message.payload);
        let wrong = match envelope {
            Ok(envelope) if envelope.source != format!("/{producer}") => {
                format!("it says that it is of {}", envelope.source)
            }
            Ok(envelope) if envelope.event_type != message.subject.as_str() => {
                format!("it says that it is a {}", envelope.event_type)
            }
            Ok(envelope) => return Self::Fact(envelope),
            Err(error) => error.to_string(),
        };
        let id = message.headers.as_ref().and_then(|headers| headers.get(async_nats::header::NATS_MESSAGE_ID));
        let id = id.map_or_else(|| format!("{}-{number}", streams::name(producer)), |id| id.as_str().to_owned());
        let why = Failure::new("unreadable", wrong);
        Self::Unreadable(wrapped(producer, &id, published, message), why)
    }

    /// Whether this consumer is concerned. What cannot be read concerns all who hear its subject, whatever their filter.
    pub(super) fn concerns(&self, subscription: &Subscription) -> bool {
        match self {
            Self::Fact(envelope) => subscription.wants(envelope),
            Self::Unreadable(envelope, _) => subscription.event_types().contains(&envelope.event_type.as_str()),
        }
    }
}

/// An envelope around what cannot be read. Its id is one that no fact has, so that it stands in no fact's way; its place
/// is the lane that it names itself, or else one of its own.
fn wrapped(producer: &str, id: &str, published: Timestamp, message: &Message) -> Envelope {
    let data = serde_json::from_slice::<serde_json::Value>(&message.payload);
    let data = data.unwrap_or_else(|_| String::from_utf8_lossy(&message.payload).into());
    let id = format!("unreadable-{id}");
    let subject = data.get("subject").and_then(|subject| subject.as_str()).unwrap_or(&id).to_owned();
    Envelope {
        specversion: "1.0".to_owned(),
        correlationid: id.clone(),
        id: MessageId::new(id),
        source: format!("/{producer}"),
        event_type: message.subject.as_str().to_owned(),
        subject,
        time: published,
        datacontenttype: "application/json".to_owned(),
        sequence: 0,
        causationid: None,
        traceparent: None,
        data,
    }
}
