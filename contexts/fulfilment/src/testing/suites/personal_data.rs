//! What [`crate::ports::PersonalData`] owes.

use super::super::{TestStore, order, paid, physical, placed};
use crate::domain::ShippingOrder;

async fn shipping_order(store: &TestStore, number: u128) -> ShippingOrder {
    store.ports.work_list.find(order(number)).await.expect("an answer").expect("a shipping order")
}

/// Address and e-mail address go, of this order and no other; what was sent stays on record.
pub async fn a_buyer_is_forgotten_and_no_other(store: &TestStore) {
    store.count("KEA", 9).await;
    let lines = [physical("KEA", 1)];
    let (one, _) = (store.sell(1, &lines).await, store.sell(2, &lines).await);
    let (before, other) = (shipping_order(store, 1).await, shipping_order(store, 2).await);
    assert!(!before.email().is_empty() && before.address().is_some(), "{before:?}");
    for _ in 0..2 {
        store.ports.personal_data.anonymise(one, store.now(), &store.cause().await).await.expect("kept");
        let after = shipping_order(store, 1).await;
        assert_eq!((after.email(), after.address()), ("", None));
        assert_eq!((after.number(), after.items()), (before.number(), before.items()));
    }
    assert_eq!(shipping_order(store, 2).await, other);
}

/// A payment that is heard of after its buyer was forgotten does not bring them back.
pub async fn a_late_message_does_not_bring_the_buyer_back(store: &TestStore) {
    store.count("KEA", 9).await;
    let lines = [physical("KEA", 1)];
    store.place(placed(1, &lines)).await;
    store.ports.personal_data.anonymise(order(1), store.now(), &store.cause().await).await.expect("kept");
    store.pay(paid(1, &lines)).await;
    let after = shipping_order(store, 1).await;
    assert_eq!((after.email(), after.address()), ("", None));
}
