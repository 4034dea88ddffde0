//! [`OrderPlacement`] and [`HistoryImport`].

use std::sync::Arc;
use std::time::Duration;

use crate::domain::{Buyer, NewOrder, Order, OrderNumber, OrderState, PastOrder, PastStanding, Status, Transition};
use crate::ports::{CartStore, HistoryImport, OrderPlacement, OrderStore, PlaceOutcome, PlaceRequest, Placement};
use crate::testing::a_draft;

use super::orders::{a_key, placed};

/// A request to order this, under the `key`-th key.
pub fn request(draft: NewOrder, key: u128) -> PlaceRequest {
    let cart = draft.cart;
    let decide = move |open: Option<Order>, number: OrderNumber| match open {
        Some(open) if open.is_same_as(&draft) => Placement::Keep(Box::new(open)),
        Some(open) => Placement::New {
            placed: Box::new(Order::place(draft.clone(), number, Some(open.id()))),
            superseded: Some(Box::new(open.superseded(draft.id, draft.placed_at))),
        },
        None => Placement::New { placed: Box::new(Order::place(draft.clone(), number, None)), superseded: None },
    };
    PlaceRequest {
        cart,
        key: a_key(key),
        open_at_most: 100,
        pieces: 1,
        pieces_at_most: 1_000,
        decide: Arc::new(decide),
    }
}

/// Numbers follow each other, and as long as nothing goes wrong, one by one.
pub async fn numbers_orders_in_sequence(orders: &dyn OrderPlacement) {
    let numbers = [placed(orders, 1).await, placed(orders, 2).await, placed(orders, 3).await];
    assert_eq!(numbers.map(|order| order.number().to_string()), ["BS-100001", "BS-100002", "BS-100003"]);
}

/// The same key finds the same order, another request under it is refused.
pub async fn answers_a_repeated_key_with_its_order(orders: &dyn OrderPlacement) {
    assert_eq!(orders.find_outcome(&a_key(1)).await.expect("looked"), None);
    let order = placed(orders, 1).await;
    let again = orders.place(request(a_draft(8), 1)).await.expect("placed");
    assert_eq!(again, PlaceOutcome::Repeat(order.clone()));
    assert_eq!(orders.find_outcome(&a_key(1)).await.expect("looked"), Some(PlaceOutcome::Repeat(order)));
    let other = PlaceRequest {
        key: crate::ports::RequestKey { fingerprint: "other".into(), ..a_key(1) },
        ..request(a_draft(8), 1)
    };
    assert_eq!(orders.place(other).await.expect("placed"), PlaceOutcome::KeyReused);
    assert_eq!(placed(orders, 2).await.number().as_str(), "BS-100002", "a repeat takes no number");
}

/// A key is known for as long as carts are kept, and no longer.
pub async fn forgets_old_keys(orders: &dyn OrderPlacement, carts: &dyn CartStore) {
    let placed_at = placed(orders, 1).await.placed_at();
    carts.forget_untouched_since(placed_at.minus(Duration::from_hours(1))).await.expect("forgotten");
    assert!(orders.find_outcome(&a_key(1)).await.expect("looked").is_some());
    carts.forget_untouched_since(placed_at.plus(Duration::from_hours(1))).await.expect("forgotten");
    assert!(orders.find_outcome(&a_key(1)).await.expect("looked").is_none());
}

/// A cart's open order is kept if it is the same, and makes room if it is not.
pub async fn keeps_one_open_order_per_cart<S: OrderPlacement + OrderStore>(orders: &S) {
    let order = placed(orders, 1).await;
    let kept = orders.place(request(a_draft(1), 2)).await.expect("placed");
    assert_eq!(kept, PlaceOutcome::Open(order.clone()));
    let changed = NewOrder { id: a_draft(5).id, address: None, ..a_draft(1) };
    let PlaceOutcome::Placed(newer) = orders.place(request(changed, 3)).await.expect("placed") else {
        panic!("not placed");
    };
    assert_eq!((newer.replaces(), newer.number().as_str()), (Some(order.id()), "BS-100002"));
    let superseded = orders.find(order.id()).await.expect("found").expect("there");
    assert_eq!(superseded.state(), &OrderState::Expired { superseded_by: Some(newer.id()) });
    assert_eq!(orders.find(newer.id()).await.expect("found"), Some(newer));
}

/// Anyone who has as many unpaid orders as they may places no other; changing or repeating one of them stays possible.
pub async fn keeps_no_customer_more_open_orders_than_allowed<S>(orders: S)
where
    S: OrderPlacement + Clone + Send + Sync + 'static,
{
    let at_most = |open_at_most, draft, key| PlaceRequest { open_at_most, ..request(draft, key) };
    let mut running = tokio::task::JoinSet::new();
    for number in 1..=8_u128 {
        let (orders, request) = (orders.clone(), at_most(3, a_draft(number), number));
        running.spawn(async move { orders.place(request).await.expect("answered") });
    }
    let outcomes = running.join_all().await;
    let placed: Vec<&Order> = outcomes
        .iter()
        .filter_map(|outcome| match outcome {
            PlaceOutcome::Placed(order) => Some(order),
            _ => None,
        })
        .collect();
    let refused = outcomes.iter().filter(|outcome| **outcome == PlaceOutcome::TooManyOpen).count();
    assert_eq!((placed.len(), refused), (3, 5));
    let one = (1..=8).map(a_draft).find(|draft| draft.id == placed[0].id()).expect("one of them");
    let same = orders.place(at_most(3, one.clone(), 20)).await.expect("answered");
    assert_eq!(same, PlaceOutcome::Open(placed[0].clone()));
    let changed = NewOrder { id: a_draft(9).id, address: None, ..one };
    let changed = orders.place(at_most(3, changed, 21)).await.expect("answered");
    assert!(matches!(changed, PlaceOutcome::Placed(_)), "{changed:?}");
    assert_eq!(orders.place(at_most(3, a_draft(10), 22)).await.expect("answered"), PlaceOutcome::TooManyOpen);
    let more = orders.place(at_most(4, a_draft(10), 22)).await.expect("answered");
    assert!(matches!(more, PlaceOutcome::Placed(_)), "a refusal uses no key up: {more:?}");
}

/// Nobody holds more pieces in orders that wait to be paid than they may, over all their carts.
pub async fn holds_back_nobody_more_pieces_than_they_may<S>(orders: S)
where
    S: OrderPlacement + Send + Sync,
{
    let held: u32 = a_draft(1).priced.lines.iter().map(|line| line.quantity).sum();
    let at_most =
        |pieces_at_most, draft: NewOrder, key| PlaceRequest { pieces: held, pieces_at_most, ..request(draft, key) };
    let place = |pieces, number, key| orders.place(at_most(pieces, a_draft(number), key));
    assert_eq!(place(held - 1, 1, 1).await.expect("answered"), PlaceOutcome::TooManyPieces);
    assert!(matches!(place(held, 1, 1).await.expect("answered"), PlaceOutcome::Placed(_)));
    assert_eq!(place(2 * held - 1, 2, 2).await.expect("answered"), PlaceOutcome::TooManyPieces);
    let same = place(held, 1, 3).await.expect("answered");
    assert!(matches!(same, PlaceOutcome::Open(_)), "the same order is no more pieces: {same:?}");
    assert!(matches!(place(2 * held, 2, 2).await.expect("answered"), PlaceOutcome::Placed(_)));
}

/// Many at once get different numbers, and twins of one request one order.
pub async fn places_many_at_once_without_mixing_them_up<S>(orders: S)
where
    S: OrderPlacement + Clone + Send + Sync + 'static,
{
    let mut running = tokio::task::JoinSet::new();
    for number in 0..40_u128 {
        let (orders, draft) = (orders.clone(), number / 2);
        running.spawn(async move { orders.place(request(a_draft(100 + draft), 200 + draft)).await.expect("placed") });
    }
    let outcomes = running.join_all().await;
    let new: Vec<String> = outcomes
        .iter()
        .filter_map(|outcome| match outcome {
            PlaceOutcome::Placed(order) => Some(order.number().to_string()),
            PlaceOutcome::Repeat(_)
            | PlaceOutcome::Open(_)
            | PlaceOutcome::KeyReused
            | PlaceOutcome::TooManyOpen
            | PlaceOutcome::TooManyPieces => None,
        })
        .collect();
    let distinct: std::collections::BTreeSet<&String> = new.iter().collect();
    assert_eq!((new.len(), distinct.len()), (20, 20));
}

/// An order of another shop.
pub fn historical(number: &str) -> Transition {
    historical_of(number, |buyer| buyer)
}

/// The same, bought by somebody else.
pub fn historical_of(number: &str, buyer: impl FnOnce(Buyer) -> Buyer) -> Transition {
    let number = OrderNumber::parse(number).expect("number");
    let placed = Order::place(a_draft(number.as_str().len() as u128), number.clone(), None).order;
    let mut details = placed.details().clone();
    details.buyer = buyer(details.buyer);
    let name = number.as_str().as_bytes();
    let id = shared_kernel::OrderId::new(uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, name));
    let since = placed.state_since();
    let standing = PastStanding::new(Status::Cancelled, since, since).expect("history");
    Order::import(PastOrder { id, number, details, standing, since }).expect("an order")
}

/// Imported orders are kept once by number, and a number that is taken is passed over.
pub async fn imports_each_number_once<S: OrderPlacement + OrderStore + HistoryImport>(orders: &S) {
    let old = historical("BS-100001");
    let id = old.order.id();
    assert_eq!(orders.import(vec![old.clone(), historical("A-7")]).await.expect("imported"), 2);
    assert_eq!(orders.import(vec![old, historical("A-7"), historical("A-8")]).await.expect("imported"), 1);
    assert_eq!(orders.find(id).await.expect("found").expect("there").status(), Status::Cancelled);
    assert_eq!(placed(orders, 1).await.number().as_str(), "BS-100002");
    assert_eq!(placed(orders, 2).await.number().as_str(), "BS-100003");
}

/// However many imported orders have numbers of ours, counting goes on behind them, or between them.
pub async fn counts_on_behind_imported_numbers<S: OrderPlacement + HistoryImport>(orders: &S) {
    let numbered = |numbers: std::ops::RangeInclusive<u32>| {
        numbers.map(|number| historical(&format!("BS-{number}"))).collect::<Vec<_>>()
    };
    orders.import(numbered(100_001..=100_041)).await.expect("imported");
    assert_eq!(placed(orders, 1).await.number().as_str(), "BS-100042");
    orders.import(numbered(100_044..=100_045)).await.expect("imported");
    for (draft, number) in [(2, "BS-100043"), (3, "BS-100046"), (4, "BS-100047")] {
        assert_eq!(placed(orders, draft).await.number().as_str(), number);
    }
}
