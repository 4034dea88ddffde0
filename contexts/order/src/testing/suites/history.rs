//! [`OrderHistory`].

use std::time::Duration;

use shared_kernel::{Limit, OrderId};

use crate::domain::{AttentionReason, NewOrder, Order, OrderNumber, Status};
use crate::ports::{
    OrderCursor, OrderFilter, OrderHistory, OrderPlacement, OrderStore, PlaceOutcome, PlaceRequest, Placement,
};
use crate::testing::{a_customer, a_draft};

use super::orders::{a_key, change};

/// The `number`-th order, placed `minutes` after noon by the `customer`-th customer.
pub(super) async fn placed(orders: &dyn OrderPlacement, number: u128, customer: u128, minutes: u64) -> Order {
    let mut draft: NewOrder = a_draft(number);
    draft.placed_at = draft.placed_at.plus(Duration::from_mins(minutes));
    let who = a_customer(customer);
    (draft.buyer.customer, draft.buyer.email) = (Some(who.customer), Some(who.email));
    let cart = draft.cart;
    let decide = move |_, at: OrderNumber| Placement::New {
        placed: Box::new(Order::place(draft.clone(), at, None)),
        superseded: None,
    };
    let request = PlaceRequest {
        cart,
        key: a_key(number),
        open_at_most: 100,
        pieces: 1,
        pieces_at_most: 1_000,
        decide: std::sync::Arc::new(decide),
    };
    match orders.place(request).await.expect("placed") {
        PlaceOutcome::Placed(order) => order,
        other => panic!("not placed: {other:?}"),
    }
}

pub(super) fn everybodys(limit: i64) -> OrderFilter {
    let limit = Limit::new(limit).expect("a limit");
    OrderFilter { customer: None, status: None, since: None, text: None, after: None, limit }
}

async fn ids(history: &dyn OrderHistory, filter: &OrderFilter) -> Vec<OrderId> {
    history.page(filter).await.expect("a page").items.iter().map(Order::id).collect()
}

/// Newest first, page by page, each order once, also when two were placed in the same moment.
pub async fn pages_from_the_newest_to_the_oldest<S: OrderHistory + OrderPlacement>(orders: &S) {
    for (number, minutes) in [(1, 5), (2, 9), (3, 5), (4, 1), (5, 7)] {
        placed(orders, number, 1, minutes).await;
    }
    let whole = ids(orders, &everybodys(100)).await;
    assert_eq!(whole, [2, 5, 3, 1, 4].map(|number| a_draft(number).id));
    let (mut filter, mut seen) = (everybodys(2), Vec::new());
    loop {
        let page = orders.page(&filter).await.expect("a page");
        seen.extend(page.items.iter().map(Order::id));
        let Some(cursor) = page.next_cursor else { break };
        filter.after = Some(OrderCursor::parse(&cursor).expect("our own cursor"));
    }
    assert_eq!(seen, whole);
    let all: Vec<OrderId> = orders.all(None, 100).await.expect("all").iter().map(Order::id).collect();
    assert_eq!(all, [1, 2, 3, 4, 5].map(|number| a_draft(number).id));
    assert_eq!(orders.all(Some(all[2]), 1).await.expect("all")[0].id(), all[3]);
}

/// By customer, time, state and words.
pub async fn finds_what_is_asked_for<S: OrderHistory + OrderPlacement + OrderStore>(orders: &S) {
    let (one, two) = (placed(orders, 1, 1, 5).await, placed(orders, 2, 2, 6).await);
    let three = placed(orders, 3, 1, 7).await;
    let now = three.placed_at();
    orders.update(change(three.id(), None, move |order| order.stock_rejected(vec![], now))).await.expect("updated");
    let mine = OrderFilter { customer: Some(a_customer(1).customer), ..everybodys(10) };
    assert_eq!(ids(orders, &mine).await, [three.id(), one.id()]);
    let since = OrderFilter { since: Some(now), ..mine.clone() };
    assert_eq!(ids(orders, &since).await, [three.id()]);
    let rejected = OrderFilter { status: Some(Status::Rejected), ..everybodys(10) };
    assert_eq!(ids(orders, &rejected).await, [three.id()]);
    let my_rejected = OrderFilter { status: Some(Status::Rejected), ..mine.clone() };
    assert_eq!(ids(orders, &my_rejected).await, [three.id()]);
    for (words, found) in [("kea note", 2), ("bs-100003", 1), ("100%", 0), ("k_a", 0), ("nothing", 0)] {
        let filter = OrderFilter { text: Some(words.into()), ..mine.clone() };
        assert_eq!(ids(orders, &filter).await.len(), found, "{words:?}");
    }
    for words in [two.number().to_string(), two.id().to_string(), "Aroha2@Example.com".into()] {
        let filter = OrderFilter { text: Some(words), ..everybodys(10) };
        assert_eq!(ids(orders, &filter).await, [two.id()]);
    }
    let vague = OrderFilter { text: Some("Kea".into()), ..everybodys(10) };
    assert_eq!(ids(orders, &vague).await, []);
}

/// Who has waited longest for a person comes first.
pub async fn lists_what_needs_attention<S: OrderHistory + OrderPlacement + OrderStore>(orders: &S) {
    for (number, minutes) in [(1_u128, 30_u64), (2, 10), (3, 20)] {
        let order = placed(orders, number, 1, 0).await;
        let when = order.placed_at().plus(Duration::from_mins(minutes));
        let alarm = move |order: Order| order.needs_attention(AttentionReason::RefundFailed, when);
        orders.update(change(order.id(), None, alarm)).await.expect("updated");
    }
    placed(orders, 4, 1, 0).await;
    let two = Limit::new(2).expect("a limit");
    let first = orders.needing_attention(None, two).await.expect("a page");
    assert_eq!(first.items.iter().map(Order::id).collect::<Vec<_>>(), [2, 3].map(|number| a_draft(number).id));
    let rest = orders.needing_attention(first.next_cursor.as_deref(), two).await.expect("a page");
    assert_eq!(rest.items.iter().map(Order::id).collect::<Vec<_>>(), [a_draft(1).id]);
    assert_eq!(rest.next_cursor, None);
}
