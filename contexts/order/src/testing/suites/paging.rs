//! [`OrderHistory`], page by page: every list, with orders that were placed in the same moment.

use std::time::Duration;

use chassis::testing::assert_walks;
use shared_kernel::{Limit, OrderId, Page};

use crate::domain::{AttentionReason, Order, Status};
use crate::ports::{OrderCursor, OrderFilter, OrderHistory, OrderPlacement, OrderStore};
use crate::testing::{a_customer, a_draft};

use super::history::{everybodys, placed};
use super::orders::change;

/// The `number`-th order, whose customer it is, and how many minutes after noon it was placed.
const PLACED: [(u128, u128, u64); 9] =
    [(1, 1, 5), (2, 1, 5), (3, 2, 5), (4, 1, 5), (5, 1, 7), (6, 2, 7), (7, 1, 1), (8, 1, 5), (9, 2, 5)];
const REJECTED: [u128; 5] = [2, 4, 5, 8, 9];

/// Those of [`PLACED`] that are wanted, newest first and by id within a moment.
fn expected(wanted: impl Fn(&(u128, u128, u64)) -> bool) -> Vec<OrderId> {
    let mut found: Vec<_> = PLACED.iter().filter(|order| wanted(order)).collect();
    found.sort_by_key(|(number, _, minutes)| (*minutes, a_draft(*number).id));
    found.iter().rev().map(|(number, ..)| a_draft(*number).id).collect()
}

/// Every filter and search, in pages of every size.
pub async fn walks_every_list_page_by_page<S: OrderHistory + OrderPlacement + OrderStore>(orders: &S) {
    let mut emails = Vec::new();
    for (number, customer, minutes) in PLACED {
        let order = placed(orders, number, customer, minutes).await;
        emails.push(order.buyer().email.clone().expect("a buyer with an address"));
        let now = order.placed_at();
        if REJECTED.contains(&number) {
            orders
                .update(change(order.id(), None, move |order| order.stock_rejected(vec![], now)))
                .await
                .expect("done");
        }
    }
    let since = a_draft(1).placed_at.plus(Duration::from_mins(5));
    let customer = Some(a_customer(1).customer);
    let rejected = |number: u128| REJECTED.contains(&number);
    let all = everybodys(1);
    let lists: Vec<(&str, OrderFilter, Vec<OrderId>)> = vec![
        ("everybody's", all.clone(), expected(|_| true)),
        ("everybody's since", OrderFilter { since: Some(since), ..all.clone() }, expected(|it| it.2 >= 5)),
        ("by status", OrderFilter { status: Some(Status::Rejected), ..all.clone() }, expected(|it| rejected(it.0))),
        ("one customer's", OrderFilter { customer, ..all.clone() }, expected(|it| it.1 == 1)),
        (
            "one customer's by status",
            OrderFilter { customer, status: Some(Status::Rejected), ..all.clone() },
            expected(|it| it.1 == 1 && rejected(it.0)),
        ),
        (
            "one customer's search",
            OrderFilter { customer, text: Some("kea".into()), ..all.clone() },
            expected(|it| it.1 == 1),
        ),
        (
            "one customer's search since",
            OrderFilter { customer, text: Some("kea".into()), since: Some(since), ..all.clone() },
            expected(|it| it.1 == 1 && it.2 >= 5),
        ),
        (
            "search for an address",
            OrderFilter { text: Some(emails[0].clone()), ..all.clone() },
            expected(|it| it.1 == 1),
        ),
        (
            "search for an address by status",
            OrderFilter { text: Some(emails[2].clone()), status: Some(Status::Rejected), ..all.clone() },
            expected(|it| it.1 == 2 && rejected(it.0)),
        ),
        ("nothing", OrderFilter { text: Some("no such thing".into()), ..all.clone() }, vec![]),
    ];
    for (name, filter, whole) in lists {
        assert_walks(name, &whole, async |cursor, limit| {
            let after = cursor.map(|cursor| OrderCursor::parse(&cursor).expect("our own cursor"));
            ids(orders.page(&OrderFilter { after, limit, ..filter.clone() }).await.expect("a page"))
        })
        .await;
    }
}

/// Also those for which somebody was called in the same moment.
pub async fn walks_what_needs_attention_page_by_page<S: OrderHistory + OrderPlacement + OrderStore>(orders: &S) {
    let mut whole = Vec::new();
    for (number, minutes) in [(1_u128, 30_u64), (2, 10), (3, 30), (4, 30), (5, 20), (6, 30)] {
        let order = placed(orders, number, 1, 0).await;
        let when = order.placed_at().plus(Duration::from_mins(minutes));
        let alarm = move |order: Order| order.needs_attention(AttentionReason::RefundFailed, when);
        orders.update(change(order.id(), None, alarm)).await.expect("updated");
        whole.push((minutes, order.id()));
    }
    whole.sort_unstable();
    let whole: Vec<OrderId> = whole.into_iter().map(|(_, id)| id).collect();
    assert_walks("what needs attention", &whole, async |cursor, limit: Limit| {
        ids(orders.needing_attention(cursor.as_deref(), limit).await.expect("a page"))
    })
    .await;
}

/// Every order, by id.
pub async fn walks_all_orders_by_id<S: OrderHistory + OrderPlacement>(orders: &S) {
    for (number, customer, minutes) in PLACED {
        placed(orders, number, customer, minutes).await;
    }
    let mut whole: Vec<OrderId> = PLACED.iter().map(|(number, ..)| a_draft(*number).id).collect();
    whole.sort_unstable();
    assert_walks("all orders", &whole, async |cursor, limit| {
        let after = cursor.map(|cursor| OrderId::parse(&cursor).expect("our own cursor"));
        let found = orders.all(after, limit.get() + 1).await.expect("a page");
        ids(Page::cut(found, limit, |order| order.id().to_string()))
    })
    .await;
}

fn ids(page: Page<Order>) -> Page<OrderId> {
    page.map(|order| order.id())
}
