//! [`PersonalData`].

use shared_kernel::{Cause, CustomerId};
use uuid::Uuid;

use super::orders::{change, placed};
use super::placement::historical_of;
use crate::domain::{Buyer, Country, Order};
use crate::ports::{HistoryImport, OrderPlacement, OrderStore, PersonalData};

/// Places an order and lets its time run out: it is at rest then.
async fn expired<S: OrderStore + OrderPlacement>(orders: &S, number: u128) -> Order {
    let order = placed(orders, number).await;
    let now = order.expires_at();
    orders.update(change(order.id(), None, move |order| order.overdue(now))).await.expect("updated");
    orders.find(order.id()).await.expect("read").expect("there")
}

/// Orders of erased customers are found until they are anonymised; those of others are not.
pub async fn forgets_a_customer_and_nobody_else<S: OrderStore + OrderPlacement + PersonalData>(
    orders: &S,
    cause: &Cause,
) {
    let order = expired(orders, 1).await;
    let (buyer, now) = (order.buyer().customer.expect("a buyer"), order.expires_at());
    assert_eq!(orders.naming_erased(None, 10).await.expect("read"), []);
    orders.remember_erased(buyer, now, cause).await.expect("kept");
    assert_eq!(orders.naming_erased(None, 10).await.expect("read"), [order.id()]);
    assert_eq!(orders.naming_erased(Some(order.id()), 10).await.expect("read"), []);
    assert!(orders.anonymise(order.id(), now).await.expect("kept"));
    assert_eq!(orders.naming_erased(None, 10).await.expect("read"), []);
    let kept = orders.find(order.id()).await.expect("read").expect("there");
    assert_eq!(kept.buyer(), &Buyer { customer: Some(buyer), ..Buyer::default() });
    assert_eq!((kept.address(), kept.country()), (None, Country::parse("NZ").expect("a country")));
    assert_eq!((kept.totals(), kept.lines(), kept.anonymised_at()), (order.totals(), order.lines(), Some(now)));
    assert!(!orders.anonymise(order.id(), now).await.expect("kept"), "once is enough");
    let nobody = shared_kernel::OrderId::new(Uuid::from_u128(404));
    assert!(!orders.anonymise(nobody, now).await.expect("kept"));
}

/// Accounts are known by their ids from the moment they are heard of, erased or not.
pub async fn knows_accounts<S: HistoryImport + PersonalData>(orders: &S, cause: &Cause) {
    let (known, unknown) = (CustomerId::new(Uuid::from_u128(1)), CustomerId::new(Uuid::from_u128(2)));
    orders.remember_customer(known, cause).await.expect("kept");
    let found = orders.known_customers([known, unknown].into()).await.expect("read");
    assert_eq!(found, [known].into());
    let again = orders.remember_customer(unknown, cause).await;
    assert!(matches!(again, Err(shared_kernel::StoreError::AlreadyHandled)), "{again:?}");
}

/// What is still to be paid or sent keeps its address.
pub async fn leaves_an_order_under_way_as_it_is<S: OrderStore + OrderPlacement + PersonalData>(orders: &S) {
    let order = placed(orders, 1).await;
    assert!(!orders.anonymise(order.id(), order.placed_at()).await.expect("read"));
    assert_eq!(orders.find(order.id()).await.expect("read"), Some(order));
}

/// Orders that were imported under an address are found by its digest, those of accounts are not.
pub async fn finds_imported_orders_by_the_digest_of_an_address<S>(orders: &S)
where
    S: OrderStore + OrderPlacement + HistoryImport + PersonalData,
{
    // As `printf old@example.com | sha256sum` says.
    let digest = "7eaa9a1d93cc8e36287f79472892b6aa024d9cebefe3669644de33a5354a29b8";
    let placed = placed(orders, 1).await;
    let imported = |number: &str, customer: Option<CustomerId>| {
        let email = Some("Old@Example.com".to_owned());
        historical_of(number, |_| Buyer { customer, email, ..Buyer::default() })
    };
    let (outsider, customer) = (imported("A-1", None), imported("A-2", placed.buyer().customer));
    let outsider_id = outsider.order.id();
    orders.import(vec![outsider, customer]).await.expect("kept");
    assert_eq!(orders.without_account(digest).await.expect("read"), [outsider_id]);
    assert!(orders.anonymise(outsider_id, placed.placed_at()).await.expect("kept"), "history is always at rest");
    assert_eq!(orders.without_account(digest).await.expect("read"), []);
}
