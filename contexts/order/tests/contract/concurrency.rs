//! Many at once, from two processes: what must happen once happens once, and no sum is passed. The stores alone, so that
//! every task really meets the others; whole purchases in two processes are in `two_processes`.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use chassis::messaging::Recorder;
use chassis::sql::Database;
use chassis::testing::{FixedClock, leased};
use chassis::{SystemIds, params};
use order::adapters::outbound::sql::{OrderChangeNotifier, SqlCartStore, SqlOrderStore, SqlPriceList, SqlWebhookInbox};
use order::application::HandleOverdue;
use order::domain::{
    AttentionReason, Cart, CartId, IntentId, IntentReport, IntentStatus, Kind, Listing, NewOrder, OpenedIntent, Order,
    OrderState, Payment, ProductPrices, RefundId, RefundRefused, RefundRequest, RefundState, Status, VariantPrice,
};
use order::ports::{
    CartStore, HistoryImport, OrderHistory, OrderPlacement, OrderStore, PlaceOutcome, PriceList, Refusal, RequestKey,
    Update, Updated, WebhookInbox,
};
use order::testing::suites::{orders, placement, webhook_inbox::an_event};
use order::testing::{a_draft, nzd, sku};
use serde_json::json;
use shared_kernel::{Clock, Money, OrderId, Sku, StoreError};
use uuid::Uuid;

use crate::shop::fact;
use crate::storage::Storage;

const TASKS: u128 = 50;

/// The stores of one process.
#[derive(Clone)]
struct Process {
    database: Database,
    orders: SqlOrderStore,
    carts: SqlCartStore,
    prices: SqlPriceList,
    inbox: SqlWebhookInbox,
    clock: Arc<FixedClock>,
}

async fn two(on: Storage) -> [Process; 2] {
    let clock = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
    on.twice().await.map(|database| {
        let recorder = Recorder::new("order", clock.clone(), Arc::new(SystemIds));
        let room = OrderChangeNotifier::default();
        Process {
            orders: SqlOrderStore::new(database.clone(), recorder.clone(), clock.clone(), "BS-", room),
            carts: SqlCartStore::new(database.clone()),
            prices: SqlPriceList::new(database.clone(), recorder.clone()),
            inbox: SqlWebhookInbox::new(database.clone(), recorder),
            clock: clock.clone(),
            database,
        }
    })
}

/// Runs fifty at once, half of them in each process.
async fn at_once<T, F>(processes: &[Process; 2], task: impl Fn(Process, u128) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    so_many_at_once(TASKS, processes, task).await
}

async fn so_many_at_once<T, F>(count: u128, processes: &[Process; 2], task: impl Fn(Process, u128) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut running = tokio::task::JoinSet::new();
    for number in 0..count {
        running.spawn(task(processes[usize::from(number % 2 == 1)].clone(), number));
    }
    running.join_all().await
}

/// The types of the facts about an order, oldest first, as they will be read.
async fn facts(database: &Database, subject: OrderId) -> Vec<String> {
    let rows = database.read(move |tx| {
        Box::pin(async move {
            let about = "SELECT event_type FROM outbox WHERE subject = $1 ORDER BY sequence";
            let rows = tx.fetch(about, params![subject]).await?;
            rows.iter().map(|row| row.get::<String>("event_type")).collect::<Result<Vec<_>, _>>()
        })
    });
    let short = |event_type: String| event_type.replace("store.order.", "").replace(".v1", "");
    rows.await.unwrap().into_iter().map(short).collect()
}

async fn everything(process: &Process) -> Vec<Order> {
    process.orders.all(None, 1_000).await.unwrap()
}

fn order_of(outcome: &PlaceOutcome) -> &Order {
    match outcome {
        PlaceOutcome::Placed(order) | PlaceOutcome::Open(order) | PlaceOutcome::Repeat(order) => order,
        PlaceOutcome::KeyReused | PlaceOutcome::TooManyOpen | PlaceOutcome::TooManyPieces => {
            panic!("not placed: {outcome:?}")
        }
    }
}

fn how_many<T>(outcomes: &[T], test: impl Fn(&T) -> bool) -> usize {
    outcomes.iter().filter(|outcome| test(outcome)).count()
}

/// What a request asks for: every attempt has an id of its own for the order that it might become.
fn attempt(cart: u128, number: u128) -> NewOrder {
    NewOrder {
        id: OrderId::new(Uuid::from_u128(0x0190 << 112 | 7 << 76 | 2 << 62 | 0xA0_0000 | number)),
        ..a_draft(cart)
    }
}

/// The order of that draft, with its goods held and an intent to pay it with.
async fn payable(process: &Process, number: u128) -> Order {
    let order = orders::placed(&process.orders, number).await;
    let (id, now) = (order.id(), order.placed_at());
    update(process, id, move |order| order.stock_reserved(now)).await;
    let opened = OpenedIntent { intent: intent(number, 0), client_secret: None };
    update(process, id, move |order| order.intent_opened(opened.clone(), now)).await
}

async fn paid(process: &Process, number: u128) -> Order {
    let order = payable(process, number).await;
    let (report, now) = (succeeded(&order, intent(number, 0)), order.placed_at());
    update(process, order.id(), move |order| order.intent_reported(report.clone(), now)).await
}

async fn update(
    process: &Process,
    id: OrderId,
    decide: impl Fn(Order) -> order::domain::Transition + Send + Sync + 'static,
) -> Order {
    match process.orders.update(orders::change(id, None, decide)).await.unwrap() {
        Updated::Changed(order) | Updated::Unchanged(order) => order,
        other => panic!("{other:?}"),
    }
}

fn intent(order: u128, number: u128) -> IntentId {
    IntentId::new(format!("pi_{order}_{number}"))
}

fn succeeded(order: &Order, intent: IntentId) -> IntentReport {
    IntentReport { intent, status: IntentStatus::Succeeded { received: order.totals().gross } }
}

/// Money that came, less money that went or is on its way back.
fn net_received(order: &Order) -> i64 {
    let captured = order.payments().iter().filter_map(Payment::captured).map(Money::minor).sum::<i64>();
    let gone = order.refunds().iter().filter(|refund| !matches!(refund.state, RefundState::Failed { .. }));
    captured - gone.map(|refund| refund.amount.minor()).sum::<i64>()
}

async fn one_request_sent_fifty_times_places_one_order(on: Storage) {
    let processes = two(on).await;
    let place = |process: Process, number| async move {
        process.orders.place(placement::request(attempt(1, number), 1)).await.unwrap()
    };
    let outcomes = at_once(&processes, place).await;
    assert_eq!(how_many(&outcomes, |outcome| matches!(outcome, PlaceOutcome::Placed(_))), 1);
    assert_eq!(how_many(&outcomes, |outcome| matches!(outcome, PlaceOutcome::Repeat(_))), 49);
    let orders = everything(&processes[0]).await;
    assert_eq!(orders.len(), 1);
    assert!(outcomes.iter().all(|outcome| order_of(outcome).id() == orders[0].id()));
    assert_eq!(facts(&processes[0].database, orders[0].id()).await, ["placed"]);
}

async fn fifty_requests_for_the_same_cart_find_the_same_order(on: Storage) {
    let processes = two(on).await;
    let place = |process: Process, number| async move {
        process.orders.place(placement::request(attempt(1, number), number)).await.unwrap()
    };
    let outcomes = at_once(&processes, place).await;
    assert_eq!(how_many(&outcomes, |outcome| matches!(outcome, PlaceOutcome::Placed(_))), 1);
    assert_eq!(how_many(&outcomes, |outcome| matches!(outcome, PlaceOutcome::Open(_))), 49);
    assert_eq!(everything(&processes[0]).await.len(), 1);
}

async fn of_twenty_different_orders_of_one_cart_one_stays_open(on: Storage) {
    let processes = two(on).await;
    let place = |process: Process, number: u128| async move {
        let mut draft = attempt(1, number);
        draft.buyer.customer = Some(order::testing::a_customer(number).customer); // whatever makes it another order
        process.orders.place(placement::request(draft, number)).await.unwrap()
    };
    let outcomes = so_many_at_once(20, &processes, place).await;
    assert_eq!(how_many(&outcomes, |outcome| matches!(outcome, PlaceOutcome::Placed(_))), 20);
    let orders = everything(&processes[0]).await;
    assert_eq!(orders.iter().filter(|order| order.state().is_open()).count(), 1);
    let made_room = orders.iter().filter_map(|order| match order.state() {
        OrderState::Expired { superseded_by: Some(by) } => Some((order.id(), *by)),
        _ => None,
    });
    let made_room: Vec<(OrderId, OrderId)> = made_room.collect();
    assert_eq!(made_room.len(), 19);
    for (old, new) in made_room {
        let new = orders.iter().find(|order| order.id() == new).unwrap();
        assert_eq!(new.replaces(), Some(old), "each makes room for the one that took its place");
        assert_eq!(facts(&processes[0].database, old).await, ["placed", "expired"]);
    }
    let numbers: BTreeSet<&str> = orders.iter().map(|order| order.number().as_str()).collect();
    assert_eq!(numbers.len(), 20);
}

async fn one_key_for_fifty_carts_orders_one_of_them(on: Storage) {
    let processes = two(on).await;
    let place = |process: Process, number: u128| async move {
        let mut request = placement::request(attempt(number, number), 1);
        request.key = RequestKey { fingerprint: format!("cart-{number}"), ..request.key };
        process.orders.place(request).await.unwrap()
    };
    let outcomes = at_once(&processes, place).await;
    assert_eq!(how_many(&outcomes, |outcome| matches!(outcome, PlaceOutcome::Placed(_))), 1);
    assert_eq!(how_many(&outcomes, |outcome| matches!(outcome, PlaceOutcome::KeyReused)), 49);
    assert_eq!(everything(&processes[0]).await.len(), 1);
}

async fn numbers_are_given_once_while_another_shops_orders_come_in(on: Storage) {
    let processes = two(on).await;
    let old: Vec<String> = (1..=20).map(|number| format!("BS-{}", 100_000 + 3 * number)).collect();
    let forth = old.iter().map(|number| placement::historical(number)).collect::<Vec<_>>();
    let back = forth.iter().rev().cloned().collect::<Vec<_>>();
    let place = |process: Process, number| async move {
        process.orders.place(placement::request(attempt(number, number), number)).await.unwrap()
    };
    let importing = async { tokio::join!(processes[0].orders.import(forth), processes[1].orders.import(back)) };
    let (outcomes, (one, other)) = tokio::join!(at_once(&processes, place), importing);
    let imported = one.unwrap() + other.unwrap();
    let orders = everything(&processes[1]).await;
    let numbers: BTreeSet<&str> = orders.iter().map(|order| order.number().as_str()).collect();
    assert_eq!((orders.len() as u64, numbers.len()), (50 + imported, orders.len()));
    assert!(old.iter().all(|number| numbers.contains(number.as_str())));
    for outcome in &outcomes {
        assert!(matches!(outcome, PlaceOutcome::Placed(_)), "{outcome:?}");
        assert_eq!(facts(&processes[0].database, order_of(outcome).id()).await, ["placed"]);
    }
}

async fn fifty_imports_of_the_same_orders_keep_each_once(on: Storage) {
    let processes = two(on).await;
    let import = |process: Process, number: u128| async move {
        let mut orders: Vec<_> = (0..20).map(|order| placement::historical(&format!("A-{order}"))).collect();
        orders.rotate_left(usize::try_from(number).unwrap() % 20);
        process.orders.import(orders).await.unwrap()
    };
    assert_eq!(at_once(&processes, import).await.into_iter().sum::<u64>(), 20);
    let orders = everything(&processes[0]).await;
    assert_eq!(orders.len(), 20);
    for order in orders {
        assert_eq!(facts(&processes[0].database, order.id()).await, ["imported"]);
    }
}

fn refund(order: &Order, amount: Option<Money>, number: u128, key: u128) -> Update {
    let (id, now) = (order.id(), order.placed_at());
    let request = RefundRequest { id: RefundId::new(Uuid::from_u128(0xF0_0000 + number)), amount, note: None };
    let decide = move |order: Order| Ok(order.refund_requested(request.clone(), now)?);
    Update { order: id, decide: Arc::new(decide), cause: None, key: Some(orders::a_key(0xF000 + key)) }
}

async fn one_refund_asked_for_fifty_times_is_one(on: Storage) {
    let processes = two(on).await;
    for (number, amount) in [(1, Some(nzd(100))), (2, None)] {
        let order = paid(&processes[0], number).await;
        let ask = |process: Process, attempt| {
            let update = refund(&order, amount, number * 100 + attempt, number);
            async move { process.orders.update(update).await.unwrap() }
        };
        let outcomes = at_once(&processes, ask).await;
        assert_eq!(how_many(&outcomes, |outcome| matches!(outcome, Updated::Changed(_))), 1);
        let repeats = |outcome: &Updated| matches!(outcome, Updated::Unchanged(order) if order.refunds().len() == 1);
        assert_eq!(how_many(&outcomes, repeats), 49, "no repeated request is refused");
        let left = net_received(&processes[1].orders.find(order.id()).await.unwrap().unwrap());
        assert_eq!(left, amount.map_or(0, |amount| order.totals().gross.minor() - amount.minor()));
    }
}

async fn fifty_refunds_of_a_tenth_are_ten(on: Storage) {
    let processes = two(on).await;
    let order = paid(&processes[0], 1).await;
    let tenth = nzd(order.totals().gross.minor() / 10);
    let ask = |process: Process, number| {
        let update = refund(&order, Some(tenth), number, number);
        async move { process.orders.update(update).await.unwrap() }
    };
    let outcomes = at_once(&processes, ask).await;
    assert_eq!(how_many(&outcomes, |outcome| matches!(outcome, Updated::Changed(_))), 10);
    let empty = Updated::Refused(Refusal::Refund(RefundRefused::NothingLeft));
    assert_eq!(how_many(&outcomes, |outcome| *outcome == empty), 40);
    let order = processes[0].orders.find(order.id()).await.unwrap().unwrap();
    assert_eq!((order.refunds().len(), net_received(&order)), (10, 0));
}

/// Webhooks about two intents, the deadline, fulfilment's refusal and the buyer's second thoughts, all in one moment.
async fn anyone_who_comes_first_the_money_is_right(on: Storage) {
    let processes = two(on).await;
    for round in 1..=6_u128 {
        let order = payable(&processes[0], round).await;
        let (id, deadline) = (order.id(), order.expires_at());
        let at_last = |process: Process, number: u128| {
            let paying = succeeded(&order, intent(round, number % 2));
            async move {
                match (number + round) % 5 {
                    0 | 1 => update(&process, id, move |o| o.intent_reported(paying.clone(), deadline)).await,
                    2 => update(&process, id, move |order| order.overdue(deadline)).await,
                    3 if number > 30 => update(&process, id, move |order| order.stock_rejected(vec![], deadline)).await,
                    3 => {
                        update(&process, id, move |order| order.payment_unknown(&IntentId::new("pi_0"), deadline)).await
                    }
                    _ => {
                        let mut draft = attempt(round, round * 1_000 + number);
                        draft.address = None;
                        let outcome = process.orders.place(placement::request(draft, round * 1_000 + number)).await;
                        order_of(&outcome.unwrap()).clone()
                    }
                }
            }
        };
        at_once(&processes, at_last).await;
        let order = processes[1].orders.find(id).await.unwrap().unwrap();
        let keeps = if order.status() == Status::Paid { order.totals().gross.minor() } else { 0 };
        assert_eq!(net_received(&order), keeps, "{order:?}");
        assert_eq!(order.payments().iter().filter(|payment| payment.captured().is_some()).count(), 2);
        let facts = facts(&processes[0].database, id).await;
        let distinct: BTreeSet<&String> = facts.iter().collect();
        assert_eq!(distinct.len(), facts.len(), "each fact once: {facts:?}");
        let open = everything(&processes[0]).await;
        let open = open.iter().filter(|other| other.cart() == order.cart() && other.state().is_open());
        assert!(open.count() <= 1);
    }
}

async fn one_message_changes_an_order_once(on: Storage) {
    let processes = two(on).await;
    let order = orders::placed(&processes[0].orders, 1).await;
    let (id, now) = (order.id(), order.placed_at());
    let cause = leased(&processes[0].database, "a-consumer", fact("store.test.v1", "/test", "s", json!({}))).await;
    let handle = |process: Process, number: u128| {
        let decide = move |order: Order| match number % 3 {
            0 => order.stock_reserved(now),
            1 => order.needs_attention(AttentionReason::NotFulfilled, now),
            _ => order.stock_rejected(vec![], now),
        };
        let update = orders::change(id, Some(cause.clone()), decide);
        async move { process.orders.update(update).await }
    };
    let outcomes = at_once(&processes, handle).await;
    assert_eq!(how_many(&outcomes, |outcome| matches!(outcome, Ok(Updated::Changed(_)))), 1);
    let late = |outcome: &Result<Updated, StoreError>| {
        matches!(outcome, Err(StoreError::AlreadyHandled) | Ok(Updated::Unchanged(_)))
    };
    assert_eq!(how_many(&outcomes, late), 49);
    assert_eq!(processes[0].orders.find(id).await.unwrap().unwrap().version(), 2);
}

async fn an_event_posted_fifty_times_is_kept_once(on: Storage) {
    let processes = two(on).await;
    let post = |process: Process, _| async move { process.inbox.accept(an_event(1)).await.unwrap() };
    assert_eq!(how_many(&at_once(&processes, post).await, |new| *new), 1);
}

async fn an_intent_belongs_to_the_first_of_fifty_orders_that_name_it(on: Storage) {
    let processes = two(on).await;
    for number in 0..TASKS {
        orders::placed(&processes[0].orders, number).await;
    }
    let name = |process: Process, number| async move {
        let opened = OpenedIntent { intent: IntentId::new("pi_shared"), client_secret: None };
        let draft = a_draft(number);
        update(&process, draft.id, move |order| order.intent_opened(opened.clone(), draft.placed_at)).await.id()
    };
    let named = at_once(&processes, name).await;
    let first = processes[0].orders.find_by_intent(&IntentId::new("pi_shared")).await.unwrap().unwrap();
    assert!(named.contains(&first));
}

async fn of_fifty_who_change_the_same_cart_one_is_heard(on: Storage) {
    let processes = two(on).await;
    let (cart, now) = (CartId::from_secret([7; 32]), processes[0].clock.now());
    for version in 0..3 {
        let save = |process: Process, number: u128| async move {
            let known = process.carts.find(cart).await.unwrap().filter(|cart| cart.version() == version);
            let cart = known.unwrap_or_else(|| Cart::restore(cart, None, vec![], version));
            process.carts.save(cart.claimed_by(order::testing::a_customer(number).customer), now).await
        };
        let outcomes = at_once(&processes, save).await;
        assert_eq!(how_many(&outcomes, Result::is_ok), 1);
        assert_eq!(how_many(&outcomes, |outcome| matches!(outcome, Err(StoreError::Stale))), 49);
    }
}

async fn a_cart_that_is_touched_while_carts_are_forgotten_stays(on: Storage) {
    let processes = two(on).await;
    let then = processes[0].clock.now();
    let id = |number: u128| {
        let mut secret = [0; 32];
        secret[..16].copy_from_slice(&number.to_be_bytes());
        CartId::from_secret(secret)
    };
    for number in 0..TASKS {
        processes[0].carts.save(Cart::new(id(number), None), then.minus(Duration::from_secs(1))).await.unwrap();
    }
    let touch = |process: Process, number: u128| async move {
        if number.is_multiple_of(5) {
            process.carts.forget_untouched_since(then).await.unwrap();
            return None;
        }
        let cart = process.carts.find(id(number)).await.unwrap()?;
        process.carts.save(cart, then).await.ok()
    };
    for touched in at_once(&processes, touch).await.into_iter().flatten() {
        assert!(processes[1].carts.find(touched.id()).await.unwrap().is_some(), "what was saved was forgotten");
    }
}

/// Each product's news come one after the other; those of different products at once, and things go from one to another.
async fn prices_of_products_that_swap_things_do_not_block_each_other(on: Storage) {
    let processes = two(on).await;
    let codes: Vec<Sku> = (0..12).map(|number| sku(&format!("S-{number}"))).collect();
    let tell = |process: Process, product: usize| {
        let codes = codes.clone();
        async move {
            for round in 0..12 {
                let mut codes = codes.clone();
                codes.rotate_left((5 * product + 7 * round) % 12);
                codes.truncate(6);
                let variant = |sku| VariantPrice { sku, title: "t".into(), kind: Kind::Digital, unit_gross: nzd(1) };
                let variants = codes.iter().cloned().map(variant).collect();
                let product = Uuid::from_u128(product as u128);
                process
                    .prices
                    .replace(ProductPrices { product, active: true, listing: Listing::default(), variants }, None)
                    .await
                    .unwrap();
                process.prices.withdraw(product, codes[..2].to_vec(), None).await.unwrap();
                process.prices.hint(codes[0].clone(), 7, None).await.unwrap();
            }
        }
    };
    let mut running = tokio::task::JoinSet::new();
    for product in 0..6 {
        running.spawn(tell(processes[product % 2].clone(), product));
    }
    running.join_all().await;
    assert_eq!(processes[0].prices.find(codes).await.unwrap().len(), 12);
}

async fn deadlines_looked_after_by_many_pass_once(on: Storage) {
    let processes = two(on).await;
    for number in 1..=10 {
        if number % 2 == 0 {
            payable(&processes[0], number).await
        } else {
            orders::placed(&processes[0].orders, number).await
        };
    }
    processes[0].clock.advance(Duration::from_mins(31));
    let sweep = |process: Process, _| async move {
        let sweep = HandleOverdue::new(Arc::new(process.orders), process.clock);
        sweep.execute().await.unwrap()
    };
    assert_eq!(at_once(&processes, sweep).await.into_iter().sum::<u32>(), 10, "each order changes once");
    for order in everything(&processes[0]).await {
        let expired: &[&str] = if order.payments().is_empty() { &["placed", "expired"] } else { &["placed"] };
        assert_eq!(facts(&processes[0].database, order.id()).await, expired);
        assert!(order.payments().iter().all(|payment| payment.cancel_attempts == 1));
    }
}

on_both_engines! {
    one_request_sent_fifty_times_places_one_order
    fifty_requests_for_the_same_cart_find_the_same_order
    of_twenty_different_orders_of_one_cart_one_stays_open
    one_key_for_fifty_carts_orders_one_of_them
    numbers_are_given_once_while_another_shops_orders_come_in
    fifty_imports_of_the_same_orders_keep_each_once
    one_refund_asked_for_fifty_times_is_one
    fifty_refunds_of_a_tenth_are_ten
    anyone_who_comes_first_the_money_is_right
    one_message_changes_an_order_once
    an_event_posted_fifty_times_is_kept_once
    an_intent_belongs_to_the_first_of_fifty_orders_that_name_it
    of_fifty_who_change_the_same_cart_one_is_heard
    a_cart_that_is_touched_while_carts_are_forgotten_stays
    prices_of_products_that_swap_things_do_not_block_each_other
    deadlines_looked_after_by_many_pass_once
}
