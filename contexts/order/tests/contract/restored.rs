//! A shop whose database was restored from a backup, while the payment provider has gone on.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::time::Duration;

use chassis::sql::transfer::RESTORED;
use order::adapters::stripe::events;
use order::application::RequestCancellationCommand;
use order::domain::{AttentionReason, IntentId, IntentStatus, Order, OrderNumber, RefundId, Status};
use order::ports::{NewRefund, PaymentGateway};
use order::testing::{a_customer, nzd};
use serde_json::{Value, json};
use shared_kernel::{Clock, OrderId, Timestamp};

use crate::shop::{TestShop, intent_of, succeeded};
use crate::storage::Storage;

fn event(id: &str, event_type: &str, object: &Value) -> Value {
    json!({"id": id, "object": "event", "type": event_type, "data": {"object": object}})
}

/// What the provider remembers, that long ago, and of which we know nothing.
fn remembers(shop: &TestShop, minutes_ago: u64, event: Value) {
    shop.provider.remembers(ago(shop, minutes_ago), events::read(event).unwrap());
}

fn ago(shop: &TestShop, minutes: u64) -> Timestamp {
    shop.clock.now().minus(Duration::from_mins(minutes))
}

async fn set_restore_point_before(shop: &TestShop, minutes: u64) {
    shop.platform.database.mark(RESTORED, ago(shop, minutes)).await.unwrap();
}

async fn what_was_paid_since_the_backup_is_taken_in_before_deadlines_and_tasks_are(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.payable_order().await;
    let (intent, total) = (intent_of(&order), order.totals().gross.minor());
    shop.minutes_pass(300);
    shop.provider.set(&intent, IntentStatus::Succeeded { received: order.totals().gross });
    remembers(&shop, 290, event("evt_9", "payment_intent.succeeded", &succeeded(&intent, order.id(), total)));
    set_restore_point_before(&shop, 300).await;
    let caught = shop.module.catch_up().await.unwrap().unwrap();
    assert_eq!((caught.told, caught.new), (1, 1));
    assert_eq!(shop.order(order.id()).await.status(), Status::Paid);
    shop.deadlines().await;
    assert_eq!((shop.receipts.sent().len(), shop.provider.refunds().len()), (1, 0));
    assert_eq!(shop.module.catch_up().await.unwrap(), None, "it is done once");
    assert!(shop.platform.database.is_marked("reconciled").await.unwrap());
}

async fn events_that_are_known_fall_out_and_every_page_is_read(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.paid_order().await;
    let (intent, total) = (intent_of(&order), order.totals().gross.minor());
    let known = event("evt_1", "payment_intent.succeeded", &succeeded(&intent, order.id(), total));
    remembers(&shop, 1, known);
    for number in 0..10 {
        remembers(&shop, 1, event(&format!("evt_x{number}"), "customer.created", &json!({"id": "cus_1"})));
    }
    remembers(&shop, 200, event("evt_old", "customer.created", &json!({"id": "cus_1"})));
    set_restore_point_before(&shop, 60).await;
    let caught = shop.module.catch_up().await.unwrap().unwrap();
    assert_eq!((caught.told, caught.new), (11, 10), "an hour before the backup is early enough");
    assert_eq!(shop.published(order.id()).await, ["placed", "paid"]);
    assert_eq!((shop.receipts.sent().len(), shop.dead_letters().await), (1, 0));
}

/// What the provider says of the refund that a cancellation of this order leads to.
fn its_refund(order: &Order) -> Value {
    let (intent, amount) = (intent_of(order), order.totals().gross.minor());
    let id = RefundId::of_intent(order.id(), &intent);
    json!({"id": "re_1", "object": "refund", "amount": amount, "currency": "nzd", "status": "succeeded",
           "payment_intent": intent.as_str(), "metadata": {"order_id": order.id(), "refund_id": id}})
}

/// The provider made that refund when we asked for it, of which we know nothing any more.
async fn made_before(shop: &TestShop, order: &Order) {
    let intent = intent_of(order);
    let refund = RefundId::of_intent(order.id(), &intent);
    let asked = NewRefund { refund, order: order.id(), intent, amount: order.totals().gross, keys_used: 0 };
    shop.provider.refund(&asked).await.unwrap();
}

async fn a_refund_that_was_made_since_is_not_made_again_though_its_task_is_still_there(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.paid_order().await;
    let ask = RequestCancellationCommand { order: order.id(), by: a_customer(1), reason: None, key: "c".into() };
    shop.use_cases().request_cancellation.execute(ask).await.unwrap();
    shop.provider.is_down(true);
    shop.fulfilment_says("shipping_order_cancelled", order.id(), json!({})).await;
    remembers(&shop, 5, event("evt_8", "refund.created", &its_refund(&order)));
    set_restore_point_before(&shop, 10).await;
    shop.provider.is_down(false);
    made_before(&shop, &order).await;
    shop.module.catch_up().await.unwrap();
    assert_eq!(shop.order(order.id()).await.status(), Status::Cancelled);
    shop.minutes_pass(10);
    shop.settle().await;
    assert_eq!(shop.provider.ledger().len(), 1, "the money had gone back already");
}

async fn a_refund_that_was_asked_for_since_is_entered_and_a_person_looks_before_the_goods_are_sent(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.paid_order().await;
    made_before(&shop, &order).await;
    remembers(&shop, 5, event("evt_8", "refund.created", &its_refund(&order)));
    set_restore_point_before(&shop, 10).await;
    shop.module.catch_up().await.unwrap();
    let order = shop.order(order.id()).await;
    assert_eq!((order.status(), order.is_returned()), (Status::Paid, true));
    assert_eq!(order.attention().unwrap().reason, AttentionReason::RefundForgotten);
    let ask = RequestCancellationCommand { order: order.id(), by: a_customer(1), reason: None, key: "c".into() };
    shop.use_cases().request_cancellation.execute(ask).await.unwrap();
    shop.fulfilment_says("shipping_order_cancelled", order.id(), json!({})).await;
    assert_eq!(shop.order(order.id()).await.status(), Status::Cancelled);
    assert_eq!(shop.provider.ledger().len(), 1, "nothing is left to return");
}

async fn money_for_orders_that_nobody_knows_any_more_is_a_dead_letter_and_their_other_news_is_not(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.leaves_messages();
    let lost = OrderId::parse("01900000-0000-7000-8000-00000000dead").unwrap();
    let intent = IntentId::new("pi_lost");
    let object = succeeded(&intent, lost, 5_000);
    for (number, kind) in (0..).zip(["payment_intent.requires_action", "payment_intent.succeeded"]) {
        remembers(&shop, 5 - number, event(&format!("evt_{number}"), kind, &object));
    }
    shop.provider.set(&intent, IntentStatus::Succeeded { received: nzd(5_000) });
    shop.provider.was_made_for(&intent, lost, &OrderNumber::parse("BS-1").unwrap());
    let other = IntentId::new("pi_other");
    shop.provider.set(&other, IntentStatus::Succeeded { received: nzd(5_000) });
    remembers(&shop, 3, event("evt_6", "payment_intent.succeeded", &succeeded(&other, lost, 5_000)));
    let abandoned =
        json!({"id": "pi_2", "object": "payment_intent", "currency": "nzd", "metadata": {"order_id": lost}});
    remembers(&shop, 2, event("evt_7", "payment_intent.canceled", &abandoned));
    set_restore_point_before(&shop, 10).await;
    shop.module.catch_up().await.unwrap();
    assert_eq!(shop.dead_letters().await, 2, "both events of the money that we made and forgot, and no other");
}

async fn as_long_as_the_provider_is_silent_nothing_is_done_and_nothing_forgotten(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.payable_order().await;
    set_restore_point_before(&shop, 10).await;
    shop.provider.is_down(true);
    let silent = shop.module.catch_up().await.unwrap_err().to_string();
    assert!(silent.contains("does not say"), "{silent}");
    assert!(shop.platform.database.is_marked(RESTORED).await.unwrap());
    shop.provider.is_down(false);
    assert!(shop.module.catch_up().await.unwrap().is_some());
    let after = shop.payable_order().await;
    let number = |order: &Order| order.number().as_str()["BS-".len()..].parse::<i64>().unwrap();
    assert!(number(&after) > number(&order) + 1_000, "no number is given out twice");
}

on_both_engines! {
    what_was_paid_since_the_backup_is_taken_in_before_deadlines_and_tasks_are
    events_that_are_known_fall_out_and_every_page_is_read
    a_refund_that_was_made_since_is_not_made_again_though_its_task_is_still_there
    a_refund_that_was_asked_for_since_is_entered_and_a_person_looks_before_the_goods_are_sent
    money_for_orders_that_nobody_knows_any_more_is_a_dead_letter_and_their_other_news_is_not
    as_long_as_the_provider_is_silent_nothing_is_done_and_nothing_forgotten
}
