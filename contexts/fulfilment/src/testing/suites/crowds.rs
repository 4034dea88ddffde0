//! What must hold when many do the same thing at the same time, half of them here and half of them there: in two
//! processes that share a database, where there are such.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use shared_kernel::{Cause, MessageId, StoreError};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::super::{TestStore, digital, minutes, noon, order, paid, physical, placed, sku};
use super::{a_count, limit};
use crate::application::{DispatchItemsCommand, UpdateError};
use crate::domain::digital::{DownloadToken, Grant};
use crate::domain::{
    Consignment, Count, DigitalFile, ImportedCount, Item, Kind, Line, NotSentReason, PlacedOrder, Refusal,
    ReservationState, ShippingState, shipping,
};
use crate::ports::{Decide, Keys, Product, ProductVariant, StatusFilter, StockQuery};

/// More than this many at once would wait for a connection instead of for each other.
const CONCURRENCY: usize = 16;

/// Does `what` with a cause of its own for each number from 1, many at once, by turns here and there.
pub(super) async fn all_at_once<F, T>(
    (here, there): (&TestStore, &TestStore),
    numbers: u128,
    what: impl Fn(TestStore, u128, Cause) -> F,
) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let mut causes = Vec::new();
    for number in 1..=numbers {
        let store = if number % 2 == 0 { here } else { there };
        causes.push((store.clone(), number, store.cause().await));
    }
    let (mut crowd, doors) = (JoinSet::new(), Arc::new(Semaphore::new(CONCURRENCY)));
    for (store, number, cause) in causes {
        let (doors, doing) = (Arc::clone(&doors), what(store, number, cause));
        crowd.spawn(async move {
            let _inside = doors.acquire().await;
            doing.await
        });
    }
    crowd.join_all().await
}

pub(super) fn everybody_well<E: std::fmt::Debug>(answers: Vec<Result<(), E>>) {
    for answer in answers {
        answer.expect("everybody is answered");
    }
}

async fn published_count(store: &TestStore, what: &str) -> usize {
    store.event_types().await.iter().filter(|told| *told == what).count()
}

/// The movements of every shelf add up to it, and the facts of every subject are numbered without a gap.
async fn the_books_balance(store: &TestStore) {
    for shelf in store.audit().await.iter().filter(|line| line["kind"] == "stock") {
        let moved = (&shelf["movements_on_hand"], &shelf["movements_reserved"]);
        assert_eq!((&shelf["on_hand"], &shelf["reserved"]), moved, "{shelf}");
        let number = |name: &str| shelf[name].as_i64().expect("a number");
        assert_eq!(number("on_shelf"), number("on_hand") + number("committed"), "{shelf}");
        let open = open_units(store, shelf["sku"].as_str().unwrap_or_default()).await;
        assert_eq!(number("committed"), open, "what orders have open of {shelf}");
    }
    let mut last: BTreeMap<String, u64> = BTreeMap::new();
    for event in store.events().await {
        let last = last.entry(event.subject.clone()).or_default();
        *last += 1;
        assert_eq!(event.sequence, *last, "of {}", event.subject);
    }
}

/// How many units of a SKU lie there for orders that are being sent, counted order by order.
async fn open_units(store: &TestStore, code: &str) -> i64 {
    let orders = store.ports.work_list.list(StatusFilter::Pending, None, limit(100)).await.expect("an answer");
    let orders = orders.expect("the first page");
    assert_eq!(orders.next_cursor, None, "more than a page");
    orders.items.iter().map(|order| order.committed(&sku(code))).sum()
}

/// Forty buyers and one unit.
pub async fn the_last_unit_goes_to_one(here: &TestStore, there: &TestStore) {
    here.count("KEA", 1).await;
    let buy = |store: TestStore, number, cause| async move {
        store.use_cases.reserve_stock.execute(placed(number, &[physical("KEA", 1)]), cause).await
    };
    everybody_well(all_at_once((here, there), 40, buy).await);
    assert_eq!(
        (published_count(here, "stock_reserved.v1").await, published_count(here, "stock_rejected.v1").await),
        (1, 39)
    );
    assert_eq!(there.shelf("KEA").await, (1, 1, 0));
    the_books_balance(here).await;
}

/// Orders that want the same things in another order of lines do not wait for each other in a circle.
pub async fn lines_in_any_order_share_what_there_is(here: &TestStore, there: &TestStore) {
    let codes = ["KEA", "MOA", "TUI"];
    for code in codes {
        here.count(code, 20).await;
    }
    let buy = move |store: TestStore, number: u128, cause| async move {
        let turn = usize::try_from(number % 3).unwrap_or_default();
        let mut lines: Vec<Line> = codes.iter().map(|code| physical(code, 1)).collect();
        lines.rotate_left(turn);
        store.use_cases.reserve_stock.execute(placed(number, &lines), cause).await
    };
    everybody_well(all_at_once((here, there), 60, buy).await);
    for code in codes {
        assert_eq!(there.shelf(code).await, (20, 20, 0));
    }
    assert_eq!(published_count(here, "stock_rejected.v1").await, 40);
    the_books_balance(here).await;
}

/// Placed ten times and paid ten times, at once.
pub async fn an_order_heard_of_in_many_ways_is_served_once(here: &TestStore, there: &TestStore) {
    here.count("KEA", 5).await;
    let hear = |store: TestStore, number: u128, cause| async move {
        let lines = [physical("KEA", 1), digital("PDF", 1)];
        if number <= 10 {
            store.use_cases.reserve_stock.execute(placed(1, &lines), cause).await
        } else {
            store.use_cases.create_shipping_order.execute(paid(1, &lines), cause).await
        }
    };
    everybody_well(all_at_once((here, there), 20, hear).await);
    assert_eq!(there.shelf("KEA").await, (5, 0, 4));
    assert_eq!(published_count(here, "shipping_order_created.v1").await, 1);
    assert_eq!(here.mailings().await.len(), 1);
    the_books_balance(here).await;
}

/// Whichever comes first, nothing is held and nothing leaves once the order has ended.
pub async fn an_order_that_ends_while_it_is_paid_keeps_nothing(here: &TestStore, there: &TestStore) {
    here.count("KEA", 5).await;
    let lines = || [physical("KEA", 2)];
    here.place(placed(1, &lines())).await;
    let hear = move |store: TestStore, number: u128, cause| async move {
        if number <= 10 {
            store.use_cases.release_stock.execute(order(1), cause).await
        } else {
            store.use_cases.create_shipping_order.execute(paid(1, &lines()), cause).await
        }
    };
    everybody_well(all_at_once((here, there), 20, hear).await);
    assert_eq!(there.shelf("KEA").await, (5, 0, 5));
    let (made, stopped) = (
        published_count(here, "shipping_order_created.v1").await,
        published_count(here, "shipping_order_cancelled.v1").await,
    );
    assert!(made == stopped && made <= 1, "{made} made, {stopped} stopped");
    let pending = here.ports.work_list.list(StatusFilter::Pending, None, limit(10)).await.expect("an answer");
    assert!(pending.is_some_and(|page| page.items.is_empty()), "something would leave");
    the_books_balance(here).await;
}

/// A wish to cancel meets the parcel at the door: it leaves, or it is unpacked, and never both.
pub async fn goods_come_back_once_or_leave_once(here: &TestStore, there: &TestStore) {
    here.count("KEA", 3).await;
    let id = here.sell(1, &[physical("KEA", 2)]).await;
    let act = move |store: TestStore, number: u128, cause| async move {
        if number <= 10 {
            store.use_cases.answer_cancellation.execute(id, cause).await.expect("an answer");
            return None;
        }
        let consignment = Consignment::parse("NZ Post", Some("T-1")).expect("a parcel");
        let command = DispatchItemsCommand { order: id, skus: None, consignment };
        Some(store.use_cases.dispatch_items.execute(command).await.map(drop))
    };
    let answers = all_at_once((here, there), 20, act).await;
    let found = here.ports.work_list.find(id).await.expect("an answer").expect("a shipping order");
    let left = matches!(found.state(), ShippingState::Processed(_));
    assert_eq!(there.shelf("KEA").await, if left { (1, 0, 1) } else { (3, 0, 3) });
    assert_eq!(published_count(here, "item_processed.v1").await, usize::from(left));
    let answered = if left { "cancellation_refused.v1" } else { "shipping_order_cancelled.v1" };
    assert_eq!(published_count(here, answered).await, 10, "every wish is answered");
    for parcel in answers.into_iter().flatten() {
        let refused = matches!(parcel, Err(UpdateError::Refused(Refusal::AlreadyCancelled)));
        assert_eq!(refused, !left, "{parcel:?}");
    }
    the_books_balance(here).await;
}

/// Some pack what is left of an order while others close it without: the rest leaves, or it is free again, never both.
pub async fn the_rest_of_an_order_leaves_or_is_left_out(here: &TestStore, there: &TestStore) {
    here.count("KEA", 5).await;
    here.count("BOOK", 5).await;
    let id = here.sell(1, &[physical("BOOK", 1), physical("KEA", 2)]).await;
    let parcel = || Consignment::parse("NZ Post", Some("T-1")).expect("a parcel");
    let book = DispatchItemsCommand { order: id, skus: Some([sku("BOOK")].into()), consignment: parcel() };
    here.use_cases.dispatch_items.execute(book).await.expect("the first parcel");
    let act = move |store: TestStore, number: u128, _cause| async move {
        if number <= 10 {
            return store.use_cases.close_shipping_order.execute(id, NotSentReason::Refunded).await.is_ok();
        }
        let rest = DispatchItemsCommand { order: id, skus: Some([sku("KEA")].into()), consignment: parcel() };
        store.use_cases.dispatch_items.execute(rest).await.is_err()
    };
    let closed = all_at_once((here, there), 20, act).await;
    let left_out = closed[0];
    assert!(closed.iter().all(|answer| *answer == left_out), "all are told the same: {closed:?}");
    assert_eq!(there.stock_counts("KEA").await, if left_out { (5, 0, 0) } else { (3, 0, 0) });
    assert_eq!(published_count(here, "item_processed.v1").await, if left_out { 1 } else { 2 });
    assert_eq!(published_count(here, "shipping_order_processed.v1").await, 1);
    let found = here.ports.work_list.find(id).await.expect("an answer").expect("a shipping order");
    assert_eq!((found.is_partly_sent(), found.items().iter().any(Item::is_pending)), (left_out, false));
    the_books_balance(here).await;
}

/// Thirty people count a shelf that was not there.
pub async fn a_new_shelf_is_made_once(here: &TestStore, there: &TestStore) {
    let count = |store: TestStore, number: u128, _cause| async move {
        let set = &store.use_cases.set_stock;
        set.execute(sku("KEA"), a_count(i64::try_from(number).unwrap_or_default())).await.map(drop)
    };
    everybody_well(all_at_once((here, there), 30, count).await);
    let (on_hand, reserved, available) = there.shelf("KEA").await;
    assert!((1..=30).contains(&on_hand) && reserved == 0 && available == on_hand);
    let events = here.events().await;
    assert_eq!(events.last().map(|event| event.data["on_hand"].clone()), Some(on_hand.into()));
    the_books_balance(here).await;
}

/// The same count of the same import, delivered thirty times at once, while a shelf is made by it.
pub async fn an_import_counts_once_in_a_crowd(here: &TestStore, there: &TestStore) {
    let import = |store: TestStore, _number, cause| async move {
        let import = &store.use_cases.import_count;
        let on_hand = Count::new(10).expect("a possible count");
        let count = ImportedCount { import: "i-1".to_owned(), sku: sku("KEA"), on_hand };
        import.execute(count, cause).await
    };
    everybody_well(all_at_once((here, there), 30, import).await);
    assert_eq!(there.shelf("KEA").await, (10, 0, 10));
    assert_eq!(published_count(here, "stock_changed.v1").await, 1);
    the_books_balance(here).await;
}

/// Fifty mails of one item on their way at once carry one link.
pub async fn everybody_is_given_the_same_link(here: &TestStore, there: &TestStore) {
    let file = DigitalFile::new(sku("PDF"), "a.pdf", "application/pdf", vec![7]).expect("a file");
    here.ports.files.put(file, noon()).await.expect("kept");
    let grant = |store: TestStore, number: u128, _cause| async move {
        let secret = [u8::try_from(number).unwrap_or_default(); 32];
        let offered = Grant { token: DownloadToken::new(secret), until: noon().plus(minutes(10)) };
        store.ports.files.grant(order(1), &sku("PDF"), offered, noon()).await.expect("granted")
    };
    let granted = all_at_once((here, there), 50, grant).await;
    assert!(granted.iter().all(|grant| *grant == granted[0]), "{granted:?}");
    assert!(there.ports.files.fetch(&granted[0].token, noon()).await.expect("an answer").is_some());
}

/// Two who work on the same message, because one of them was thought dead: one of them has its effect.
pub async fn a_message_has_one_effect(here: &TestStore, there: &TestStore) {
    here.count("KEA", 50).await;
    let shared = here.cause().await;
    let buy = move |store: TestStore, number, _cause| {
        let shared = shared.clone();
        async move { store.use_cases.reserve_stock.execute(placed(number, &[physical("KEA", 1)]), shared).await }
    };
    let answers = all_at_once((here, there), 30, buy).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let too_late = answers.iter().filter(|answer| matches!(answer, Err(StoreError::AlreadyHandled)));
    assert_eq!(too_late.count(), 29, "{answers:?}");
    assert_eq!(there.shelf("KEA").await, (50, 1, 49));
    the_books_balance(here).await;
}

/// Twenty sweeps find the same item waiting for the same file.
pub async fn a_file_that_arrives_is_mailed_once(here: &TestStore, there: &TestStore) {
    let id = here.sell(1, &[digital("PDF", 1)]).await;
    let first = here.mailings().await.remove(0);
    let wait: Decide = Arc::new(move |transaction| {
        shipping::wait_for_file(transaction, id, &sku("PDF"));
        Ok(())
    });
    here.ports.warehouse.update(Keys::order(id), wait, Some(first)).await.expect("an answer").expect("no refusal");
    let file = DigitalFile::new(sku("PDF"), "a.pdf", "application/pdf", vec![7]).expect("a file");
    here.ports.files.put(file, noon()).await.expect("kept");
    let sweep =
        |store: TestStore, _number, _cause| async move { store.use_cases.send_waiting_files.execute().await.map(drop) };
    everybody_well(all_at_once((here, there), 20, sweep).await);
    let mailed: Vec<_> = there.mailings().await.into_iter().map(|cause| cause.message).collect();
    assert_eq!(mailed.iter().map(MessageId::as_str).collect::<Vec<_>>(), [format!("{id}/PDF/2")]);
}

/// A cart that is placed again and again, each time in the place of the time before, holds the last unit at most once.
pub async fn orders_of_one_cart_hold_one_unit(here: &TestStore, there: &TestStore) {
    here.count("KEA", 1).await;
    let place = |store: TestStore, number: u128, cause| async move {
        let replaces = (number > 1).then(|| order(number - 1));
        store
            .use_cases
            .reserve_stock
            .execute(PlacedOrder { replaces, ..placed(number, &[physical("KEA", 1)]) }, cause)
            .await
    };
    everybody_well(all_at_once((here, there), 20, place).await);
    let keys = Keys { orders: (1..=20).map(order).collect(), ..Keys::default() };
    let look: Decide = Arc::new(|_| Ok(()));
    let transaction =
        here.ports.warehouse.update(keys, look, None).await.expect("the store answers").expect("no refusal");
    let holds = |number| {
        let state = transaction.reservation(order(number)).map(|held| held.state().clone());
        matches!(state, Some(ReservationState::Held { .. }))
    };
    let holders: Vec<u128> = (1..=20).filter(|number| holds(*number)).collect();
    let (on_hand, reserved, _) = there.shelf("KEA").await;
    assert_eq!((on_hand, usize::try_from(reserved)), (1, Ok(holders.len())), "{holders:?}");
    assert!(holders.iter().all(|number| *number == 20), "{holders:?} were replaced");
    the_books_balance(here).await;
}

/// Two products that claim each other's articles at the same time: each article ends with one of them, and has a shelf.
pub async fn products_may_swap_their_articles(here: &TestStore, there: &TestStore) {
    let codes = ["A", "B", "C", "D"];
    let learn = move |store: TestStore, number: u128, cause| async move {
        let mut variants: Vec<ProductVariant> = codes
            .iter()
            .map(|code| ProductVariant { sku: sku(code), title: format!("by {number}"), kind: Kind::Physical })
            .collect();
        variants.rotate_left(usize::try_from(number % 4).unwrap_or_default());
        variants.truncate(3);
        store.ports.products.learn(Product { id: format!("p-{}", number % 3), variants }, cause).await
    };
    everybody_well(all_at_once((here, there), 30, learn).await);
    let shelves = there.ports.stock.list(StockQuery::default(), limit(10)).await.expect("an answer");
    assert_eq!(shelves.items.iter().map(|line| line.item.sku().as_str()).collect::<Vec<_>>(), codes);
}

/// Orders are paid while the shelf is counted, imported and refilled: every unit is somewhere, and none is sold twice.
pub async fn counts_and_deliveries_meet_sales(here: &TestStore, there: &TestStore) {
    here.count("KEA", 100).await;
    let act = |store: TestStore, number: u128, cause| async move {
        match number % 4 {
            0 => store.use_cases.set_stock.execute(sku("KEA"), super::a_count(100)).await.map(drop).map_err(drop),
            1 => {
                let count = ImportedCount {
                    import: format!("i-{number}"),
                    sku: sku("KEA"),
                    on_hand: Count::new(100).ok_or(())?,
                };
                store.use_cases.import_count.execute(count, cause).await.map_err(drop)
            }
            _ => store
                .use_cases
                .create_shipping_order
                .execute(paid(number, &[physical("KEA", 1)]), cause)
                .await
                .map_err(drop),
        }
    };
    everybody_well(all_at_once((here, there), 80, act).await);
    assert_eq!(there.stock_counts("KEA").await, (100, 0, 40), "a sale is no reason to count again");
    the_books_balance(here).await;
}
