//! The handful of the provider's operations that the shop uses, one function each, in the provider's own words.
//!
//! Every write carries a key that names the operation and not the attempt, so that a repeat has no second effect.

use chassis::outbound::CallError;
use serde_json::Value;
use shared_kernel::{Money, Timestamp};

use super::client::{Ask, StripeClient};
use super::currencies::{UnitsError, to_units};
use super::objects::{Intent, List, Refund, Session};
use crate::ports::EventSpan;

/// Since 2022 a card page makes its intent only when the buyer confirms; under this older version of the API it names
/// the intent at once, which lets us know it before any money moves.
const SESSION_VERSION: &str = "2020-08-27";

/// The events that speak of money. The provider takes twenty types at most in one question.
pub const MONEY_EVENTS: [&str; 15] = [
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.canceled",
    "payment_intent.requires_action",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.refund.updated",
    "charge.refunded",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
];

pub(super) struct IntentAsk<'a> {
    pub amount: Money,
    pub order_id: String,
    pub order_number: String,
    pub key: &'a str,
}

pub(super) struct RefundAsk<'a> {
    pub intent: &'a str,
    pub amount: Money,
    pub order_id: String,
    pub refund_id: String,
    pub key: &'a str,
}

/// What a card page is asked for.
pub(super) struct SessionAsk<'a> {
    pub amount: Money,
    pub order_id: String,
    pub order_number: String,
    pub email: Option<&'a str>,
    pub success_url: String,
    pub cancel_url: String,
    pub key: &'a str,
}

impl StripeClient {
    /// Opens an intent.
    pub(super) async fn create_intent(&self, ask: IntentAsk<'_>) -> Result<Intent, CallError> {
        let form = vec![
            ("amount", units(ask.amount)?),
            ("currency", currency(ask.amount)),
            ("automatic_payment_methods[enabled]", "true".to_owned()),
            ("description", format!("Order {}", ask.order_number)),
            ("metadata[order_id]", ask.order_id),
            ("metadata[order_number]", ask.order_number),
        ];
        self.call(Ask::post("/payment_intents", ask.key, form)).await
    }

    /// The intent as it is now.
    pub(super) async fn intent(&self, id: &str) -> Result<Intent, CallError> {
        self.call(Ask::get(format!("/payment_intents/{}", segment(id)?))).await
    }

    /// Closes an intent for good. The provider refuses when its money came or is on its way, and remembers that refusal
    /// under the key; so each call has a key of its own.
    pub(super) async fn cancel_intent(&self, id: &str) -> Result<Intent, CallError> {
        let (path, key) = (format!("/payment_intents/{}/cancel", segment(id)?), self.fresh_key("cancel"));
        self.call(Ask::post(path, &key, vec![("cancellation_reason", "abandoned".to_owned())])).await
    }

    /// Gives money of an intent back.
    pub(super) async fn create_refund(&self, ask: RefundAsk<'_>) -> Result<Refund, CallError> {
        let form = vec![
            ("payment_intent", ask.intent.to_owned()),
            ("amount", units(ask.amount)?),
            ("metadata[order_id]", ask.order_id),
            ("metadata[refund_id]", ask.refund_id),
        ];
        self.call(Ask::post("/refunds", ask.key, form)).await
    }

    /// A page of the events about money, newest first.
    pub(super) async fn events(&self, span: &EventSpan) -> Result<List<Value>, CallError> {
        let seconds = |time: Timestamp| time.micros().div_euclid(1_000_000);
        let (from, before) = (seconds(span.from), seconds(span.before));
        let mut path = format!("/events?limit=100&created[gte]={from}&created[lt]={before}");
        for kind in MONEY_EVENTS {
            path.push_str("&types[]=");
            path.push_str(kind);
        }
        if let Some(behind) = &span.behind {
            path.push_str("&starting_after=");
            path.push_str(segment(behind)?);
        }
        self.call(Ask::get(path)).await
    }

    /// Opens a card page of the provider's own.
    pub(super) async fn create_session(&self, ask: SessionAsk<'_>) -> Result<Session, CallError> {
        let mut form = vec![
            ("mode", "payment".to_owned()),
            ("payment_method_types[0]", "card".to_owned()),
            ("client_reference_id", ask.order_id.clone()),
            ("success_url", ask.success_url),
            ("cancel_url", ask.cancel_url),
            ("line_items[0][quantity]", "1".to_owned()),
            ("line_items[0][price_data][currency]", currency(ask.amount)),
            ("line_items[0][price_data][unit_amount]", units(ask.amount)?),
            ("line_items[0][price_data][product_data][name]", format!("Order {}", ask.order_number)),
            ("payment_intent_data[metadata][order_id]", ask.order_id),
            ("payment_intent_data[metadata][order_number]", ask.order_number),
        ];
        form.extend(ask.email.map(|email| ("customer_email", email.to_owned())));
        let ask = Ask::post("/checkout/sessions", ask.key, form);
        self.call(Ask { version: Some(SESSION_VERSION), ..ask }).await
    }

    /// Closes the card page that made an intent, and with it the intent: such an intent cannot be closed by itself.
    pub(super) async fn expire_session_of(&self, intent: &str) -> Result<(), CallError> {
        let sessions: List<Session> =
            self.call(Ask::get(format!("/checkout/sessions?payment_intent={}", segment(intent)?))).await?;
        for session in sessions.data {
            let (path, key) =
                (format!("/checkout/sessions/{}/expire", segment(&session.id)?), self.fresh_key("expire"));
            let _: Session = self.call(Ask::post(path, &key, Vec::new())).await?;
        }
        Ok(())
    }
}

fn currency(amount: Money) -> String {
    amount.currency().code().to_ascii_lowercase()
}

/// The amount as the provider counts it. What it cannot count it would refuse, too.
fn units(amount: Money) -> Result<String, CallError> {
    let refused =
        |error: UnitsError| CallError::Refused { status: 400, code: "amount".into(), message: error.to_string() };
    to_units(amount).map(|units| units.to_string()).map_err(refused)
}

/// An id as a part of a path. Ids come from outside; one that could lead elsewhere is refused.
pub(super) fn segment(id: &str) -> Result<&str, CallError> {
    let plain = !id.is_empty() && id.len() <= 255 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if plain {
        return Ok(id);
    }
    Err(CallError::Refused { status: 404, code: "resource_missing".into(), message: "no such id".into() })
}

#[cfg(test)]
mod tests;
