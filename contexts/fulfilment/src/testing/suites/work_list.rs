//! What [`crate::ports::WorkList`] owes, and what happens to goods whose order is stopped.

use super::super::{TestStore, minutes, order, physical};
use super::limit;
use crate::application::DispatchItemsCommand;
use crate::domain::{Consignment, ShippingState};
use crate::ports::StatusFilter;

/// Pending ones first and the oldest of them first; done ones newest first; and every one on exactly one page.
pub async fn the_work_list_is_read_page_by_page(store: &TestStore) {
    store.count("KEA", 100).await;
    for number in 1..=6 {
        store.sell(number, &[physical("KEA", 1)]).await;
        store.clock.advance(minutes(1));
    }
    let dispatch = &store.use_cases.dispatch_items;
    for number in [2, 4] {
        let consignment = Consignment::parse("NZ Post", Some("T-1")).expect("a parcel");
        let command = DispatchItemsCommand { order: order(number), skus: None, consignment };
        dispatch.execute(command).await.expect("dispatched");
        store.clock.advance(minutes(1));
    }
    assert_eq!(pages(store, StatusFilter::All, 2).await, [1, 3, 5, 6, 4, 2]);
    assert_eq!(pages(store, StatusFilter::Pending, 3).await, [1, 3, 5, 6]);
    assert_eq!(pages(store, StatusFilter::Processed, 1).await, [4, 2]);
    assert_eq!(pages(store, StatusFilter::Cancelled, 1).await, [0; 0]);
    let nonsense = store.ports.work_list.list(StatusFilter::All, Some("nonsense".to_owned()), limit(2)).await;
    assert!(nonsense.expect("an answer").is_none());
}

async fn pages(store: &TestStore, filter: StatusFilter, size: i64) -> Vec<u128> {
    let (mut numbers, mut cursor) = (Vec::new(), None);
    loop {
        let page = store
            .ports
            .work_list
            .list(filter, cursor, limit(size))
            .await
            .expect("an answer")
            .expect("a cursor of ours");
        numbers.extend(page.items.iter().map(|found| found.order().uuid().as_u128() & 0xff));
        cursor = page.next_cursor;
        if cursor.is_none() {
            return numbers;
        }
    }
}

/// A stopped order is answered once for each question, and its goods are back.
pub async fn cancelled_goods_return_to_the_shelf(store: &TestStore) {
    store.count("KEA", 3).await;
    let id = store.sell(1, &[physical("KEA", 2)]).await;
    assert_eq!(store.stock_counts("KEA").await, (3, 0, 2));
    let cancel = &store.use_cases.answer_cancellation;
    cancel.execute(id, store.cause().await).await.expect("an answer");
    assert_eq!(store.stock_counts("KEA").await, (3, 0, 0));
    let found = store.ports.work_list.find(id).await.expect("an answer").expect("a shipping order");
    assert!(matches!(found.state(), ShippingState::Cancelled(_)));
    cancel.execute(id, store.cause().await).await.expect("an answer");
    assert_eq!(store.stock_counts("KEA").await, (3, 0, 0), "goods come back once");
    let told = store.event_types().await;
    assert_eq!(
        told[told.len() - 3..],
        ["shipping_order_cancelled.v1", "stock_changed.v1", "shipping_order_cancelled.v1"]
    );
}
