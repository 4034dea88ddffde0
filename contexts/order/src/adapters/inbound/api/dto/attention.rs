//! Why an order needs the attention of staff.

use serde::Serialize;
use utoipa::ToSchema;

use super::AttentionWord;
use crate::adapters::inbound::pages::messages::attention_words;
use crate::domain::{Attention, Order};

/// Why an order needs the attention of staff.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NeedsAttention)]
pub(crate) struct AttentionJson {
    /// Since when, RFC 3339.
    #[schema(format = DateTime)]
    pub since: String,
    /// The first reason in words, for people.
    pub reason: String,
    /// The stable name of the first reason, such as `refund-failed`.
    #[schema(value_type = AttentionWord)]
    pub code: String,
    /// All reasons, oldest first.
    pub reasons: Vec<AttentionReasonJson>,
}

/// One reason why somebody of the shop has to look at an order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AttentionReason)]
pub(crate) struct AttentionReasonJson {
    /// Since when, RFC 3339.
    #[schema(format = DateTime)]
    pub since: String,
    /// A stable name, such as `refund-failed`.
    #[schema(value_type = AttentionWord)]
    pub code: String,
    /// In words, for people.
    pub reason: String,
    /// Which refund, payment or dispute it is about, if the reason may hold for several.
    pub about: Option<String>,
    /// Amounts, deadlines and the like, in words.
    pub detail: Option<String>,
}

impl From<&Attention> for AttentionReasonJson {
    fn from(attention: &Attention) -> Self {
        Self {
            since: attention.since.to_string(),
            code: attention.reason.name().to_owned(),
            reason: attention_words(attention.reason).to_owned(),
            about: attention.about.clone(),
            detail: attention.detail.clone(),
        }
    }
}

impl AttentionJson {
    /// Nothing for an order that needs none.
    pub(super) fn of(order: &Order) -> Option<Self> {
        order.attention().map(|first| Self {
            since: first.since.to_string(),
            reason: attention_words(first.reason).to_owned(),
            code: first.reason.name().to_owned(),
            reasons: order.attentions().iter().map(AttentionReasonJson::from).collect(),
        })
    }
}
