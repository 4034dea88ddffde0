//! [`WebhookInbox`].

use serde_json::json;

use crate::ports::{ProviderEvent, WebhookInbox};

/// The `number`-th event of the provider.
pub fn an_event(number: u32) -> ProviderEvent {
    let id = format!("evt_{number}");
    let payload = json!({"id": id, "type": "payment_intent.succeeded", "data": {"object": {"id": "pi_1"}}});
    ProviderEvent { id, event_type: "payment_intent.succeeded".into(), subject: "pi_1".into(), order: None, payload }
}

/// An event is kept once, however often it is posted; another one about the same intent is another one.
pub async fn keeps_each_event_once(inbox: &dyn WebhookInbox) {
    assert!(inbox.accept(an_event(1)).await.expect("kept"));
    assert!(!inbox.accept(an_event(1)).await.expect("known"));
    assert!(inbox.accept(an_event(2)).await.expect("kept"));
}
