//! What the provider's events mean, said once for those it posts and those it remembers.
//!
//! An event is stored as it was posted, and read again when it is handled: what an earlier version of the shop has stored
//! must stay readable.

use serde::Deserialize;
use serde_json::Value;

use super::objects;
use super::translate::{self, Unreadable};
use crate::domain::{IntentId, IntentReport, IntentStatus};
use crate::ports::ProviderEvent;

/// An event without which a repeat could not be told from news.
#[derive(Debug, thiserror::Error)]
#[error("the event has no {0}")]
pub struct Malformed(&'static str);

/// Reads what has to be known of an event to store it.
///
/// # Errors
/// [`Malformed`] if it has no id or no type, so that it is no event of the provider.
pub fn read(payload: Value) -> Result<ProviderEvent, Malformed> {
    let text = |name: &'static str| {
        let found = payload.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        found.map(str::to_owned).ok_or(Malformed(name))
    };
    let (id, event_type) = (text("id")?, text("type")?);
    let subject = subject(&event_type, &payload).unwrap_or_else(|| id.clone());
    let order = payload.pointer("/data/object/metadata/order_id").and_then(Value::as_str).map(str::to_owned);
    Ok(ProviderEvent { id, event_type, subject, order, payload })
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

/// Whether real money is meant, if the event says so.
pub(super) fn livemode(payload: &Value) -> Option<bool> {
    payload.get("livemode").and_then(Value::as_bool)
}

#[derive(Deserialize)]
struct Posted<T> {
    data: PostedData<T>,
}

#[derive(Deserialize)]
struct PostedData<T> {
    object: T,
}

/// What an event is to us.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It says how an intent has ended.
    Final(IntentReport),
    /// Something has happened to this intent's money.
    Hint(IntentId),
}

/// `None` for events that move no money of an intent.
pub(super) fn meaning(event_type: &str, payload: &Value) -> Result<Option<Meaning>, Unreadable> {
    Ok(match event_type {
        "payment_intent.succeeded" => {
            let intent: objects::Intent = object(payload)?;
            let received = translate::received(&intent)?;
            Some(ended(&intent, IntentStatus::Succeeded { received }))
        }
        "payment_intent.canceled" => Some(ended(&object(payload)?, IntentStatus::Canceled)),
        "payment_intent.payment_failed" | "payment_intent.processing" | "payment_intent.requires_action" => {
            let intent: objects::Intent = object(payload)?;
            Some(Meaning::Hint(IntentId::new(intent.id)))
        }
        "refund.created"
        | "refund.updated"
        | "refund.failed"
        | "charge.refund.updated"
        | "charge.refunded"
        | "charge.dispute.created"
        | "charge.dispute.updated"
        | "charge.dispute.closed"
        | "charge.dispute.funds_withdrawn"
        | "charge.dispute.funds_reinstated" => {
            let about: objects::AboutIntent = object(payload)?;
            about.payment_intent.map(|intent| Meaning::Hint(IntentId::new(intent.0)))
        }
        _ => None,
    })
}

fn object<T: for<'de> Deserialize<'de>>(payload: &Value) -> Result<T, Unreadable> {
    Posted::<T>::deserialize(payload).map(|posted| posted.data.object).map_err(Into::into)
}

fn ended(intent: &objects::Intent, status: IntentStatus) -> Meaning {
    Meaning::Final(IntentReport { intent: IntentId::new(&intent.id), status })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared_kernel::{Currency, Money};

    use super::*;
    use crate::adapters::stripe::requests::MONEY_EVENTS;

    fn posted(object: &Value) -> Value {
        json!({"id": "evt_1", "type": "x", "data": {"object": object}})
    }

    #[test]
    fn a_success_carries_what_was_received() {
        let intent = json!({"id": "pi_1", "object": "payment_intent", "amount": 999, "amount_received": 5_990,
                            "currency": "nzd", "metadata": null, "status": "succeeded"});
        let status = IntentStatus::Succeeded { received: Money::new(5_990, Currency::NZD) };
        let ended = Meaning::Final(IntentReport { intent: IntentId::new("pi_1"), status });
        assert_eq!(meaning("payment_intent.succeeded", &posted(&intent)).unwrap(), Some(ended));
    }

    #[test]
    fn whatever_else_is_said_of_money_is_a_hint_at_its_intent() {
        let intent = json!({"id": "pi_1", "object": "payment_intent", "currency": "nzd"});
        let about = json!({"id": "x_1", "amount": 5, "payment_intent": {"id": "pi_1", "object": "payment_intent"}});
        for event_type in MONEY_EVENTS {
            let object = if event_type.starts_with("payment_intent.") { &intent } else { &about };
            if matches!(event_type, "payment_intent.succeeded" | "payment_intent.canceled") {
                continue;
            }
            let found = meaning(event_type, &posted(object)).unwrap();
            assert_eq!(found, Some(Meaning::Hint(IntentId::new("pi_1"))), "{event_type}");
        }
        let of_no_intent = posted(&json!({"id": "ch_1", "payment_intent": null}));
        assert_eq!(meaning("charge.refunded", &of_no_intent).unwrap(), None);
    }

    #[test]
    fn a_money_fact_that_cannot_be_read_is_an_error_and_what_moves_no_money_is_not_ours() {
        let unreadable = json!({"id": "pi_1", "currency": "nzd", "metadata": {}});
        assert!(meaning("payment_intent.succeeded", &posted(&unreadable)).is_err());
        let odd = json!({"id": "pi_1", "currency": "doubloons", "amount_received": 1});
        assert!(meaning("payment_intent.succeeded", &posted(&odd)).is_err());
        for other in ["payment_intent.created", "customer.created", "charge.succeeded", "nonsense"] {
            assert_eq!(meaning(other, &json!({})).unwrap(), None, "{other}");
        }
    }

    #[test]
    fn every_event_that_the_provider_is_asked_about_is_understood() {
        for asked_about in MONEY_EVENTS {
            assert!(meaning(asked_about, &json!({})).is_err(), "{asked_about} would be ignored");
        }
    }

    #[test]
    fn an_event_is_stored_under_the_intent_that_it_is_about() {
        let named = |event_type: &str, object: Value| {
            read(json!({"id": "evt_1", "type": event_type, "data": {"object": object}})).unwrap().subject
        };
        let intent = json!({"id": "pi_1", "object": "payment_intent"});
        assert_eq!(named("payment_intent.succeeded", intent.clone()), "pi_1");
        assert_eq!(named("payment_intent.processing", intent), "pi_1/check");
        for form in [json!("pi_1"), json!({"id": "pi_1"})] {
            assert_eq!(named("refund.created", json!({"id": "re_1", "payment_intent": form})), "pi_1/check");
        }
        assert_eq!(named("customer.created", json!({"id": "cus_1"})), "cus_1/check");
        assert_eq!(read(json!({"id": "evt_1", "type": "x"})).unwrap().subject, "evt_1");
    }

    #[test]
    fn an_event_without_an_id_or_a_type_cannot_be_told_from_its_repeat() {
        for nothing in [json!({"type": "x"}), json!({"id": "", "type": "x"}), json!({"id": "evt_1"}), json!([])] {
            assert!(read(nothing.clone()).is_err(), "{nothing}");
        }
    }
}
