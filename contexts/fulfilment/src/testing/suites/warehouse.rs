//! What [`crate::ports::Warehouse`] owes.

use std::sync::Arc;

use serde_json::json;
use shared_kernel::StoreError;

use super::super::{TestStore, digital, minutes, noon, order, physical, placed, sku};
use super::crowds::{all_at_once, everybody_well};
use crate::application::DispatchItemsCommand;
use crate::domain::{Consignment, PlacedOrder, Refusal, ReservationState, reserving};
use crate::ports::{Decide, Keys};

/// Rows, facts and the mark are written together, and the facts count up for each subject.
pub async fn a_reservation_becomes_a_shipping_order(store: &TestStore) {
    store.count("KEA", 5).await;
    store.place(placed(1, &[physical("KEA", 2)])).await;
    assert_eq!(store.shelf("KEA").await, (5, 2, 3));
    store.pay(crate::testing::paid(1, &[physical("KEA", 2)])).await;
    assert_eq!(store.shelf("KEA").await, (5, 0, 3), "sold goods lie there until they are sent");
    let shipping = store.ports.work_list.find(order(1)).await.expect("an answer").expect("a shipping order");
    assert_eq!((shipping.number(), shipping.email()), ("A-1", "aroha@example.test"));
    assert_eq!(shipping.items()[0].sku, sku("KEA"));
    let told = ["stock_changed.v1", "stock_reserved.v1", "stock_changed.v1", "shipping_order_created.v1"];
    assert_eq!(store.event_types().await, told);
    let events = store.events().await;
    let numbers: Vec<_> = events.iter().map(|event| (event.subject.as_str(), event.sequence)).collect();
    let id = order(1).to_string();
    assert_eq!(numbers, [("KEA", 1), (id.as_str(), 1), ("KEA", 2), (id.as_str(), 2)]);
    assert_eq!(events[2].data, json!({"sku": "KEA", "on_hand": 5, "reserved": 2, "committed": 0, "available": 3}));
}

/// The second time nothing happens, and the caller learns of it.
pub async fn a_cause_has_its_effect_once(store: &TestStore) {
    store.count("KEA", 5).await;
    let cause = store.cause().await;
    let reserve = &store.use_cases.reserve_stock;
    reserve.execute(placed(1, &[physical("KEA", 1)]), cause.clone()).await.expect("the order is answered");
    let again = reserve.execute(placed(2, &[physical("KEA", 1)]), cause).await;
    assert!(matches!(again, Err(StoreError::AlreadyHandled)), "{again:?}");
    assert_eq!(store.shelf("KEA").await, (5, 1, 4));
    assert_eq!(store.event_types().await.len(), 3);
}

/// Not even what was decided before the refusal.
pub async fn a_refusal_changes_nothing(store: &TestStore) {
    store.count("KEA", 5).await;
    let before = store.events().await;
    let decide: Decide = Arc::new(|transaction| {
        reserving::reserve(transaction, &placed(1, &[physical("KEA", 1)]), noon());
        Err(Refusal::AlreadyCancelled)
    });
    let keys = Keys { orders: vec![order(1)], skus: vec![sku("KEA")], ..Keys::default() };
    let outcome = store.ports.warehouse.update(keys.clone(), decide, None).await.expect("the store answers");
    assert_eq!(outcome.expect_err("a refusal"), Refusal::AlreadyCancelled);
    assert_eq!(store.shelf("KEA").await, (5, 0, 5));
    assert_eq!(store.events().await, before);
    let look: Decide = Arc::new(|_| Ok(()));
    let transaction =
        store.ports.warehouse.update(keys, look, None).await.expect("the store answers").expect("no refusal");
    assert_eq!(transaction.reservation(order(1)), None);
}

/// 200 orders of one unit each, all at once, for a shelf of 100: exactly 100 are accepted and 100 refused.
pub async fn two_hundred_buyers_share_a_hundred(store: &TestStore) {
    store.count("KEA", 100).await;
    let reserve = Arc::clone(&store.use_cases.reserve_stock);
    let buy = move |_, number, cause| {
        let reserve = reserve.clone();
        async move { reserve.execute(placed(number, &[physical("KEA", 1)]), cause).await }
    };
    everybody_well(all_at_once((store, store), 200, buy).await);
    let told = store.event_types().await;
    let count = |wanted: &str| told.iter().filter(|event| *event == wanted).count();
    assert_eq!((count("stock_reserved.v1"), count("stock_rejected.v1")), (100, 100));
    assert_eq!(store.shelf("KEA").await, (100, 100, 0));
}

/// The last unit goes from the older order to the newer one in one step.
pub async fn a_replaced_order_frees_its_stock_first(store: &TestStore) {
    store.count("KEA", 1).await;
    store.place(placed(1, &[physical("KEA", 1)])).await;
    store.place(PlacedOrder { replaces: Some(order(1)), ..placed(2, &[physical("KEA", 1)]) }).await;
    assert_eq!(store.shelf("KEA").await, (1, 1, 0));
    let told = ["stock_changed.v1", "stock_reserved.v1", "stock_changed.v1", "stock_reserved.v1"];
    assert_eq!(store.event_types().await, told, "from 0 to 0 is no change of availability");
    let look: Decide = Arc::new(|_| Ok(()));
    let keys = Keys { orders: vec![order(1), order(2)], ..Keys::default() };
    let transaction =
        store.ports.warehouse.update(keys, look, None).await.expect("the store answers").expect("no refusal");
    let state = |number| transaction.reservation(order(number)).map(|held| held.state().clone());
    assert_eq!(state(1), Some(ReservationState::Released(crate::domain::Release::Replaced)));
    assert!(matches!(state(2), Some(ReservationState::Held { .. })));
}

/// Only those that are still held, the longest overdue first.
pub async fn overdue_reservations_are_found(store: &TestStore) {
    store.count("KEA", 9).await;
    store.place(PlacedOrder { expires_at: noon().plus(minutes(20)), ..placed(1, &[physical("KEA", 1)]) }).await;
    store.place(PlacedOrder { expires_at: noon().plus(minutes(10)), ..placed(2, &[physical("KEA", 1)]) }).await;
    store.place(PlacedOrder { expires_at: noon().plus(minutes(40)), ..placed(3, &[physical("KEA", 1)]) }).await;
    store.sell(4, &[physical("KEA", 1)]).await;
    store.place(placed(5, &[physical("KEA", 99)])).await;
    let overdue = |limit| store.ports.warehouse.overdue(noon().plus(minutes(30)), limit);
    assert_eq!(overdue(10).await.expect("an answer"), [order(2), order(1)]);
    assert_eq!(overdue(1).await.expect("an answer"), [order(2)]);
}

/// What is committed follows from the shipping orders, parcel by parcel, as the store remembers them.
pub async fn goods_leave_the_shelf_with_their_parcel(store: &TestStore) {
    store.count("KEA", 5).await;
    store.count("TUI", 5).await;
    let id = store.sell(1, &[physical("KEA", 2), physical("TUI", 1), digital("PDF", 1)]).await;
    let stock_counts = async || (store.stock_counts("KEA").await, store.stock_counts("TUI").await);
    assert_eq!(stock_counts().await, ((5, 0, 2), (5, 0, 1)));
    let dispatch = &store.use_cases.dispatch_items;
    let parcel = |code: &str| DispatchItemsCommand {
        order: id,
        skus: Some([sku(code)].into()),
        consignment: Consignment::parse("NZ Post", None).expect("a parcel"),
    };
    dispatch.execute(parcel("TUI")).await.expect("dispatched");
    assert_eq!(stock_counts().await, ((5, 0, 2), (4, 0, 0)));
    let last = store.events().await.pop().expect("a fact");
    assert_eq!(last.data, json!({"sku": "TUI", "on_hand": 4, "reserved": 0, "committed": 0, "available": 4}));
    let told = store.events().await.len();
    dispatch.execute(parcel("TUI")).await.expect("changes nothing");
    assert_eq!((stock_counts().await, store.events().await.len()), (((5, 0, 2), (4, 0, 0)), told));
    dispatch.execute(parcel("KEA")).await.expect("dispatched");
    assert_eq!(stock_counts().await, ((3, 0, 0), (4, 0, 0)));
}
