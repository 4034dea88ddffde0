//! Handles the provider's events from our inbox, where the webhook route stored them.
//!
//! Events arrive in any order, late, twice or never. So only what is final is taken from them: an intent has succeeded, or
//! can no longer succeed. Every other event about money is a hint to ask the provider for the present state. Types that move
//! no money are ignored; a money event that cannot be read becomes a dead letter, so that a person sees it.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::messaging::{Delivery, Failure, Handled, Handler};
use serde::Deserialize;
use serde_json::Value;
use shared_kernel::{Cause, StoreError};

use super::objects;
use super::translate::{self, Unreadable};
use crate::application::{CheckPayment, CheckPaymentError, RecordPayment, Recorded};
use crate::domain::{IntentId, IntentReport, IntentStatus};
use crate::ports::PaymentError;

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
enum Meaning {
    /// It says how an intent has ended.
    Final(IntentReport),
    /// Something has happened to this intent's money.
    Hint(IntentId),
}

/// `None` for events that move no money of an intent.
fn translate(event_type: &str, payload: &Value) -> Result<Option<Meaning>, Unreadable> {
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

/// Consumer `payment-events`.
pub struct WebhookConsumer {
    record: Arc<RecordPayment>,
    check: Arc<CheckPayment>,
    live: Option<bool>,
}

impl WebhookConsumer {
    /// Feeds these use cases, with events of the mode that the shop's key is of, if that is known.
    pub fn new(record: Arc<RecordPayment>, check: Arc<CheckPayment>, live: Option<bool>) -> Self {
        Self { record, check, live }
    }

    /// Money of a test is no money, and real money is none of a shop that is being tried.
    fn is_of_another_mode(&self, event: &Value) -> bool {
        let stated = event.get("livemode").and_then(Value::as_bool);
        matches!((self.live, stated), (Some(ours), Some(stated)) if ours != stated)
    }

    async fn record(&self, report: IntentReport, cause: Cause) -> Handled {
        let intent = report.intent.clone();
        match self.record.execute(report, Some(cause.clone())).await {
            Ok(Recorded::Known) => Handled::Done,
            Ok(Recorded::UnknownIntent) => self.look(&intent, cause).await,
            Err(error) => stored(error),
        }
    }

    async fn look(&self, intent: &IntentId, cause: Cause) -> Handled {
        match self.check.execute(intent, Some(cause)).await {
            Ok(_) => Handled::Done,
            Err(CheckPaymentError::NotOurs) => Handled::Ignored,
            Err(error @ CheckPaymentError::Provider(PaymentError::Refused { .. })) => {
                Handled::Dead(Failure::new("refused", error))
            }
            Err(error @ CheckPaymentError::Provider(PaymentError::Failed(_) | PaymentError::Unavailable(_))) => {
                Handled::Retry(Failure::new("unavailable", error))
            }
            Err(error @ CheckPaymentError::Busy) => Handled::Retry(Failure::new("busy", error)),
            Err(CheckPaymentError::Store(error)) => stored(error),
            Err(
                error @ (CheckPaymentError::Forgotten { .. }
                | CheckPaymentError::NoSuchOrder(_)
                | CheckPaymentError::Forbidden),
            ) => Handled::Dead(Failure::new("unknown-order", error)),
        }
    }
}

fn stored(error: StoreError) -> Handled {
    match error {
        StoreError::AlreadyHandled => Handled::Done,
        error => Handled::Retry(Failure::of(&error)),
    }
}

#[async_trait]
impl Handler for WebhookConsumer {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        let event = &delivery.envelope;
        if self.is_of_another_mode(&event.data) {
            tracing::warn!(event.id = %event.id, "a payment event of another mode than the key is ignored");
            return Handled::Ignored;
        }
        match translate(&event.event_type, &event.data) {
            Ok(Some(Meaning::Final(report))) => self.record(report, delivery.cause.clone()).await,
            Ok(Some(Meaning::Hint(intent))) => self.look(&intent, delivery.cause.clone()).await,
            Ok(None) => Handled::Ignored,
            Err(error) => Handled::Dead(Failure::new("unreadable", error)),
        }
    }
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
        let meaning = Meaning::Final(IntentReport { intent: IntentId::new("pi_1"), status });
        assert_eq!(translate("payment_intent.succeeded", &posted(&intent)).unwrap(), Some(meaning));
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
            let found = translate(event_type, &posted(object)).unwrap();
            assert_eq!(found, Some(Meaning::Hint(IntentId::new("pi_1"))), "{event_type}");
        }
        let of_no_intent = posted(&json!({"id": "ch_1", "payment_intent": null}));
        assert_eq!(translate("charge.refunded", &of_no_intent).unwrap(), None);
    }

    #[test]
    fn a_money_fact_that_cannot_be_read_is_an_error_and_what_moves_no_money_is_not_ours() {
        let unreadable = json!({"id": "pi_1", "currency": "nzd", "metadata": {}});
        assert!(translate("payment_intent.succeeded", &posted(&unreadable)).is_err());
        let odd = json!({"id": "pi_1", "currency": "doubloons", "amount_received": 1});
        assert!(translate("payment_intent.succeeded", &posted(&odd)).is_err());
        for other in ["payment_intent.created", "customer.created", "charge.succeeded", "nonsense"] {
            assert_eq!(translate(other, &json!({})).unwrap(), None, "{other}");
        }
    }

    #[test]
    fn every_event_that_the_provider_is_asked_about_is_understood() {
        for asked_about in MONEY_EVENTS {
            assert!(translate(asked_about, &json!({})).is_err(), "{asked_about} would be ignored");
        }
    }
}
