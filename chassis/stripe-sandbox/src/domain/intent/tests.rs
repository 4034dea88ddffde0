//! The state machine of a payment, transition by transition.

use std::time::Duration;

use shared_kernel::Currency;

use super::*;

fn noon() -> Timestamp {
    Timestamp::parse("2026-11-22T12:00:00Z").unwrap()
}

fn an_intent() -> Intent {
    let amount = Money::new(5_990, Currency::NZD);
    Intent::create("pi_1".into(), "pi_1_secret_x".into(), amount, Details::default(), noon()).intent
}

fn with(name: &str) -> Method {
    Method::named(name, "pm_1".into()).expect("a test payment method")
}

fn attempt_at(now: Timestamp) -> Attempt {
    Attempt { charge_id: "ch_1".into(), now, slow: Duration::from_secs(5), return_url: None }
}

fn confirmed(intent: Intent, name: &str) -> Step {
    intent.confirm(Some(with(name)), attempt_at(noon())).unwrap()
}

fn authenticating() -> Intent {
    confirmed(an_intent(), "pm_card_authenticationRequired").intent
}

#[test]
fn a_good_card_pays_at_once() {
    let step = confirmed(an_intent(), "pm_card_visa");
    assert_eq!((step.intent.status(), step.fact), ("succeeded", Some(Fact::Succeeded)));
    assert_eq!(step.intent.captured().map(|captured| captured.left), Some(5_990));
    assert_eq!(step.charge.map(|charge| charge.declined), Some(None));
}

#[test]
fn a_decline_sends_the_intent_back_and_a_retry_pays() {
    let declined = confirmed(an_intent(), "pm_card_chargeDeclined");
    assert_eq!((declined.intent.status(), declined.fact), ("requires_payment_method", Some(Fact::PaymentFailed)));
    assert_eq!(declined.failure, Some(Failure::Declined(Decline::Generic)));
    assert_eq!(declined.intent.latest_charge(), Some("ch_1"));
    let paid = confirmed(declined.intent, "pm_card_visa").intent;
    assert_eq!((paid.status(), paid.last_failure()), ("succeeded", None));
}

#[test]
fn nothing_is_paid_before_the_buyer_has_authenticated() {
    assert_eq!(authenticating().status(), "requires_action");
    assert_eq!(authenticating().captured(), None);
    let approved = authenticating().authenticate(true, &attempt_at(noon())).unwrap();
    assert_eq!(approved.intent.status(), "succeeded");
    let failed = authenticating().authenticate(false, &attempt_at(noon())).unwrap();
    assert_eq!(failed.intent.status(), "requires_payment_method");
    assert_eq!(failed.failure, Some(Failure::NotAuthenticated));
    assert_eq!(failed.charge, None, "no money was asked for");
}

#[test]
fn a_repeated_confirmation_that_awaits_authentication_is_unchanged() {
    let repeated = authenticating().confirm(None, attempt_at(noon())).unwrap();
    assert_eq!((repeated.intent.status(), repeated.fact), ("requires_action", None));
}

#[test]
fn a_slow_payment_settles_when_it_is_due_and_not_before() {
    let slow = confirmed(an_intent(), "pm_usBankAccount_success").intent;
    let due = slow.due().unwrap();
    assert_eq!(slow.clone().settle(&attempt_at(noon())).fact, None);
    assert_eq!(slow.settle(&attempt_at(due)).intent.status(), "succeeded");
    let failing = confirmed(an_intent(), "pm_usBankAccount_insufficientFunds").intent;
    assert_eq!(failing.settle(&attempt_at(due)).fact, Some(Fact::PaymentFailed));
    assert_eq!(confirmed(an_intent(), "pm_usBankAccount_processing").intent.due(), None);
}

#[test]
fn money_that_is_here_or_under_way_is_neither_confirmed_again_nor_cancelled() {
    for name in ["pm_card_visa", "pm_usBankAccount_processing"] {
        let intent = confirmed(an_intent(), name).intent;
        let status = intent.status();
        let again = intent.clone().confirm(Some(with("pm_card_visa")), attempt_at(noon()));
        assert_eq!(again, Err(Refused::Confirm { status }));
        assert_eq!(intent.cancel(None, noon()), Err(Refused::Cancel { status }));
    }
}

#[test]
fn a_cancelled_intent_stays_cancelled() {
    for open in [an_intent(), authenticating(), an_intent().prepared(with("pm_card_visa"))] {
        let cancelled = open.cancel(Some("abandoned".into()), noon()).unwrap().intent;
        assert_eq!(cancelled.cancellation(), Some((noon(), Some("abandoned"))));
        let status = "canceled";
        let paid = cancelled.clone().confirm(Some(with("pm_card_visa")), attempt_at(noon()));
        assert_eq!(paid, Err(Refused::Confirm { status }));
        assert_eq!(cancelled.cancel(None, noon()), Err(Refused::Cancel { status }));
    }
}

#[test]
fn confirming_needs_something_to_pay_with() {
    assert_eq!(an_intent().confirm(None, attempt_at(noon())), Err(Refused::NoMethod));
    let prepared = an_intent().prepared(with("pm_card_visa"));
    assert_eq!(prepared.status(), "requires_confirmation");
    assert_eq!(prepared.confirm(None, attempt_at(noon())).unwrap().intent.status(), "succeeded");
}

#[test]
fn survives_being_written_down() {
    for name in ["pm_card_visa", "pm_card_authenticationRequired", "pm_usBankAccount_success", "pm_card_chargeDeclined"]
    {
        let intent = confirmed(an_intent(), name).intent;
        let written = serde_json::to_value(&intent).unwrap();
        assert_eq!(serde_json::from_value::<Intent>(written).unwrap(), intent);
    }
}
