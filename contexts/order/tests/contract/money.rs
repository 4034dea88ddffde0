//! The provider's books and ours: events as hints, refunds and disputes of the dashboard, and reconciliation.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use chassis::ContextModule as _;
use std::path::Path;

use order::adapters::stripe::MONEY_EVENTS;
use order::application::{CheckPaymentError, RefundOrderCommand, RefundOrderError};
use order::domain::{
    AttentionReason, DisputeReport, DisputeStatus, IntentId, IntentStatus, Order, PaymentAxis, RefundRefused,
    ReportedRefund, Status,
};
use order::testing::{a_customer, a_staff_member, nzd};
use serde_json::{Value, json};

use crate::shop::{TestShop, intent_of, succeeded};
use crate::storage::Storage;

fn about(order: &Order) -> Value {
    json!({"id": "x_1", "object": "refund", "payment_intent": intent_of(order).as_str(), "amount": 99_999})
}

fn dispute(order: &Order, status: DisputeStatus) -> DisputeReport {
    DisputeReport {
        id: "du_1".into(),
        intent: intent_of(order),
        amount: order.totals().gross,
        reason: "product_not_received".into(),
        status,
        respond_by: None,
        withdrawn: status.claims_money(),
        opened_at: None,
    }
}

async fn refund(shop: &TestShop, order: &Order, minor: i64, key: &str) -> Result<Order, RefundOrderError> {
    let (order, by, key) = (order.id(), a_staff_member(), key.to_owned());
    let command = RefundOrderCommand { order, by, amount: Some(nzd(minor)), reason: None, key };
    let done = shop.use_cases().refund_order.execute(command).await;
    shop.settle().await;
    done
}

async fn refunds_of_the_dashboard_are_booked_once_whatever_events_tell_of_them(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.paid_order().await;
    assert!(shop.provider.returns_by_dashboard("re_a", &intent_of(&order), nzd(300)));
    shop.provider_posts("evt_2", "charge.refunded", about(&order)).await;
    assert!(shop.provider.returns_by_dashboard("re_b", &intent_of(&order), nzd(200)));
    for (event, kind) in [("evt_3", "refund.created"), ("evt_4", "charge.refunded"), ("evt_5", "refund.updated")] {
        shop.provider_posts(event, kind, about(&order)).await;
    }
    assert_eq!(shop.order(order.id()).await.refunded(&intent_of(&order)), 500);
    assert_eq!(shop.published(order.id()).await, ["placed", "paid", "refunded", "refunded"]);
}

async fn an_event_that_claims_what_the_provider_does_not_know_changes_nothing(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.paid_order().await;
    for (event, kind) in (2..).map(|number| format!("evt_{number}")).zip(MONEY_EVENTS) {
        if !kind.starts_with("payment_intent.") {
            shop.provider_posts(&event, kind, about(&order)).await;
        }
    }
    assert_eq!(shop.order(order.id()).await, order);
}

async fn a_refund_that_fails_later_is_taken_back(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.paid_order().await;
    refund(&shop, &order, 800, "r").await.unwrap();
    let name = shop.provider.ledger()[0].provider_id.clone().unwrap();
    shop.provider.refund_becomes(&name, ReportedRefund::Failed { reason: "expired_or_canceled_card".into() });
    for event in ["evt_2", "evt_3"] {
        shop.provider_posts(event, "refund.failed", about(&order)).await;
    }
    let after = shop.order(order.id()).await;
    assert_eq!((after.refunded(&intent_of(&order)), after.payment_axis()), (0, PaymentAxis::Paid));
    assert_eq!(after.attention().unwrap().reason, AttentionReason::RefundFailed);
    assert_eq!(shop.published(order.id()).await, ["placed", "paid", "refunded", "refund_failed"]);
}

async fn a_dispute_is_followed_to_its_end_and_its_money_is_not_refunded_twice(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.paid_order().await;
    shop.provider.is_told_of(dispute(&order, DisputeStatus::NeedsResponse));
    shop.provider_posts("evt_2", "charge.dispute.created", about(&order)).await;
    let refused = refund(&shop, &order, 100, "r1").await;
    assert!(matches!(refused, Err(RefundOrderError::Refused(RefundRefused::Disputed { .. }))), "{refused:?}");
    shop.provider.is_told_of(dispute(&order, DisputeStatus::Lost));
    shop.provider_posts("evt_3", "charge.dispute.closed", about(&order)).await;
    let after = shop.order(order.id()).await;
    assert_eq!(after.attention().unwrap().reason, AttentionReason::DisputeLost);
    assert_eq!((after.disputes()[0].status, after.disputes()[0].withdrawn), (DisputeStatus::Lost, true));
    assert!(refund(&shop, &order, 100, "r2").await.is_err());
    assert_eq!(shop.provider.ledger(), []);
}

async fn payments_of_other_programs_on_the_same_account_are_passed_over(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.payable_order().await;
    let other = IntentId::new("pi_other");
    let object = succeeded(&other, order.id(), order.totals().gross.minor());
    shop.provider_posts("evt_1", "payment_intent.succeeded", object.clone()).await;
    shop.provider.set(&other, IntentStatus::Succeeded { received: order.totals().gross });
    for (event, kind) in [("evt_2", "payment_intent.succeeded"), ("evt_3", "payment_intent.payment_failed")] {
        shop.provider_posts(event, kind, object.clone()).await;
    }
    shop.provider_posts("evt_4", "refund.created", json!({"id": "re_1", "payment_intent": "pi_other"})).await;
    let after = shop.order(order.id()).await;
    assert_eq!((after.status(), after.payments().len(), shop.dead_letters().await), (Status::Initial, 1, 0));
}

async fn a_silent_provider_delays_what_has_to_be_asked_and_not_the_payment(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.payable_order().await;
    shop.provider.is_down(true);
    let object = json!({"id": intent_of(&order).as_str(), "object": "payment_intent", "currency": "nzd"});
    shop.provider_posts("evt_1", "payment_intent.payment_failed", object).await;
    shop.provider_says_paid(&order, "evt_2").await;
    assert_eq!(shop.order(order.id()).await.status(), Status::Paid);
    shop.provider.is_down(false);
    shop.minutes_pass(20);
    shop.settle().await;
    assert_eq!((shop.order(order.id()).await.status(), shop.dead_letters().await), (Status::Paid, 0));
}

async fn what_no_event_has_told_is_found_by_comparing_the_books(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.paid_order().await;
    refund(&shop, &order, 800, "r").await.unwrap();
    let name = shop.provider.ledger()[0].provider_id.clone().unwrap();
    shop.provider.refund_becomes(&name, ReportedRefund::Failed { reason: "expired_or_canceled_card".into() });
    assert!(shop.provider.returns_by_dashboard("re_a", &intent_of(&order), nzd(300)));
    let mut small = dispute(&order, DisputeStatus::NeedsResponse);
    small.amount = nzd(50);
    shop.provider.is_told_of(small);
    let summary = shop.module.reconcile().await.unwrap();
    assert_eq!((summary.compared, summary.repaired.len(), summary.unanswered.len()), (1, 1, 0));
    let said = summary.repaired[0].1.join("; ");
    for part in ["Refund failed: expired_or_canceled_card", "Refunded: NZ$3.00", "Payment disputed"] {
        assert!(said.contains(part), "{said}");
    }
    let after = shop.order(order.id()).await;
    assert_eq!((after.refunded(&intent_of(&order)), after.disputes().len()), (300, 1));
    assert_eq!(shop.module.reconcile().await.unwrap().repaired, []);
}

async fn a_provider_that_does_not_answer_is_said_and_an_old_order_is_not_compared(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.paid_order().await;
    shop.provider.is_down(true);
    let summary = shop.module.reconcile().await.unwrap();
    assert_eq!((summary.compared, summary.unanswered.len()), (0, 1));
    assert_eq!(summary.unanswered[0].0, *order.number());
    shop.provider.is_down(false);
    shop.minutes_pass(31 * 24 * 60);
    assert_eq!(shop.module.reconcile().await.unwrap().compared, 0);
}

async fn the_timer_compares_all_orders_in_turn(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.paid_order().await;
    assert!(shop.provider.returns_by_dashboard("re_a", &intent_of(&order), nzd(300)));
    shop.minutes_pass(2);
    for _ in 0..2 {
        for job in shop.module.jobs() {
            job.once().await.unwrap();
        }
    }
    assert_eq!(shop.order(order.id()).await.refunded(&intent_of(&order)), 300);
}

async fn a_payment_that_the_provider_has_lost_asks_a_person(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.paid_order().await;
    shop.provider.forgets(&intent_of(&order));
    let summary = shop.module.reconcile().await.unwrap();
    assert_eq!((summary.compared, summary.repaired.len()), (1, 1), "it has answered");
    assert_eq!(shop.order(order.id()).await.attention().unwrap().reason, AttentionReason::PaymentUnknown);
}

async fn the_staff_compares_one_order_when_they_want_to(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.paid_order().await;
    let check = &shop.use_cases().check_payment;
    assert_eq!(check.of_order(order.id(), &a_staff_member()).await.unwrap().changes, Vec::<String>::new());
    assert!(shop.provider.returns_by_dashboard("re_a", &intent_of(&order), nzd(300)));
    assert_eq!(check.of_order(order.id(), &a_staff_member()).await.unwrap().changes, ["Refunded: NZ$3.00"]);
    let forbidden = check.of_order(order.id(), &a_customer(1)).await;
    assert!(matches!(forbidden, Err(CheckPaymentError::Forbidden)));
}

/// The database's own check stands behind the domain's.
async fn the_database_keeps_refunds_within_payments(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.paid_order().await;
    let (database, id) = (&shop.platform.database, order.id());
    let set = |refunded: i64| async move {
        let update = "UPDATE orders SET refunded_minor = $1 WHERE id = $2";
        database
            .write(move |tx| Box::pin(async move { tx.execute(update, chassis::params![refunded, id]).await }))
            .await
    };
    assert_eq!(set(20_690).await.unwrap(), 1);
    assert!(set(20_691).await.is_err());
}

#[test]
fn the_readme_names_every_event_to_subscribe_to_and_no_other() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let text = std::fs::read_to_string(path).unwrap();
    let block = text.split("with these events:").nth(1).unwrap().split("```").nth(1).unwrap();
    let mut named: Vec<&str> = block.split_whitespace().collect();
    named.sort_unstable();
    let mut understood = MONEY_EVENTS.to_vec();
    understood.sort_unstable();
    assert_eq!(named, understood);
}

on_both_engines! {
    refunds_of_the_dashboard_are_booked_once_whatever_events_tell_of_them
    an_event_that_claims_what_the_provider_does_not_know_changes_nothing
    a_refund_that_fails_later_is_taken_back
    a_dispute_is_followed_to_its_end_and_its_money_is_not_refunded_twice
    payments_of_other_programs_on_the_same_account_are_passed_over
    a_silent_provider_delays_what_has_to_be_asked_and_not_the_payment
    what_no_event_has_told_is_found_by_comparing_the_books
    a_provider_that_does_not_answer_is_said_and_an_old_order_is_not_compared
    the_timer_compares_all_orders_in_turn
    a_payment_that_the_provider_has_lost_asks_a_person
    the_staff_compares_one_order_when_they_want_to
    the_database_keeps_refunds_within_payments
}
