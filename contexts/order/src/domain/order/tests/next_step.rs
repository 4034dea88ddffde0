//! What comes next for an order, and what became of an attempt to pay it.

use super::*;

fn declined() -> Order {
    let status = IntentStatus::Open { declined: Some("Your card was declined.".into()) };
    payable().intent_reported(reported("pi_1", status), later(1)).order
}

fn rejected() -> Order {
    placed().stock_rejected(vec![sku("NOTE")], later(1)).order
}

#[test]
fn each_state_has_its_next_step() {
    let shipped = paid().item_processed(processed("NOTE", Kind::Physical), later(60)).order;
    let completed = shipped.clone().shipping_order_processed(later(61), None, later(61)).order;
    let cancelling = paid().cancellation_requested(Reason::new("late"), later(2)).unwrap().order;
    let cancelled =
        refunded(cancelling.clone().shipping_cancelled(later(3)).order, RefundId::of_intent(id(1), &pi("pi_1")));
    let short = [sku("NOTE")];
    let cases = [
        (placed(), NextStep::WaitForStock),
        (placed().stock_reserved(noon()).order, NextStep::WaitForPayment),
        (payable(), NextStep::Pay),
        (payable().overdue(later(30)).order, NextStep::Close),
        (paid(), NextStep::Send),
        (shipped, NextStep::Send),
        (completed, NextStep::Done),
        (cancelling, NextStep::Cancel),
        (cancelled.order, NextStep::Done),
        (rejected(), NextStep::SoldOut(&short)),
        (placed().overdue(later(30)).order, NextStep::OrderAgain { replaced: false }),
        (placed().superseded(id(2), later(3)).order, NextStep::OrderAgain { replaced: true }),
    ];
    for (order, next) in cases {
        assert_eq!(order.next_step(), next, "{:?}", order.status());
        let before = matches!(next, NextStep::WaitForStock | NextStep::WaitForPayment);
        assert_eq!(order.next_step().is_before_payment(), before);
    }
}

#[test]
fn a_payment_is_opened_for_an_order_that_waits_for_it_or_to_find_one_that_was_opened_and_not_heard_of() {
    assert_eq!(placed().payment_to_open(1), Some(nzd(TOTAL)));
    assert_eq!(payable().payment_to_open(1), None);
    assert_eq!(payable().payment_to_open(2), None, "it is known");
    assert_eq!(rejected().payment_to_open(1), None);
    assert_eq!(rejected().payment_to_open(2), Some(nzd(TOTAL)), "the first attempt may have made one");
}

#[test]
fn what_the_card_page_says_is_a_hint_and_only_the_provider_makes_an_order_paid() {
    use AttemptHint::{Failed, Left, None as Nothing, WentWell};
    let reason = Some("Your card was declined.");
    for (order, hint, outcome, waits) in [
        (payable(), WentWell, AttemptOutcome::Unconfirmed, true),
        (payable(), Nothing, AttemptOutcome::Unconfirmed, true),
        (payable(), Failed, AttemptOutcome::Declined(None), true),
        (payable(), Left, AttemptOutcome::Left, false),
        (declined(), Nothing, AttemptOutcome::Declined(reason), false),
        (declined(), Failed, AttemptOutcome::Declined(reason), false),
        (declined(), Left, AttemptOutcome::Left, false),
        (declined(), WentWell, AttemptOutcome::Unconfirmed, true),
        (placed(), Left, AttemptOutcome::Unconfirmed, false),
        (placed(), WentWell, AttemptOutcome::Unconfirmed, true),
        (paid(), Failed, AttemptOutcome::Paid, false),
        (rejected(), WentWell, AttemptOutcome::SoldOut(&[sku("NOTE")]), false),
        (placed().overdue(later(30)).order, WentWell, AttemptOutcome::Ended, false),
    ] {
        assert_eq!(order.attempt_outcome(hint), outcome, "{:?} {hint:?}", order.status());
        assert_eq!(order.is_awaiting_confirmation(hint), waits, "{:?} {hint:?}", order.status());
    }
}

#[test]
fn an_order_of_another_shop_stands_where_it_stood_there() {
    for status in [Status::Paid, Status::Shipped, Status::Completed] {
        assert!(PastStanding::new(status, noon(), later(9)).unwrap().is_paid());
    }
    for status in [Status::Cancelled, Status::Rejected, Status::Expired] {
        assert!(!PastStanding::new(status, noon(), later(9)).unwrap().is_paid());
    }
    for status in [Status::AwaitingStock, Status::Initial, Status::CancelPending] {
        assert_eq!(PastStanding::new(status, noon(), later(9)), Err(NotHistory(status)));
    }
}
