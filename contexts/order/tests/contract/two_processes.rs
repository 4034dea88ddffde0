//! Whole purchases in two processes on one database: whatever reaches either of them, and however often, each order is
//! paid, receipted and ended once, and nothing that a buyer does in one is lost to the other.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use chassis::ContextModule as _;
use std::sync::Arc;

use order::application::{RefundOrderCommand, SetCartItemCommand, ViewCartQuery};
use order::domain::{LineChange, Order, Status};
use order::testing::{a_customer, a_staff_member, nzd, sku};
use serde_json::json;
use shared_kernel::{OrderId, Quantity};
use tokio::task::JoinSet;

use crate::shop::{TestShop, fact, intent_of, places, succeeded};
use crate::storage::Storage;

type Processes = [Arc<TestShop>; 2];

async fn two(on: Storage) -> Processes {
    TestShop::open_twice(on).await.map(Arc::new)
}

/// Both work off what is due, side by side, until nothing is left.
async fn both_work(processes: &Processes) {
    tokio::join!(processes[0].settle(), processes[1].settle());
    processes[0].settle().await; // what the slower one gave out when the other had already looked
    processes[1].settle().await; // nothing any more: what it saw last was still in the other's hands
}

/// A message reaches the consumers of one process.
async fn arrives(at: &TestShop, message: shared_kernel::Envelope) {
    use chassis::messaging::Inbox as _;
    for subscription in at.module.subscriptions().iter().filter(|subscription| subscription.wants(&message)) {
        at.messages().accept(subscription.consumer(), std::slice::from_ref(&message)).await.unwrap();
    }
}

/// Twelve buyers order at once, each twice with the same key: once in each process.
async fn orders_of_twelve(processes: &Processes) -> Vec<OrderId> {
    let mut running = JoinSet::new();
    for buyer in 0..12_u128 {
        let processes = processes.clone();
        running.spawn(async move {
            let by = a_customer(buyer);
            let cart = processes[0].cart(&by, &[("NOTE", 2)]).await;
            let place =
                |process: usize| processes[process].use_cases().place_order.execute(places(cart, &by, "the only wish"));
            let (one, other) = tokio::join!(place(0), place(1));
            let (one, other) = (one.unwrap(), other.unwrap());
            assert_eq!(one.order().id(), other.order().id());
            one.order().id()
        });
    }
    running.join_all().await
}

async fn reserved(processes: &Processes, orders: &[OrderId]) {
    for id in orders {
        let message =
            fact("store.fulfilment.stock_reserved.v1", "/fulfilment", &id.to_string(), json!({"order_id": id}));
        let (one, other) = (arrives(&processes[0], message.clone()), arrives(&processes[1], message));
        tokio::join!(one, other);
    }
    both_work(processes).await;
}

/// The provider posts that the order is paid, twice to each process, as an event of its own each time or as a repeat.
async fn posted(processes: &Processes, order: &Order) {
    let object = succeeded(&intent_of(order), order.id(), order.totals().gross.minor());
    processes[0].provider.buyer_pays(&intent_of(order), order.totals().gross);
    for event in ["a", "b"] {
        let id = format!("evt_{}_{event}", order.number());
        let payload = json!({"id": id, "type": "payment_intent.succeeded", "data": {"object": object}});
        let (one, other) = tokio::join!(processes[0].stores(payload.clone()), processes[1].stores(payload));
        assert!(one != other, "one of them is the first");
    }
}

async fn every_purchase_goes_through_once(on: Storage) {
    let processes = two(on).await;
    let orders = orders_of_twelve(&processes).await;
    reserved(&processes, &orders).await;
    for id in &orders {
        posted(&processes, &processes[1].order(*id).await).await;
    }
    both_work(&processes).await;
    for id in &orders {
        let order = processes[1].order(*id).await;
        assert_eq!((order.status(), order.payments().len(), order.refunds().len()), (Status::Paid, 1, 0));
        assert_eq!(processes[0].published(*id).await, ["placed", "paid"]);
        let view = ViewCartQuery { cart: order.cart().unwrap(), by: order.buyer().customer };
        assert!(processes[1].use_cases().view_cart.execute(view).await.unwrap().lines.is_empty());
    }
    assert_eq!((processes[0].receipts.sent().len(), processes[0].dead_letters().await), (12, 0));
}

async fn deadline_and_payment_in_the_same_moment_leave_no_order_between(on: Storage) {
    let processes = two(on).await;
    let orders = orders_of_twelve(&processes).await;
    reserved(&processes, &orders).await;
    processes[0].minutes_pass(30);
    let mut running = JoinSet::new();
    for (number, id) in orders.iter().copied().enumerate() {
        let processes = processes.clone();
        running.spawn(async move {
            if number % 3 != 0 {
                posted(&processes, &processes[0].order(id).await).await;
            }
        });
    }
    for process in processes.clone() {
        running.spawn(async move { process.deadlines().await });
    }
    running.join_all().await;
    both_work(&processes).await;
    let mut paid = 0;
    for (number, id) in orders.iter().enumerate() {
        let order = processes[0].order(*id).await;
        let published = processes[0].published(*id).await;
        match order.status() {
            Status::Paid => assert_eq!(published, ["placed", "paid"]),
            // Nobody has paid, or the intent was closed before they did; then the late money is on its way back.
            Status::Expired => assert_eq!(published, ["placed", "expired"]),
            other => panic!("{other:?}"),
        }
        let came = order.payments().iter().any(|payment| payment.captured().is_some());
        assert_eq!(came, number % 3 != 0);
        assert_eq!(order.refunds().len(), usize::from(came && order.status() == Status::Expired));
        paid += usize::from(order.status() == Status::Paid);
    }
    assert_eq!((processes[0].receipts.sent().len(), processes[0].dead_letters().await), (paid, 0));
}

async fn nothing_put_into_a_cart_is_lost_while_its_order_is_paid(on: Storage) {
    let processes = two(on).await;
    let order = processes[0].payable_order().await;
    let (cart, by) = (order.cart().unwrap(), a_customer(1));
    let mut running = JoinSet::new();
    for number in 0..40_usize {
        let (process, by) = (processes[number % 2].clone(), by.customer);
        running.spawn(async move {
            let change = LineChange::Add(Quantity::new(1).unwrap());
            let command = SetCartItemCommand { cart, by: Some(by), sku: sku("EBOOK"), change };
            process.use_cases().set_cart_item.execute(command).await.unwrap();
        });
    }
    posted(&processes, &order).await;
    both_work(&processes).await;
    running.join_all().await;
    let view = ViewCartQuery { cart, by: Some(by.customer) };
    let view = processes[1].use_cases().view_cart.execute(view).await.unwrap();
    let lines: Vec<(&str, u8)> = view.lines.iter().map(|line| (line.sku.as_str(), line.quantity.get())).collect();
    assert_eq!(lines, [("EBOOK", 40)]);
    assert_eq!(processes[0].order(order.id()).await.status(), Status::Paid);
}

/// The same wish from a hasty hand, and other wishes beside it.
async fn money_goes_back_once_for_each_wish_and_never_more_than_came(on: Storage) {
    let processes = two(on).await;
    let order = processes[0].payable_order().await;
    posted(&processes, &order).await;
    both_work(&processes).await;
    let mut running = JoinSet::new();
    for number in 0..40_usize {
        let (process, id) = (processes[number % 2].clone(), order.id());
        running.spawn(async move {
            let (amount, key) = (Some(nzd(6_000)), format!("wish-{}", number % 5));
            let command = RefundOrderCommand { order: id, by: a_staff_member(), amount, reason: None, key };
            process.use_cases().refund_order.execute(command).await.is_ok()
        });
    }
    let granted = running.join_all().await.into_iter().filter(|granted| *granted).count();
    assert_eq!(granted, 24, "three of five wishes, each eight times: 206.90 came, and three times 60.00 go");
    both_work(&processes).await;
    let refunds = processes[0].provider.refunds();
    assert_eq!(refunds.iter().map(|refund| refund.amount.minor()).sum::<i64>(), 18_000);
    assert_eq!(processes[1].published(order.id()).await, ["placed", "paid", "refunded", "refunded", "refunded"]);
    assert_eq!(processes[0].dead_letters().await, 0);
}

on_both_engines! {
    every_purchase_goes_through_once
    deadline_and_payment_in_the_same_moment_leave_no_order_between
    nothing_put_into_a_cart_is_lost_while_its_order_is_paid
    money_goes_back_once_for_each_wish_and_never_more_than_came
}
