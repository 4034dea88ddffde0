//! Keeps what the payment provider posted. The answer is given as soon as it is durable; its meaning is looked at
//! later, so that no business failure ever changes the answer.

use std::sync::Arc;

use serde_json::Value;
use shared_kernel::StoreError;

use crate::ports::{ProviderEvent, WebhookInbox};

/// Why it was not kept.
#[derive(Debug, thiserror::Error)]
pub enum AcceptPaymentEventError {
    /// It has no id or no type, so it is no event of the provider.
    #[error("the event has no {0}")]
    Malformed(&'static str),
    /// The store's: it is not durable, so it must not be acknowledged.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps provider events.
#[derive(Clone)]
pub struct AcceptPaymentEvent {
    inbox: Arc<dyn WebhookInbox>,
}

impl AcceptPaymentEvent {
    /// Puts the use case together.
    pub fn new(inbox: Arc<dyn WebhookInbox>) -> Self {
        Self { inbox }
    }

    /// Keeps the event, whose signature the caller has verified. `false` if it was known already.
    pub async fn execute(&self, payload: Value) -> Result<bool, AcceptPaymentEventError> {
        let text = |name: &'static str| {
            let found = payload.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
            found.map(str::to_owned).ok_or(AcceptPaymentEventError::Malformed(name))
        };
        let (id, event_type) = (text("id")?, text("type")?);
        let subject = subject(&event_type, &payload).unwrap_or_else(|| id.clone());
        Ok(self.inbox.accept(ProviderEvent { id, event_type, subject, payload }).await?)
    }
}

/// Events about one intent are worked off one after the other. Those that make us ask the provider wait beside those that
/// say by themselves that money has come: a provider that does not answer must not keep a payment from being taken in.
fn subject(event_type: &str, payload: &Value) -> Option<String> {
    let object = payload.pointer("/data/object")?;
    let is_intent = object.get("object").and_then(Value::as_str) == Some("payment_intent");
    let of_intent = object.get("payment_intent").filter(|intent| !intent.is_null());
    let name = if is_intent { object.get("id") } else { of_intent.or(object.get("id")) }?;
    let name = name.as_str().or_else(|| name.get("id")?.as_str())?;
    let is_final = matches!(event_type, "payment_intent.succeeded" | "payment_intent.canceled");
    Some(if is_final { name.to_owned() } else { format!("{name}/check") })
}
