//! Keeps what the payment provider posted. The answer is given as soon as it is durable; its meaning is looked at
//! later, so that no business failure ever changes the answer.

use std::sync::Arc;

use serde_json::Value;
use shared_kernel::StoreError;

use crate::ports::{PaymentInbox, ProviderEvent};

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
    inbox: Arc<dyn PaymentInbox>,
}

impl AcceptPaymentEvent {
    /// Puts the use case together.
    #[must_use]
    pub fn new(inbox: Arc<dyn PaymentInbox>) -> Self {
        Self { inbox }
    }

    /// Keeps the event, whose signature the caller has verified. `false` if it was known already.
    ///
    /// # Errors
    /// [`AcceptPaymentEventError`].
    pub async fn execute(&self, payload: Value) -> Result<bool, AcceptPaymentEventError> {
        let text = |name: &'static str| {
            let found = payload.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
            found.map(str::to_owned).ok_or(AcceptPaymentEventError::Malformed(name))
        };
        let (id, event_type) = (text("id")?, text("type")?);
        let subject = subject(&payload).unwrap_or_else(|| id.clone());
        Ok(self.inbox.accept(ProviderEvent { id, event_type, subject, payload }).await?)
    }
}

/// Events about one intent share a subject, so that they keep their order.
fn subject(payload: &Value) -> Option<String> {
    let object = payload.pointer("/data/object")?;
    let is_intent = object.get("object").and_then(Value::as_str) == Some("payment_intent");
    let name = if is_intent { object.get("id") } else { object.get("payment_intent").or(object.get("id")) };
    name.and_then(Value::as_str).map(str::to_owned)
}
