//! What may happen to an order, sentence by sentence; the model test is in [`model`].

mod ledger;
mod model;
mod next_step;

use shared_kernel::{Currency, Money, OrderId, Quantity, Sku, TaxRate, Timestamp};
use std::time::Duration;
use uuid::Uuid;

use super::*;
use crate::domain::pricing::{LineToPrice, price};
use crate::domain::{CartId, Kind};

fn nzd(minor: i64) -> Money {
    Money::new(minor, Currency::NZD)
}
fn noon() -> Timestamp {
    Timestamp::parse("2026-11-22T12:00:00Z").unwrap()
}
fn later(minutes: u64) -> Timestamp {
    noon().plus(Duration::from_mins(minutes))
}
fn sku(code: &str) -> Sku {
    Sku::parse(code).unwrap()
}
fn id(number: u128) -> OrderId {
    OrderId::new(Uuid::from_u128(number))
}
fn pi(name: &str) -> IntentId {
    IntentId::new(name)
}

/// Two notebooks for 100.00 each and delivery for 6.90, unless the lines say otherwise.
fn new_order(lines: &[(&str, Kind, i64, i64)]) -> NewOrder {
    let wanted = lines.iter().map(|(code, kind, count, minor)| LineToPrice {
        sku: sku(code),
        title: format!("The {code}"),
        kind: *kind,
        quantity: u32::from(Quantity::new(*count).unwrap().get()),
        unit_gross: nzd(*minor),
    });
    let priced = price(wanted.collect(), Some(nzd(690)), TaxRate::from_basis_points(1_500), nzd(0)).unwrap();
    NewOrder {
        id: id(1),
        cart: CartId::from_secret([1; 32]),
        buyer: Buyer { email: Some("aroha@example.com".into()), ..Buyer::default() },
        priced,
        address: None,
        placed_at: noon(),
        expires_at: later(30),
    }
}
const TOTAL: i64 = 20_690;

fn placed_with(lines: &[(&str, Kind, i64, i64)]) -> Order {
    Order::place(new_order(lines), OrderNumber::sequential("BS-", 100_001), None).order
}
fn placed() -> Order {
    placed_with(&[("NOTE", Kind::Physical, 2, 10_000)])
}
fn payable_from(order: Order) -> Order {
    let opened = OpenedIntent { intent: pi("pi_1"), client_secret: Some("pi_1_secret".into()) };
    order.stock_reserved(noon()).order.intent_opened(opened, noon()).order
}
fn payable() -> Order {
    payable_from(placed())
}
fn succeeded(intent: &str, minor: i64) -> IntentReport {
    IntentReport { intent: pi(intent), status: IntentStatus::Succeeded { received: nzd(minor) } }
}
fn reported(intent: &str, status: IntentStatus) -> IntentReport {
    IntentReport { intent: pi(intent), status }
}
fn paid() -> Order {
    payable().intent_reported(succeeded("pi_1", TOTAL), later(1)).order
}
fn refunded(order: Order, refund: RefundId) -> Transition {
    let Refund { intent, amount, .. } = order.refund(refund).unwrap().clone();
    let report = RefundReport {
        id: Some(refund),
        provider_id: Some(format!("re_{refund}")),
        intent,
        amount,
        status: ReportedRefund::Succeeded,
    };
    order.refund_reported(report, later(5))
}
fn processed(code: &str, kind: Kind) -> ProcessedItem {
    let tracking = Tracking { carrier: Some("NZ Post".into()), number: Some("T-1".into()) };
    ProcessedItem { sku: sku(code), kind, quantity: 1, tracking, at: later(60) }
}
fn pending(code: &str, kind: Kind) -> FulfilmentItem {
    FulfilmentItem::pending(sku(code), kind, 1)
}

#[test]
fn a_placed_order_asks_for_stock_and_then_for_a_payment() {
    let decided = Order::place(new_order(&[("A", Kind::Digital, 1, 100)]), OrderNumber::sequential("BS-", 7), None);
    assert_eq!(decided.events, [OrderEvent::Placed(decided.order.snapshot())]);
    assert_eq!((decided.order.status(), decided.order.number().as_str()), (Status::AwaitingStock, "BS-7"));
    let reserved = decided.order.stock_reserved(noon());
    assert_eq!(reserved.tasks, [OrderTask::CreateIntent]);
    assert_eq!(reserved.order.status(), Status::AwaitingStock, "it cannot be paid before there is an intent");
    assert!(!reserved.order.stock_reserved(noon()).has_changes());
    assert_eq!(payable().status(), Status::Initial);
    assert_eq!(payable().payable().unwrap().client_secret.as_deref(), Some("pi_1_secret"));
}

#[test]
fn an_order_that_costs_nothing_is_paid_as_soon_as_its_goods_are_held() {
    let decided = placed_with(&[("FREE", Kind::Digital, 1, 0)]).stock_reserved(noon());
    assert_eq!((decided.order.status(), decided.tasks), (Status::Paid, vec![OrderTask::MailReceipt]));
}

#[test]
fn exactly_the_total_makes_an_order_paid_and_a_repeat_is_unchanged() {
    let decided = payable().intent_reported(succeeded("pi_1", TOTAL), later(1));
    let by = PaidBy { intent: Some(pi("pi_1")), at: later(1) };
    assert_eq!(decided.events, [OrderEvent::Paid { order: payable().snapshot(), paid: by }]);
    assert_eq!(decided.tasks, [OrderTask::MailReceipt]);
    assert_eq!(decided.paid_cart_lines().unwrap().1, [(sku("NOTE"), 2)]);
    assert!(!decided.order.intent_reported(succeeded("pi_1", TOTAL), later(2)).has_changes());
}

#[test]
fn money_of_a_wrong_amount_or_currency_never_pays_and_goes_back() {
    for received in [nzd(TOTAL - 1), nzd(TOTAL + 1), Money::new(TOTAL, Currency::parse("USD").unwrap())] {
        let report = reported("pi_1", IntentStatus::Succeeded { received });
        let decided = payable().intent_reported(report, later(1));
        let refund = RefundId::of_intent(id(1), &pi("pi_1"));
        assert_eq!(decided.order.status(), Status::Initial);
        assert_eq!(decided.order.attention().unwrap().reason, AttentionReason::AmountDiffers);
        assert_eq!(decided.tasks, [OrderTask::RefundPayment { refund }]);
        assert_eq!(decided.order.refund(refund).unwrap().amount, received);
        assert_eq!(decided.order.overdue(later(30)).order.status(), Status::Expired, "nothing is left to pay it with");
    }
}

#[test]
fn a_decline_leaves_the_order_open_for_another_try() {
    let declined = IntentStatus::Open { declined: Some("Your card was declined.".into()) };
    let decided = payable().intent_reported(reported("pi_1", declined.clone()), later(1));
    assert_eq!(decided.events, [OrderEvent::PaymentFailed { reason: "Your card was declined.".into() }]);
    assert_eq!(decided.order.payment_axis(), PaymentAxis::Declined);
    assert!(!decided.order.clone().intent_reported(reported("pi_1", declined), later(1)).has_changes());
    let decided = decided.order.intent_reported(succeeded("pi_1", TOTAL), later(2));
    assert_eq!(decided.order.status(), Status::Paid);
}

#[test]
fn the_deadline_closes_the_intent_first_and_only_the_providers_word_expires_the_order() {
    let decided = payable().overdue(later(30));
    assert_eq!(decided.order.status(), Status::Initial);
    assert_eq!(decided.tasks, [OrderTask::CancelIntent { intent: pi("pi_1"), attempt: 1 }]);
    assert!(decided.order.payable().is_none(), "nobody may begin to pay now");
    let expired = decided.order.clone().intent_reported(reported("pi_1", IntentStatus::Canceled), later(31));
    assert_eq!((expired.order.status(), expired.events), (Status::Expired, vec![OrderEvent::Expired]));
    let quicker = decided.order.intent_reported(succeeded("pi_1", TOTAL), later(31));
    assert_eq!(quicker.order.status(), Status::Paid, "the money was quicker than the cancellation");
}

#[test]
fn a_payment_under_way_at_the_deadline_is_waited_for_and_closed_when_it_fails() {
    let processing = payable().intent_reported(reported("pi_1", IntentStatus::Processing), later(29)).order;
    let closing = processing.overdue(later(30)).order;
    let declined = IntentStatus::Open { declined: Some("insufficient funds".into()) };
    let decided = closing.intent_reported(reported("pi_1", declined), later(40));
    assert_eq!(decided.tasks, [OrderTask::CancelIntent { intent: pi("pi_1"), attempt: 2 }]);
    assert_eq!(decided.order.status(), Status::Initial);
}

#[test]
fn nothing_happens_before_the_deadline() {
    assert_eq!(payable().due_at(), Some(later(30)));
    assert!(!payable().overdue(later(29)).has_changes());
    assert_eq!(placed().overdue(later(30)).order.status(), Status::Expired);
}

#[test]
fn late_money_is_returned_once() {
    let expired = placed().stock_reserved(noon()).order.overdue(later(30)).order;
    let decided = expired.intent_reported(succeeded("pi_9", TOTAL), later(50));
    let refund = RefundId::of_intent(id(1), &pi("pi_9"));
    assert_eq!(decided.tasks, [OrderTask::RefundPayment { refund }]);
    assert_eq!((decided.order.status(), decided.new_intents.clone()), (Status::Expired, vec![pi("pi_9")]));
    assert!(!decided.order.clone().intent_reported(succeeded("pi_9", TOTAL), later(51)).has_changes());
    let done = refunded(decided.order, refund);
    assert!(done.order.is_returned());
    assert_eq!(done.events, [], "money that paid for nothing is no sale, and its return no correction");
}

#[test]
fn a_second_payment_is_returned_and_the_first_one_stays() {
    let decided = paid().intent_reported(succeeded("pi_2", TOTAL), later(2));
    assert_eq!(decided.tasks, [OrderTask::RefundPayment { refund: RefundId::of_intent(id(1), &pi("pi_2")) }]);
    assert_eq!(decided.order.status(), Status::Paid);
}

#[test]
fn a_payment_by_the_second_intent_closes_the_first() {
    let decided = payable().intent_reported(succeeded("pi_2", TOTAL), later(2));
    let expected = [OrderTask::MailReceipt, OrderTask::CancelIntent { intent: pi("pi_1"), attempt: 1 }];
    assert_eq!((decided.order.status(), decided.tasks.as_slice()), (Status::Paid, expected.as_slice()));
}

#[test]
fn an_intent_that_is_prepared_for_an_order_that_has_ended_is_closed_again() {
    let rejected = placed().stock_reserved(noon()).order.stock_rejected(vec![sku("NOTE")], noon());
    assert_eq!(rejected.events, [OrderEvent::Rejected { skus: vec![sku("NOTE")] }]);
    let decided = rejected.order.intent_opened(OpenedIntent { intent: pi("pi_1"), client_secret: None }, later(1));
    assert_eq!(decided.tasks, [OrderTask::CancelIntent { intent: pi("pi_1"), attempt: 1 }]);
}

#[test]
fn a_report_that_overtakes_the_answer_to_our_own_request_does_not_keep_the_order_from_being_payable() {
    let reserved = placed().stock_reserved(noon()).order;
    let overtaken = reserved.intent_reported(reported("pi_1", IntentStatus::Open { declined: None }), noon()).order;
    let opened = OpenedIntent { intent: pi("pi_1"), client_secret: Some("s".into()) };
    let order = overtaken.intent_opened(opened, noon()).order;
    assert_eq!(order.payable().unwrap().client_secret.as_deref(), Some("s"));
}

#[test]
fn an_order_replaced_by_a_newer_one_ends_and_its_intent_is_closed() {
    let decided = payable().superseded(id(2), later(3));
    assert_eq!(decided.order.state(), &OrderState::Expired { superseded_by: Some(id(2)) });
    assert_eq!(decided.events, [OrderEvent::Expired]);
    assert_eq!(decided.tasks.len(), 1);
    assert!(!paid().superseded(id(2), later(3)).has_changes());
}

#[test]
fn the_same_cart_ordered_again_is_the_same_order_until_something_in_it_changes() {
    let same = new_order(&[("NOTE", Kind::Physical, 2, 10_000)]);
    assert!(payable().is_same_as(&same));
    assert!(!payable().is_same_as(&new_order(&[("NOTE", Kind::Physical, 3, 10_000)])));
    assert!(!payable().is_same_as(&new_order(&[("NOTE", Kind::Physical, 2, 9_000)])), "its price has changed");
    assert!(!payable().overdue(later(30)).order.is_same_as(&same), "its time is up");
    assert!(!paid().is_same_as(&same));
}

#[test]
fn a_paid_order_without_stock_is_cancelled_and_repaid() {
    let decided = paid().stock_rejected(vec![sku("NOTE")], later(2));
    let refund = RefundId::of_intent(id(1), &pi("pi_1"));
    assert_eq!(decided.order.status(), Status::CancelPending);
    assert_eq!(decided.tasks, [OrderTask::RefundPayment { refund }]);
    let done = refunded(decided.order, refund);
    assert_eq!(done.order.status(), Status::Cancelled);
    let at = later(5);
    let cancelled = OrderEvent::Cancelled { reason: Reason::new("out of stock"), at };
    let (amount, reason) = (nzd(TOTAL), RefundReason::Cancelled);
    assert_eq!(done.events, [OrderEvent::Refunded { refund, amount, reason, note: None, at }, cancelled]);
}

#[test]
fn a_cancellation_asks_fulfilment_first_and_then_returns_the_money() {
    let decided = paid().cancellation_requested(Reason::new("changed my mind"), later(2)).unwrap();
    assert_eq!(decided.order.status(), Status::CancelPending);
    assert_eq!(decided.events, [OrderEvent::CancellationRequested { reason: Reason::new("changed my mind") }]);
    assert_eq!(decided.tasks, []);
    assert!(!decided.order.clone().cancellation_requested(Reason::new("again"), later(3)).unwrap().has_changes());
    let decided = decided.order.shipping_cancelled(later(3));
    let refund = RefundId::of_intent(id(1), &pi("pi_1"));
    assert_eq!(decided.tasks, [OrderTask::RefundPayment { refund }]);
    assert_eq!(refunded(decided.order, refund).order.status(), Status::Cancelled);
}

#[test]
fn a_refused_cancellation_brings_the_order_back_to_paid_or_further() {
    let pending_cancel = paid().cancellation_requested(Reason::new("late"), later(2)).unwrap().order;
    let back = pending_cancel.clone().cancellation_refused("already packed".into(), later(3)).order;
    assert_eq!(back.status(), Status::Paid);
    let sent = pending_cancel.item_processed(processed("NOTE", Kind::Physical), later(3)).order;
    assert_eq!(sent.status(), Status::CancelPending, "the lock holds until fulfilment has answered");
    assert_eq!(sent.cancellation_refused("sent".into(), later(4)).order.status(), Status::Shipped);
}

#[test]
fn only_paid_and_unsent_parcels_can_be_cancelled() {
    assert_eq!(payable().may_be_cancelled(), Err(CancelRefused::NotPaid(Status::Initial)));
    let lines = [("NOTE", Kind::Physical, 1, 10_000), ("EBOOK", Kind::Digital, 1, 10_000)];
    let mixed = payable_from(placed_with(&lines)).intent_reported(succeeded("pi_1", TOTAL), later(1)).order;
    assert_eq!(mixed.may_be_cancelled(), Err(CancelRefused::HasDigitalItems));
    let sent = paid().item_processed(processed("NOTE", Kind::Physical), later(2)).order;
    assert_eq!(sent.may_be_cancelled(), Err(CancelRefused::AlreadyFulfilled));
    assert_eq!(paid().may_be_cancelled(), Ok(()));
}

#[test]
fn an_order_is_shipped_when_a_parcel_left_and_completed_when_everything_did() {
    let items = vec![pending("NOTE", Kind::Physical), pending("PEN", Kind::Physical)];
    let order = paid().shipping_order_created(items, later(2)).order;
    let shipped = order.item_processed(processed("NOTE", Kind::Physical), later(60));
    assert_eq!((shipped.order.status(), shipped.events), (Status::Shipped, vec![]));
    let done = shipped.order.item_processed(processed("PEN", Kind::Physical), later(61));
    assert_eq!(done.order.status(), Status::Completed);
    assert_eq!(done.events, [OrderEvent::Completed { at: later(60) }]);
    assert!(!done.order.clone().item_processed(processed("PEN", Kind::Physical), later(62)).has_changes());
    assert_eq!(done.order.fulfilment().shipments().len(), 1, "both went under one tracking number");
}

#[test]
fn digital_items_complete_an_order_without_shipping_it() {
    let lines = [("EBOOK", Kind::Digital, 1, TOTAL)];
    let order = payable_from(placed_with(&lines)).intent_reported(succeeded("pi_1", TOTAL), later(1)).order;
    let order = order.shipping_order_created(vec![pending("EBOOK", Kind::Digital)], later(2)).order;
    let done = order
        .item_processed(ProcessedItem { tracking: Tracking::default(), ..processed("EBOOK", Kind::Digital) }, later(2));
    assert_eq!(done.order.status(), Status::Completed);
}

#[test]
fn refunds_never_pass_what_was_captured() {
    let ask = |number, minor| RefundRequest {
        id: RefundId::new(Uuid::from_u128(number)),
        amount: Some(nzd(minor)),
        note: None,
    };
    let order = paid().refund_requested(ask(1, TOTAL * 6 / 10), later(2)).unwrap().order;
    let left = nzd(TOTAL - TOTAL * 6 / 10);
    assert_eq!(order.clone().refund_requested(ask(2, TOTAL * 6 / 10), later(2)), Err(RefundRefused::TooMuch { left }));
    assert_eq!(order.clone().refund_requested(ask(2, 0), later(2)), Err(RefundRefused::NotAnAmount));
    let rest = RefundRequest { amount: None, ..ask(2, 0) };
    let order = order.refund_requested(rest, later(3)).unwrap().order;
    assert_eq!(order.clone().refund_requested(ask(3, 1), later(3)), Err(RefundRefused::NothingLeft));
    assert_eq!(payable().refund_requested(ask(1, 1), later(2)), Err(RefundRefused::NothingLeft));
    let order = refunded(order, RefundId::new(Uuid::from_u128(1))).order;
    assert_eq!(order.payment_axis(), PaymentAxis::PartiallyRefunded);
    assert_eq!(
        (order.status(), refunded(order, RefundId::new(Uuid::from_u128(2))).order.payment_axis()),
        (Status::Paid, PaymentAxis::Refunded)
    );
}

#[test]
fn a_failed_refund_needs_attention_and_can_be_tried_again() {
    let order = paid().stock_rejected(vec![], later(2)).order;
    let refund = RefundId::of_intent(id(1), &pi("pi_1"));
    let Refund { intent, amount, .. } = order.refund(refund).unwrap().clone();
    let status = ReportedRefund::Failed { reason: "expired card".into() };
    let report = RefundReport { id: Some(refund), provider_id: None, intent, amount, status };
    let failed = order.refund_reported(report, later(3)).order;
    assert_eq!(failed.attention().unwrap().reason, AttentionReason::RefundFailed);
    assert!(failed.sendable_refund(refund).is_some());
    let again = refunded(failed, refund);
    assert_eq!((again.order.status(), again.order.attention()), (Status::Cancelled, None));
}

#[test]
fn anyone_who_keeps_an_order_waiting_for_ten_minutes_is_looked_after_by_a_person() {
    let unfulfilled = paid().overdue(later(11)).order;
    assert_eq!(unfulfilled.attention().unwrap().reason, AttentionReason::NotFulfilled);
    let calm = unfulfilled.shipping_order_created(vec![], later(12)).order;
    assert_eq!(calm.attention(), None);
    let stuck = paid().cancellation_requested(Reason::new("x"), later(2)).unwrap().order.overdue(later(12)).order;
    assert_eq!(stuck.attention().unwrap().reason, AttentionReason::CancellationStuck);
    assert!(!stuck.clone().overdue(later(50)).has_changes(), "a person is asked once");
    assert_eq!(stuck.attention_resolved(None, "Mere", later(60)).order.attention(), None);
    let closing = payable().overdue(later(30)).order.overdue(later(40)).order;
    assert_eq!(closing.attention().unwrap().reason, AttentionReason::PaymentNotSettled);
}

/// Otherwise the sweep of the next minute would ask again, and "Resolved" would mean nothing.
#[test]
fn a_person_who_has_looked_is_asked_again_only_after_another_ten_minutes() {
    let unfulfilled = paid().overdue(later(11)).order;
    let stuck = paid().cancellation_requested(Reason::new("x"), later(2)).unwrap().order.overdue(later(12)).order;
    let closing = payable().overdue(later(30)).order.overdue(later(40)).order;
    for waiting in [unfulfilled, stuck, closing] {
        let reason = waiting.attention().unwrap().reason;
        let looked = waiting.attention_resolved(Some(reason), "Mere", later(60)).order;
        assert_eq!(looked.due_at(), Some(later(60).plus(GRACE_PERIOD)), "{reason:?}");
        assert!(!looked.clone().overdue(later(69)).has_changes(), "{reason:?} comes back at once");
        let again = looked.overdue(later(70)).order;
        assert_eq!(again.attention().map(|it| it.reason), Some(reason), "it still waits, so somebody looks again");
    }
}

#[test]
fn a_receipt_is_owed_from_the_moment_of_payment_and_sent_once() {
    let order = paid();
    assert_eq!(order.receipt().unwrap().sent_at, None);
    let sent = order.receipt_sent(later(2)).order;
    assert_eq!(sent.receipt().unwrap().sent_at, Some(later(2)));
    assert!(!sent.receipt_sent(later(3)).has_changes());
    assert!(!payable().receipt_sent(later(3)).has_changes());
}

#[test]
fn every_status_has_its_name_back() {
    for status in Status::ALL {
        assert_eq!(Status::parse(status.name()), Some(status));
    }
    assert_eq!(Status::parse("initial"), None);
}
