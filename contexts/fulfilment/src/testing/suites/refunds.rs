//! What [`crate::ports::RefundBook`] owes.

use shared_kernel::StoreError;

use super::super::{TestStore, digital, order};
use crate::domain::Refunded;
use crate::ports::MoneyFact;

/// Each refund counts once, against the 1,000 that was paid; one that failed counts no more, whichever of the two is heard first.
pub async fn refunds_are_added_up(store: &TestStore) {
    let hear = async |number: u128, fact: MoneyFact| {
        store.ports.refunds.note(order(number), fact, store.cause().await).await.expect("kept");
    };
    let refunded = |name: &str, amount| MoneyFact::Refunded(name.to_owned(), amount);
    let failed = |name: &str| MoneyFact::RefundFailed(name.to_owned());
    let of = async |number: u128| {
        let found = store.ports.refunds.of(vec![order(number), order(99)]).await.expect("an answer");
        found.get(&order(number)).copied()
    };
    store.sell(1, &[digital("PDF", 1)]).await;
    store.sell(3, &[digital("PDF", 1)]).await;
    assert_eq!(of(1).await, None);
    for _again in 0..2 {
        hear(1, refunded("a", 600)).await;
        assert_eq!(of(1).await, Some(Refunded::Partly));
    }
    hear(2, refunded("a", 400)).await;
    hear(1, refunded("b", 400)).await;
    assert_eq!((of(1).await, of(2).await), (Some(Refunded::Whole), Some(Refunded::Unknown)));
    hear(1, failed("b")).await;
    assert_eq!(of(1).await, Some(Refunded::Partly));
    hear(3, failed("c")).await;
    hear(3, refunded("c", 1_000)).await;
    assert_eq!(of(3).await, None);
    let cause = store.cause().await;
    store.ports.refunds.note(order(4), refunded("d", 5), cause.clone()).await.expect("kept");
    let again = store.ports.refunds.note(order(4), refunded("e", 5), cause).await;
    assert!(matches!(again, Err(StoreError::AlreadyHandled)), "{again:?}");
}
