//! The provider's objects as they come, in events and in answers alike: only the fields that we act on, each readable in
//! every form that the provider documents for it (absent, `null`, an id or the whole object). Unknown fields are ignored.
//!
//! What they mean is decided in [`super::translate`].

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A payment intent.
#[derive(Debug, Clone, Deserialize)]
pub struct Intent {
    /// `pi_..`.
    pub id: String,
    /// What a browser needs to confirm it. Absent for keys that may not see it.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// Such as `requires_payment_method`, `processing`, `succeeded`, `canceled`.
    #[serde(default)]
    pub status: Option<String>,
    /// What was asked for, in the provider's units.
    #[serde(default)]
    pub amount: Option<i64>,
    /// What came, in the provider's units.
    #[serde(default)]
    pub amount_received: Option<i64>,
    /// Three small letters.
    pub currency: String,
    /// Why the last attempt failed, in the provider's words.
    #[serde(default)]
    pub last_payment_error: Option<ErrorBody>,
    /// What we wrote on it.
    #[serde(default)]
    pub metadata: Metadata,
    /// Whether real money is meant.
    #[serde(default)]
    pub livemode: Option<bool>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Refund {
    /// `re_..`.
    pub id: String,
    /// `pending`, `requires_action`, `succeeded`, `failed`, `canceled`.
    #[serde(default)]
    pub status: Option<String>,
    /// In the provider's units.
    pub amount: i64,
    /// Three small letters.
    pub currency: String,
    /// The intent whose money goes back.
    #[serde(default)]
    pub payment_intent: Option<Reference>,
    /// What we wrote on it.
    #[serde(default)]
    pub metadata: Metadata,
    /// Why it failed.
    #[serde(default)]
    pub failure_reason: Option<String>,
}

/// What an event about a refund, a charge or a dispute is about. Nothing else is taken from it: a running total is no
/// refund, and the provider is asked how things stand now.
#[derive(Debug, Clone, Deserialize)]
pub struct AboutIntent {
    /// The intent whose money it is; charges of older kinds have none.
    #[serde(default)]
    pub payment_intent: Option<Reference>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Dispute {
    /// `du_..` or `dp_..`.
    pub id: String,
    /// In the provider's units.
    pub amount: i64,
    /// Three small letters.
    pub currency: String,
    /// Such as `fraudulent`.
    #[serde(default)]
    pub reason: Option<String>,
    /// Such as `needs_response`, `won`, `lost`.
    #[serde(default)]
    pub status: Option<String>,
    /// The intent whose money it is about.
    #[serde(default)]
    pub payment_intent: Option<Reference>,
    /// Until when it can be answered.
    #[serde(default)]
    pub evidence_details: Option<EvidenceDetails>,
    /// What it has moved on the shop's balance.
    #[serde(default)]
    pub balance_transactions: Option<Vec<BalanceTransaction>>,
    /// When it was opened, in seconds since 1970.
    #[serde(default)]
    pub created: Option<i64>,
}

/// Until when a dispute can be answered.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct EvidenceDetails {
    /// Seconds since 1970.
    #[serde(default)]
    pub due_by: Option<i64>,
}

/// A movement on the shop's balance, in the currency of the balance, which need not be that of the payment.
#[derive(Debug, Clone, Deserialize)]
pub struct BalanceTransaction {
    /// Negative for money that was withdrawn, without fees.
    #[serde(default)]
    pub amount: i64,
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
    pub payment_intent: Option<Reference>,
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

/// Another object, of which the provider gives the id or, when it was asked to expand it, the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference(pub String);

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Id(String),
            Object { id: String },
        }
        Form::deserialize(deserializer).map(|form| match form {
            Form::Id(id) | Form::Object { id } => Self(id),
        })
    }
}

/// What somebody wrote on an object. Programs that share the account write there, too, so anything may be in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata(BTreeMap<String, String>);

impl Metadata {
    /// The text under this key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Option::<BTreeMap<String, Value>>::deserialize(deserializer)?.unwrap_or_default();
        let text = |(key, value): (String, Value)| value.as_str().map(|text| (key, text.to_owned()));
        Ok(Self(written.into_iter().filter_map(text).collect()))
    }
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
    /// The bank's reason for a `card_declined`, such as `insufficient_funds`.
    #[serde(default)]
    pub decline_code: Option<String>,
    /// For developers.
    #[serde(default)]
    pub message: Option<String>,
}
