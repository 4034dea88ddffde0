//! Each field in every form that the provider documents for it.

use serde_json::{Value, json};
use shared_kernel::Currency;

use super::*;

const ORDER: &str = "01900000-0000-7000-8000-000000000001";

fn nzd(minor: i64) -> Money {
    Money::new(minor, Currency::NZD)
}

fn with(mut object: Value, more: &Value) -> Value {
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

fn read_intent(more: &Value) -> Result<IntentReport, Unreadable> {
    let object = json!({"id": "pi_1", "object": "payment_intent", "amount": 5_990, "currency": "nzd",
                        "status": "succeeded"});
    intent(&serde_json::from_value(with(object, more))?)
}

fn read_refund(more: &Value) -> Result<Option<RefundReport>, Unreadable> {
    let object = json!({"id": "re_1", "object": "refund", "amount": 100, "currency": "nzd", "status": "succeeded",
                        "payment_intent": "pi_1", "metadata": {"refund_id": ORDER}});
    refund(serde_json::from_value(with(object, more))?)
}

fn read_dispute(more: &Value) -> Result<Option<DisputeReport>, Unreadable> {
    let object = json!({"id": "du_1", "object": "dispute", "amount": 100, "currency": "nzd", "status": "needs_response",
                        "payment_intent": "pi_1", "reason": "fraudulent"});
    dispute(serde_json::from_value(with(object, more))?)
}

#[test]
fn a_success_without_the_amount_that_came_is_one_of_the_whole_amount() {
    for more in [json!({}), json!({"amount_received": null}), json!({"amount_received": 5_990})] {
        let status = IntentStatus::Succeeded { received: nzd(5_990) };
        assert_eq!(read_intent(&more).unwrap().status, status, "{more}");
    }
    let less = read_intent(&json!({"amount_received": 1})).unwrap();
    assert_eq!(less.status, IntentStatus::Succeeded { received: nzd(1) });
    assert!(read_intent(&json!({"amount": null})).is_err(), "nobody knows how much came");
    assert!(read_intent(&json!({"currency": "doubloons"})).is_err());
}

#[test]
fn what_is_open_says_why_the_last_attempt_was_declined() {
    let cases = [
        (json!(null), None),
        (json!({"message": "Your card was declined.", "code": "card_declined"}), Some("Your card was declined.")),
        (
            json!({"message": "The provided PaymentMethod has failed authentication. You can provide payment_method_data.",
                "code": "payment_intent_authentication_failure"}),
            Some("Your bank could not confirm that it was you."),
        ),
        (json!({"message": null, "code": "card_declined"}), Some("Your card was declined.")),
        (json!({}), Some("Your card was declined.")),
    ];
    for (error, declined) in cases {
        let said = read_intent(&json!({"status": "requires_payment_method", "last_payment_error": error})).unwrap();
        assert_eq!(said.status, IntentStatus::Open { declined: declined.map(str::to_owned) });
    }
    assert!(read_intent(&json!({"status": "half_paid"})).is_err());
    assert!(read_intent(&json!({"status": null})).is_err());
}

#[test]
fn a_payment_is_ours_by_all_that_we_write_on_it_and_by_nothing_less() {
    let written = |metadata: Value| {
        let object = json!({"id": "pi_1", "currency": "nzd", "metadata": metadata});
        origin(&serde_json::from_value(object).unwrap())
    };
    let ours = written(json!({"order_id": ORDER, "order_number": "BS-1", "more": {"is": "ignored"}})).unwrap();
    assert_eq!((ours.order.to_string().as_str(), ours.number.as_str()), (ORDER, "BS-1"));
    for other in [
        json!(null),
        json!({}),
        json!({"order_id": ORDER}),
        json!({"order_id": "1001", "order_number": "1001"}),
        json!({"order_id": 1001, "order_number": "BS-1"}),
        json!({"order_id": null, "order_number": null}),
    ] {
        assert_eq!(written(other.clone()), None, "{other}");
    }
}

#[test]
fn a_refund_is_read_with_its_intent_as_an_id_an_object_or_none() {
    for form in [json!("pi_1"), json!({"id": "pi_1", "object": "payment_intent"})] {
        let report = read_refund(&json!({"payment_intent": form})).unwrap().unwrap();
        assert_eq!((report.intent.as_str(), report.provider_id.as_deref()), ("pi_1", Some("re_1")));
        assert_eq!((report.amount, report.id), (nzd(100), RefundId::parse(ORDER).ok()));
    }
    assert_eq!(read_refund(&json!({"payment_intent": null})).unwrap(), None);
    assert_eq!(read_refund(&json!({"metadata": null})).unwrap().unwrap().id, None);
}

#[test]
fn a_refund_is_pending_until_it_is_through_or_has_failed() {
    let failed = |reason: &str| ReportedRefund::Failed { reason: reason.to_owned() };
    let cases = [
        (json!({"status": null}), ReportedRefund::Pending),
        (json!({"status": "pending"}), ReportedRefund::Pending),
        (json!({"status": "requires_action"}), ReportedRefund::Pending),
        (json!({}), ReportedRefund::Succeeded),
        (json!({"status": "canceled"}), failed("canceled")),
        (json!({"status": "failed", "failure_reason": null}), failed("failed")),
        (json!({"status": "failed", "failure_reason": "expired_or_canceled_card"}), failed("expired_or_canceled_card")),
    ];
    for (more, status) in cases {
        assert_eq!(read_refund(&more).unwrap().unwrap().status, status, "{more}");
    }
    assert!(read_refund(&json!({"status": "reversed"})).is_err());
}

#[test]
fn a_dispute_says_whose_money_the_bank_has() {
    let taken = json!([{"amount": -100, "fee": 1_500}]);
    let given_back = json!([{"amount": -100}, {"amount": 100}]);
    let cases = [
        ("warning_needs_response", json!([]), DisputeStatus::Inquiry, false),
        ("needs_response", taken.clone(), DisputeStatus::NeedsResponse, true),
        ("under_review", taken.clone(), DisputeStatus::UnderReview, true),
        ("won", given_back, DisputeStatus::Won, false),
        ("lost", taken, DisputeStatus::Lost, true),
        ("lost", json!(null), DisputeStatus::Lost, true),
        ("warning_closed", json!(null), DisputeStatus::InquiryClosed, false),
    ];
    for (status, movements, expected, withdrawn) in cases {
        let said = read_dispute(&json!({"status": status, "balance_transactions": movements})).unwrap().unwrap();
        assert_eq!((said.status, said.withdrawn), (expected, withdrawn), "{status}");
    }
    assert!(read_dispute(&json!({"status": "appealed"})).is_err());
    assert_eq!(read_dispute(&json!({"payment_intent": null})).unwrap(), None);
}

#[test]
fn a_dispute_has_a_deadline_when_it_can_be_answered() {
    let details = |details: Value| read_dispute(&json!({"evidence_details": details})).unwrap().unwrap().respond_by;
    assert_eq!(details(json!({"due_by": 1_795_500_000})), Some(Timestamp::from_micros(1_795_500_000_000_000)));
    for none in [json!(null), json!({}), json!({"due_by": null})] {
        assert_eq!(details(none), None);
    }
}
