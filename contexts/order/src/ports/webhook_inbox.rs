//! Keeps what the payment provider posted, before anybody acts on it. The provider is answered as soon as it is durable;
//! its meaning is looked at later, so that no business failure ever changes the answer.

use async_trait::async_trait;
use serde_json::Value;
use shared_kernel::StoreError;

/// One event of the provider, its signature verified, its meaning not yet looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderEvent {
    /// The provider's id of the event; the same one may be posted many times.
    pub id: String,
    /// The provider's name of its kind.
    pub event_type: String,
    /// The intent that it is about (else the object); events of one subject keep their order.
    pub subject: String,
    /// The order that it names, if it does.
    pub order: Option<String>,
    /// As it was posted. Only the provider's adapter reads it.
    pub payload: Value,
}

/// Keeps provider events for the consumer that translates them.
#[async_trait]
pub trait WebhookInbox: Send + Sync {
    /// Keeps the event durably, once. `false` if it was there already.
    async fn accept(&self, event: ProviderEvent) -> Result<bool, StoreError>;
}
