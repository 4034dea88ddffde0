//! How the sandbox is set up.

use std::time::Duration;

use secrecy::SecretString;

/// The event types that are posted to the shop's webhook by default.
pub const WEBHOOK_EVENTS: [&str; 16] = [
    "payment_intent.requires_action",
    "payment_intent.processing",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
    "checkout.session.completed",
    "checkout.session.expired",
];

/// How the sandbox is set up.
#[derive(Debug, Clone)]
pub struct SandboxSettings {
    /// What the shop shows as its secret key.
    pub secret_key: SecretString,
    /// What webhooks are signed with.
    pub webhook_secret: SecretString,
    /// Where webhooks are posted; nowhere if `None`.
    pub webhook_url: Option<String>,
    /// Which event types are posted; `*` means all.
    pub webhook_events: Vec<String>,
    /// Where the shop, and so the hosted page, is found by browsers; without a slash at the end.
    pub base_url: String,
    /// How long slow payments and refunds are under way.
    pub slow: Duration,
    /// The first pause after a webhook that did not arrive.
    pub retry_base: Duration,
}

impl SandboxSettings {
    /// The usual settings.
    pub fn new(
        secret_key: SecretString,
        webhook_secret: SecretString,
        webhook_url: Option<String>,
        base_url: &str,
    ) -> Self {
        Self {
            secret_key,
            webhook_secret,
            webhook_url,
            webhook_events: WEBHOOK_EVENTS.map(str::to_owned).to_vec(),
            base_url: base_url.trim_end_matches('/').to_owned(),
            slow: Duration::from_secs(5),
            retry_base: Duration::from_secs(2),
        }
    }
}
