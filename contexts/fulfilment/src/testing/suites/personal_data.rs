//! What [`crate::ports::PersonalData`] owes.

use super::super::{Bench, order, paid, physical, placed};
use crate::domain::ShippingOrder;

async fn shipping_order(bench: &Bench, number: u128) -> ShippingOrder {
    bench.ports.work_list.find(order(number)).await.expect("an answer").expect("a shipping order")
}

/// Address and e-mail address go, of this order and no other; what was sent stays on record.
pub async fn a_buyer_is_forgotten_and_no_other(bench: &Bench) {
    bench.count("KEA", 9).await;
    let lines = [physical("KEA", 1)];
    let (one, _) = (bench.sell(1, &lines).await, bench.sell(2, &lines).await);
    let (before, other) = (shipping_order(bench, 1).await, shipping_order(bench, 2).await);
    assert!(!before.email().is_empty() && before.address().is_some(), "{before:?}");
    for _ in 0..2 {
        bench.ports.personal_data.anonymise(one, bench.now(), &bench.cause().await).await.expect("kept");
        let after = shipping_order(bench, 1).await;
        assert_eq!((after.email(), after.address()), ("", None));
        assert_eq!((after.number(), after.items()), (before.number(), before.items()));
    }
    assert_eq!(shipping_order(bench, 2).await, other);
}

/// A payment that is heard of after its buyer was forgotten does not bring them back.
pub async fn a_late_message_does_not_bring_the_buyer_back(bench: &Bench) {
    bench.count("KEA", 9).await;
    let lines = [physical("KEA", 1)];
    bench.place(placed(1, &lines)).await;
    bench.ports.personal_data.anonymise(order(1), bench.now(), &bench.cause().await).await.expect("kept");
    bench.pay(paid(1, &lines)).await;
    let after = shipping_order(bench, 1).await;
    assert_eq!((after.email(), after.address()), ("", None));
}
