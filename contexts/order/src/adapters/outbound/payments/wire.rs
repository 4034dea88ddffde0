//! What the provider says, read tolerantly: only the fields that we act on, unknown ones ignored.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A payment intent.
#[derive(Debug, Clone, Deserialize)]
pub struct Intent {
    /// `pi_..`.
    pub id: String,
    /// What a browser needs to confirm it. Absent for keys that may not see it.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// Such as `requires_payment_method`, `processing`, `succeeded`, `canceled`.
    pub status: String,
    /// Minor units that came.
    #[serde(default)]
    pub amount_received: i64,
    /// Three small letters.
    pub currency: String,
    /// Why the last attempt failed, in the provider's words.
    #[serde(default)]
    pub last_payment_error: Option<ErrorBody>,
}

/// A refund.
#[derive(Debug, Clone, Deserialize)]
pub struct Refund {
    /// `re_..`.
    pub id: String,
    /// `pending`, `requires_action`, `succeeded`, `failed`, `canceled`.
    #[serde(default)]
    pub status: Option<String>,
    /// Minor units.
    pub amount: i64,
    /// Three small letters.
    pub currency: String,
    /// The intent whose money goes back.
    #[serde(default)]
    pub payment_intent: Option<String>,
    /// What we wrote on it.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// Why it failed.
    #[serde(default)]
    pub failure_reason: Option<String>,
}

/// A hosted card page.
#[derive(Debug, Clone, Deserialize)]
pub struct Session {
    /// `cs_..`.
    pub id: String,
    /// Where to send the buyer.
    #[serde(default)]
    pub url: Option<String>,
    /// The intent through which it takes money.
    #[serde(default)]
    pub payment_intent: Option<String>,
}

/// One page of a list.
#[derive(Debug, Clone, Deserialize)]
pub struct List<T> {
    /// Newest first.
    pub data: Vec<T>,
    /// Whether there is another page.
    #[serde(default)]
    pub has_more: bool,
}

/// The envelope of a refusal.
#[derive(Debug, Deserialize)]
pub struct Failure {
    /// What it is.
    pub error: ErrorBody,
}

/// A refusal.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ErrorBody {
    /// The kind, such as `card_error`.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// Such as `card_declined`.
    #[serde(default)]
    pub code: Option<String>,
    /// For people.
    #[serde(default)]
    pub message: Option<String>,
}
