//! What the payment provider posts, in Stripe's shapes, translated into facts of our own.
//!
//! Events come from our own inbox, where the webhook put them after its signature was verified. Types that move no
//! money are ignored; a money fact that cannot be read becomes a dead letter, so that a person sees it.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::messaging::{Delivery, Failure, Handled, Handler};
use serde::Deserialize;
use serde_json::Value;
use shared_kernel::{OrderId, StoreError};

use crate::adapters::outbound::payments::reading::{self, Unreadable};
use crate::adapters::outbound::payments::wire;
use crate::application::{PaymentFact, RecordPayment, RecordPaymentCommand, RecordPaymentError};
use crate::domain::{IntentId, IntentReport, IntentStatus};

#[derive(Deserialize)]
struct Posted<T> {
    data: PostedData<T>,
}

#[derive(Deserialize)]
struct PostedData<T> {
    object: T,
}

type Named = Option<OrderId>;

/// What an event says, and the order that its metadata names. `None` for events that move no money of an intent.
fn translate(event_type: &str, payload: &Value) -> Result<Option<(PaymentFact, Named)>, Unreadable> {
    Ok(match event_type {
        "payment_intent.succeeded" => {
            let intent: wire::Intent = object(payload)?;
            let received = reading::received(&intent)?;
            Some(about(&intent, IntentStatus::Succeeded { received }))
        }
        "payment_intent.payment_failed" => {
            let intent: wire::Intent = object(payload)?;
            let said = intent.last_payment_error.as_ref().and_then(|e| e.message.clone().or_else(|| e.code.clone()));
            let declined = Some(said.unwrap_or_else(|| "declined".to_owned()));
            Some(about(&intent, IntentStatus::Open { declined }))
        }
        "payment_intent.processing" => Some(about(&object(payload)?, IntentStatus::Processing)),
        "payment_intent.canceled" => Some(about(&object(payload)?, IntentStatus::Canceled)),
        "payment_intent.requires_action" => Some(about(&object(payload)?, IntentStatus::Open { declined: None })),
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
            let refund: wire::Refund = object(payload)?;
            let named = named(&refund.metadata);
            reading::refund(refund)?.map(|report| (PaymentFact::Refund(report), named))
        }
        "charge.refunded" => {
            let charge: wire::Charge = object(payload)?;
            let total = reading::money(charge.amount_refunded, &charge.currency)?;
            let intent = charge.payment_intent.map(|intent| IntentId::new(intent.0));
            intent.map(|intent| (PaymentFact::RefundedInAll { intent, total }, named(&charge.metadata)))
        }
        "charge.dispute.created" => {
            reading::dispute(object(payload)?)?.map(|dispute| (PaymentFact::Disputed { intent: dispute.intent }, None))
        }
        _ => None,
    })
}

fn object<T: for<'de> Deserialize<'de>>(payload: &Value) -> Result<T, Unreadable> {
    Posted::<T>::deserialize(payload).map(|posted| posted.data.object).map_err(Into::into)
}

fn about(intent: &wire::Intent, status: IntentStatus) -> (PaymentFact, Named) {
    let named = named(&intent.metadata);
    (PaymentFact::Intent(IntentReport { intent: IntentId::new(&intent.id), status }), named)
}

/// The order that is named, if it is a name such as ours.
fn named(metadata: &wire::Metadata) -> Named {
    metadata.get("order_id").and_then(|id| OrderId::parse(id).ok())
}

/// Consumer `payment-events`.
pub struct PaymentFeed {
    record: Arc<RecordPayment>,
}

impl PaymentFeed {
    /// Feeds this use case.
    #[must_use]
    pub fn new(record: Arc<RecordPayment>) -> Self {
        Self { record }
    }
}

#[async_trait]
impl Handler for PaymentFeed {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        let (fact, order) = match translate(&delivery.envelope.event_type, &delivery.envelope.data) {
            Ok(Some(found)) => found,
            Ok(None) => return Handled::Ignored,
            Err(error) => return Handled::Dead(Failure::new("unreadable", error)),
        };
        let money = fact.moves_money();
        let command = RecordPaymentCommand { fact, order, cause: Some(delivery.cause.clone()) };
        match self.record.execute(command).await {
            Ok(_) | Err(RecordPaymentError::Store(StoreError::AlreadyHandled)) => Handled::Done,
            Err(RecordPaymentError::NotOurs) => Handled::Ignored,
            // Such as an order that a restoration has forgotten. Without money there is nothing to do about it.
            Err(RecordPaymentError::UnknownOrder(_)) if !money => Handled::Ignored,
            Err(error @ RecordPaymentError::UnknownOrder(_)) => Handled::Dead(Failure::new("unknown-order", error)),
            Err(RecordPaymentError::Store(error)) => Handled::Retry(Failure::of(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared_kernel::{Currency, Money};

    use super::*;
    use crate::adapters::outbound::payments::MONEY_EVENTS;
    use crate::domain::{RefundId, ReportedRefund};

    const ORDER: &str = "01900000-0000-7000-8000-000000000001";

    fn posted(object: &Value) -> Value {
        json!({"id": "evt_1", "type": "x", "data": {"object": object}})
    }
    fn nzd(minor: i64) -> Money {
        Money::new(minor, Currency::NZD)
    }

    #[test]
    fn a_success_carries_what_was_received_and_the_order_that_we_wrote_into_it() {
        let intent = json!({"id": "pi_1", "object": "payment_intent", "amount": 999, "amount_received": 5_990,
                            "currency": "nzd", "metadata": {"order_id": ORDER}, "status": "succeeded"});
        let status = IntentStatus::Succeeded { received: nzd(5_990) };
        let fact = PaymentFact::Intent(IntentReport { intent: IntentId::new("pi_1"), status });
        let found = translate("payment_intent.succeeded", &posted(&intent)).unwrap();
        assert_eq!(found, Some((fact, Some(OrderId::parse(ORDER).unwrap()))));
    }

    #[test]
    fn a_decline_carries_the_providers_words_and_is_not_the_end() {
        let intent =
            json!({"id": "pi_1", "currency": "nzd", "last_payment_error": {"message": "Your card was declined."}});
        let found = translate("payment_intent.payment_failed", &posted(&intent)).unwrap().unwrap();
        let status = IntentStatus::Open { declined: Some("Your card was declined.".to_owned()) };
        assert_eq!(found, (PaymentFact::Intent(IntentReport { intent: IntentId::new("pi_1"), status }), None));
    }

    #[test]
    fn a_refund_is_known_by_our_name_for_it() {
        let object = json!({"id": "re_1", "amount": 100, "currency": "nzd", "payment_intent": "pi_1", "status": "failed",
                            "failure_reason": "lost_or_stolen_card", "metadata": {"refund_id": ORDER}});
        let Some((PaymentFact::Refund(report), None)) = translate("refund.updated", &posted(&object)).unwrap() else {
            panic!("not a refund");
        };
        assert_eq!(report.id, RefundId::parse(ORDER).ok());
        assert_eq!(report.status, ReportedRefund::Failed { reason: "lost_or_stolen_card".to_owned() });
        let total = json!({"amount_refunded": 100, "currency": "nzd", "payment_intent": "pi_1"});
        let fact = PaymentFact::RefundedInAll { intent: IntentId::new("pi_1"), total: nzd(100) };
        assert_eq!(translate("charge.refunded", &posted(&total)).unwrap(), Some((fact, None)));
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

    #[test]
    fn metadata_of_another_shop_names_no_order_of_ours() {
        for order_id in [json!("1001"), json!(1001), json!(null), json!({"id": 1})] {
            let intent = json!({"id": "pi_1", "currency": "nzd", "metadata": {"order_id": order_id}});
            let (_, named) = translate("payment_intent.canceled", &posted(&intent)).unwrap().unwrap();
            assert_eq!(named, None);
        }
    }
}
