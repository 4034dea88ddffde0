//! [`OrderStore`].

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Cause, OrderId, Quantity, StoreError};

use crate::domain::{
    Cart, IntentId, IntentReport, IntentStatus, LineChange, OpenedIntent, Order, OrderNumber, Status, Transition,
};
use crate::ports::{
    CartStore, MoneyOrders, OrderPlacement, OrderStore, PlaceOutcome, PlaceRequest, PlacedAt, Placement, Refusal,
    RequestKey, Update, Updated,
};
use crate::testing::{a_customer, a_draft};

/// The key of the `number`-th request.
pub fn a_key(number: u128) -> RequestKey {
    RequestKey {
        principal: a_customer(1).customer,
        key: format!("key-{number}"),
        fingerprint: format!("asks-{number}"),
    }
}

/// Places the `number`-th draft.
pub async fn placed(orders: &dyn OrderPlacement, number: u128) -> Order {
    let draft = a_draft(number);
    let cart = draft.cart;
    let decide = move |_, order_number: OrderNumber| Placement::New {
        placed: Box::new(Order::place(draft.clone(), order_number, None)),
        superseded: None,
    };
    let request = PlaceRequest {
        cart,
        key: a_key(number),
        open_at_most: 100,
        pieces: 1,
        pieces_at_most: 1_000,
        decide: Arc::new(decide),
    };
    match orders.place(request).await.expect("placed") {
        PlaceOutcome::Placed(order) => order,
        other => panic!("not placed: {other:?}"),
    }
}

/// A change without a key.
pub fn change(
    order: OrderId,
    cause: Option<Cause>,
    decide: impl Fn(Order) -> Transition + Send + Sync + 'static,
) -> Update {
    Update { order, decide: Arc::new(move |order| Ok(decide(order))), cause, key: None }
}

async fn changed(orders: &dyn OrderStore, update: Update) -> Order {
    match orders.update(update).await.expect("updated") {
        Updated::Changed(order) => order,
        other => panic!("not changed: {other:?}"),
    }
}

async fn payable<S: OrderStore + OrderPlacement>(orders: &S, number: u128) -> Order {
    let order = placed(orders, number).await;
    let (id, now) = (order.id(), order.placed_at());
    changed(orders, change(id, None, move |order| order.stock_reserved(now))).await;
    let opened = OpenedIntent { intent: IntentId::new(format!("pi_{number}")), client_secret: Some("s".into()) };
    changed(orders, change(id, None, move |order| order.intent_opened(opened.clone(), now))).await
}

/// Every part of an order survives being kept, and each change is seen by the next one.
pub async fn keeps_every_part_of_an_order<S: OrderStore + OrderPlacement>(orders: &S) {
    let order = payable(orders, 1).await;
    assert_eq!(order.version(), 3);
    assert_eq!(orders.find(order.id()).await.expect("found"), Some(order.clone()));
    let report = IntentReport {
        intent: IntentId::new("pi_1"),
        status: IntentStatus::Succeeded { received: order.totals().gross },
    };
    let (id, now) = (order.id(), order.placed_at());
    let paid = changed(orders, change(id, None, move |order| order.intent_reported(report.clone(), now))).await;
    let failing = changed(orders, change(id, None, move |order| order.stock_rejected(vec![], now))).await;
    assert_eq!((paid.status(), failing.status(), failing.refunds().len()), (Status::Paid, Status::CancelPending, 1));
    assert_eq!(orders.find(id).await.expect("found"), Some(failing));
    assert_eq!(orders.find(OrderId::new(uuid::Uuid::nil())).await.expect("looked"), None);
}

/// What is ignored, or refused, or about nothing, changes nothing.
pub async fn says_what_became_of_a_change<S: OrderStore + OrderPlacement>(orders: &S) {
    let order = placed(orders, 1).await;
    let id = order.id();
    let same = orders.update(change(id, None, Transition::nothing)).await.expect("updated");
    assert_eq!(same, Updated::Unchanged(order.clone()));
    let refuse = |order: Order| Ok(order.may_be_cancelled().map(|()| Transition::nothing(order))?);
    let refused = orders.update(Update { order: id, decide: Arc::new(refuse), cause: None, key: None }).await;
    assert!(matches!(refused.expect("updated"), Updated::Refused(Refusal::Cancel(_))));
    assert_eq!(orders.find(id).await.expect("found"), Some(order));
    let nobody = OrderId::new(uuid::Uuid::nil());
    assert_eq!(orders.update(change(nobody, None, Transition::nothing)).await.expect("updated"), Updated::Missing);
}

/// A cause has its effect once.
pub async fn carries_a_cause_out_once<S: OrderStore + OrderPlacement>(orders: &S, cause: Cause) {
    let order = placed(orders, 1).await;
    let (id, now) = (order.id(), order.placed_at());
    let reserved = changed(orders, change(id, Some(cause.clone()), move |order| order.stock_reserved(now))).await;
    let again = change(id, Some(cause), move |order| order.stock_rejected(vec![], now));
    assert!(matches!(orders.update(again).await, Err(StoreError::AlreadyHandled)));
    assert_eq!(orders.find(id).await.expect("found"), Some(reserved));
}

/// A key has its effect once, and belongs to one request.
pub async fn carries_a_key_out_once<S: OrderStore + OrderPlacement>(orders: &S) {
    let order = placed(orders, 1).await;
    let (id, now) = (order.id(), order.placed_at());
    let key = a_key(77);
    let update = Update { key: Some(key.clone()), ..change(id, None, move |order| order.stock_reserved(now)) };
    let reserved = changed(orders, update).await;
    let again = Update { key: Some(key.clone()), ..change(id, None, move |order| order.stock_rejected(vec![], now)) };
    assert_eq!(orders.update(again.clone()).await.expect("updated"), Updated::Unchanged(reserved.clone()));
    let other = Update { key: Some(RequestKey { fingerprint: "another".into(), ..key }), ..again };
    assert_eq!(orders.update(other).await.expect("updated"), Updated::KeyReused);
    assert_eq!(orders.find(id).await.expect("found"), Some(reserved));
}

/// What was paid for leaves its cart in the same commit; what was added since stays.
pub async fn takes_what_was_paid_for_out_of_its_cart<S: OrderStore + OrderPlacement>(
    orders: &S,
    carts: &dyn CartStore,
) {
    let draft = a_draft(1);
    let (now, three) = (draft.placed_at, LineChange::Set(Quantity::new(3).expect("three")));
    let cart = carts.save(Cart::new(draft.cart, None), now).await.expect("saved");
    let cart = cart.with_line(&draft.priced.lines[0].sku, three).expect("fits");
    carts.save(cart, now).await.expect("saved");
    let order = payable(orders, 1).await;
    let untouched = carts.find(draft.cart).await.expect("found").expect("there");
    assert_eq!(untouched.lines()[0].quantity.get(), 3, "placing an order leaves the cart as it is");
    let report = IntentReport {
        intent: IntentId::new("pi_1"),
        status: IntentStatus::Succeeded { received: order.totals().gross },
    };
    changed(orders, change(order.id(), None, move |order| order.intent_reported(report.clone(), now))).await;
    let left = carts.find(draft.cart).await.expect("found").expect("there");
    assert_eq!(left.lines()[0].quantity.get(), 1);
}

/// An intent leads to its order, deadlines and open money are found.
pub async fn finds_orders_by_intent_deadline_and_open_money<S: OrderStore + OrderPlacement>(orders: &S) {
    let (one, two) = (payable(orders, 1).await, placed(orders, 2).await);
    assert_eq!(orders.find_by_intent(&IntentId::new("pi_1")).await.expect("found"), Some(one.id()));
    assert_eq!(orders.find_by_intent(&IntentId::new("pi_9")).await.expect("looked"), None);
    let before = one.expires_at().minus(Duration::from_secs(1));
    assert_eq!(orders.due(before, 10).await.expect("due"), []);
    let mut due = orders.due(one.expires_at(), 10).await.expect("due");
    due.sort();
    assert_eq!(due, [one.id(), two.id()]);
    assert_eq!(orders.due(one.expires_at(), 1).await.expect("due").len(), 1);
    let open = orders.with_open_money(one.placed_at(), None, 10).await.expect("found");
    assert_eq!(open, std::slice::from_ref(&one));
    assert_eq!(orders.with_open_money(one.placed_at(), Some(one.id()), 10).await.expect("found"), []);
    let earlier = one.placed_at().minus(Duration::from_secs(1));
    assert_eq!(orders.with_open_money(earlier, None, 10).await.expect("found"), []);
}

/// Orders come by the time at which they were placed, and how far they were compared is remembered.
pub async fn finds_orders_by_the_time_they_were_placed<S: OrderStore + OrderPlacement + MoneyOrders>(orders: &S) {
    let (one, two) = (payable(orders, 1).await, placed(orders, 2).await);
    let start = PlacedAt::from(one.placed_at());
    let all = orders.placed_after(start, 10).await.expect("found");
    assert_eq!(all, [one.clone(), two.clone()]);
    assert_eq!(orders.placed_after(start, 1).await.expect("found"), std::slice::from_ref(&one));
    assert_eq!(orders.placed_after(PlacedAt::of(&one), 10).await.expect("found"), std::slice::from_ref(&two));
    let later = PlacedAt::from(one.placed_at().plus(Duration::from_secs(1)));
    assert_eq!(orders.placed_after(later, 10).await.expect("found"), []);
    assert_eq!(orders.compared_to().await.expect("asked"), None);
    for last in [PlacedAt::of(&one), start, PlacedAt::of(&two)] {
        orders.keep_compared_to(last).await.expect("kept");
        assert_eq!(orders.compared_to().await.expect("asked"), Some(last));
    }
}
