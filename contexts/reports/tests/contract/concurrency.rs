//! What must hold when many facts are written at the same time, half of them here and half of them there: in two
//! processes that share a database, where there are such.

use std::sync::Arc;
use std::time::Duration;

use chassis::ContextModule as _;
use chassis::messaging::{ContextEngine, Engine, Record, Recorder, Transport};
use chassis::sql::Database;
use chassis::testing::{CountingIds, eventually};
use reports::adapters::outbound::sql::MIGRATIONS;
use reports::domain::{Contradiction, Fact};
use reports::ports::{Added, FactAdded, SalesLedger};
use reports::testing::suite::Books;
use reports::testing::{InMemoryBooks, a_product, a_refund, a_sale, fact_about, noon};
use shared_kernel::{Clock, Envelope, EventDraft, StoreError};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::adapters::{SqlFixture, Step, every_answer, take};
use crate::rebuild::{archive, dump};
use crate::samples::{completed, paid, product, refunded};
use crate::shop::TestShop;
use crate::storage::{Storage, on_both_engines};

/// More than this many at once would wait for a connection instead of for each other.
const CONCURRENCY: usize = 16;

/// The same books as two processes have them.
async fn twice(on: Storage, schema: &str) -> (SqlFixture, SqlFixture) {
    let (here, there) = on.database_twice("reports", MIGRATIONS, schema).await;
    (SqlFixture::over(here, 1_000), SqlFixture::over(there, 1_000_000))
}

/// Gives the books all steps at once, by turns here and there.
async fn all_at_once((here, there): (&SqlFixture, &SqlFixture), steps: Vec<Step>) -> Vec<String> {
    let (mut crowd, doors) = (JoinSet::new(), Arc::new(Semaphore::new(CONCURRENCY)));
    for (number, step) in steps.into_iter().enumerate() {
        let books = if number % 2 == 0 { here.books.clone() } else { there.books.clone() };
        let doors = Arc::clone(&doors);
        crowd.spawn(async move {
            let _inside = doors.acquire().await;
            take(&books, step).await
        });
    }
    crowd.join_all().await
}

/// Everything that can happen to an order, articles in every order of lines.
fn a_busy_day(orders: std::ops::Range<u64>) -> Vec<Step> {
    let skus = ["KEA", "TUI", "WETA", "MOA"];
    let months = ["2026-09-05T00:00:00Z", "2026-10-31T11:00:00Z", "2026-11-22T12:00:00Z"];
    let mut steps = Vec::new();
    for number in orders {
        let turn = usize::try_from(number).unwrap();
        let mut sale = a_sale(number).at(months[turn % 3]).country(["NZ", "AU", ""][turn % 3]).shipping(20, 2);
        for line in 0..skus.len() {
            let sku = skus[if turn.is_multiple_of(2) { line } else { skus.len() - 1 - line }];
            sale = sale.line(sku, 1, 100 + i64::try_from(line).unwrap(), 13);
        }
        steps.push(Step::Fact(sale.added()));
        steps.push(Step::Fact(fact_about(number, Fact::Completed(noon()))));
        if turn.is_multiple_of(3) {
            steps.push(Step::Fact(fact_about(number, Fact::Cancelled(noon()))));
        }
        for (refund, month) in months.iter().enumerate().take(turn % 4) {
            steps.push(Step::Fact(a_refund(number, &format!("r-{refund}"), 7, month)));
        }
        let sku = skus[turn % 4];
        let category = ["Birds", "Insects", ""][turn % 3];
        steps.push(Step::Product(a_product(u64::try_from(turn % 4).unwrap(), number, category, &[sku])));
    }
    steps
}

/// Not at random, but as if.
fn shuffled(mut steps: Vec<Step>) -> Vec<Step> {
    let mut seed = 7_usize;
    for last in (1..steps.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        steps.swap(last, (seed >> 33) % (last + 1));
    }
    steps
}

async fn a_busy_day_makes_the_totals_that_its_facts_make_one_by_one(on: Storage) {
    let (here, there) = twice(on, "reports_busy_day").await;
    let steps = a_busy_day(1..41);
    let simple = InMemoryBooks::default();
    for step in steps.clone() {
        take(&simple, step).await;
    }
    let twice_each = shuffled(steps.iter().chain(&steps).cloned().collect());
    let answers = all_at_once((&here, &there), twice_each).await;
    let news = answers.iter().filter(|answer| *answer == "News").count();
    assert_eq!(news, steps.iter().filter(|step| matches!(step, Step::Fact(_))).count(), "each fact is news once");
    assert_eq!(every_answer(&there.books).await, every_answer(&simple).await);
}

/// Whatever is heard of one order at the same time, its facts see each other.
async fn facts_of_one_order_never_overlook_each_other(on: Storage) {
    let (here, there) = twice(on, "reports_one_order").await;
    let simple = InMemoryBooks::default();
    for number in 1..=12 {
        let mut facts = vec![
            a_sale(number).line("KEA", 1, 100, 13).added(),
            fact_about(number, Fact::Completed(noon())),
            fact_about(number, Fact::Cancelled(noon())),
        ];
        facts.extend((0..5).map(|refund| a_refund(number, &format!("r-{refund}"), 5, "2026-10-05T00:00:00Z")));
        for fact in facts.clone() {
            take(&simple, Step::Fact(fact)).await;
        }
        all_at_once((&here, &there), shuffled(facts.into_iter().map(Step::Fact).collect())).await;
    }
    assert_eq!(every_answer(&here.books).await, every_answer(&simple).await);
}

/// Articles change their category while they are sold: no sale stays behind in the category that its article has left.
async fn sales_follow_their_article_however_often_it_moves(on: Storage) {
    let (here, there) = twice(on, "reports_moving").await;
    let mut steps = Vec::new();
    for number in 1..=40 {
        steps.push(Step::Fact(a_sale(number).line("KEA", 1, 100, 13).line("TUI", 1, 50, 6).added()));
        let category = if number % 2 == 0 { "Birds" } else { "Toys" };
        steps.push(Step::Product(a_product(1, number, category, &["KEA", "TUI"])));
    }
    let simple = InMemoryBooks::default();
    for step in steps.clone() {
        take(&simple, step).await;
    }
    all_at_once((&here, &there), steps).await;
    assert_eq!(every_answer(&here.books).await, every_answer(&simple).await);
}

/// Two who work on the same message, because one of them was thought dead: one of them has its effect.
async fn a_message_has_one_effect(on: Storage) {
    let (here, there) = twice(on, "reports_one_message").await;
    let cause = Some(here.cause().await);
    let mut crowd = JoinSet::new();
    for number in 1..=20 {
        let books = if number % 2 == 0 { here.books.clone() } else { there.books.clone() };
        let fact = FactAdded { cause: cause.clone(), ..a_sale(number).line("KEA", 1, 100, 13).added() };
        crowd.spawn(async move { books.add(fact).await });
    }
    let answers = crowd.join_all().await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Ok(Added::News))).count(), 1);
    let late = answers.iter().filter(|answer| matches!(answer, Err(StoreError::AlreadyHandled))).count();
    assert_eq!(late, 19, "{answers:?}");
}

/// Of ten who state different money for one order, one is believed, and nine hear that the books say otherwise.
async fn one_of_several_contradictory_sales_is_kept(on: Storage) {
    let (here, there) = twice(on, "reports_contradictions").await;
    let sales = (1..=10).map(|gross| Step::Fact(a_sale(1).line("KEA", 1, gross, 0).added()));
    let answers = all_at_once((&here, &there), sales.collect()).await;
    assert_eq!(answers.iter().filter(|answer| *answer == "News").count(), 1, "{answers:?}");
    let contradiction = format!("{:?}", Added::Contradiction(Contradiction::Sale));
    assert_eq!(answers.iter().filter(|answer| **answer == contradiction).count(), 9, "{answers:?}");
}

/// The databases of a shop's process.
struct Process {
    order: Database,
    catalogue: Database,
    reports: TestShop,
    ids: Arc<CountingIds>,
}

impl Process {
    fn engine(&self) -> Engine {
        let producer = |name, database: &Database| ContextEngine {
            name,
            database: database.clone(),
            subscriptions: Vec::new(),
            jobs: Vec::new(),
        };
        let reports = ContextEngine {
            subscriptions: self.reports.module.subscriptions(),
            ..producer("reports", &self.reports.database)
        };
        let contexts = vec![producer("order", &self.order), producer("catalogue", &self.catalogue), reports];
        Engine::new(contexts, Transport::InProcess, Arc::clone(&self.reports.clock), Arc::clone(&self.ids) as _)
    }

    /// Publishes a fact as its producer's use cases do.
    async fn publish(&self, fact: Envelope) {
        let (name, database) =
            if fact.source == "/order" { ("order", &self.order) } else { ("catalogue", &self.catalogue) };
        let clock: Arc<dyn Clock> = Arc::clone(&self.reports.clock);
        let recorder = Recorder::new(name, clock, Arc::clone(&self.ids) as _);
        let event_type: &'static str = String::leak(fact.event_type);
        let draft = EventDraft::new(event_type, fact.subject, &fact.data);
        let done = database.write(move |tx| {
            let (recorder, events) = (recorder.clone(), vec![draft.clone()]);
            Box::pin(async move { recorder.record(tx, Record { cause: None, events, tasks: Vec::new() }).await })
        });
        done.await.unwrap();
    }
}

async fn two_processes(on: Storage) -> (Process, Process) {
    let order = on.database_twice("order", &[], "order_live").await;
    let catalogue = on.database_twice("catalogue", &[], "catalogue_live").await;
    let reports = on.database_twice("reports", MIGRATIONS, "reports_live").await;
    let process = async |order, catalogue, reports, first| {
        let ids = Arc::new(CountingIds::from(first));
        Process { order, catalogue, reports: TestShop::over(reports).await, ids }
    };
    let here = process(order.0, catalogue.0, reports.0, 1_000_000).await;
    (here, process(order.1, catalogue.1, reports.1, 2_000_000).await)
}

/// What happens while the books are built again, again and again.
fn live() -> Vec<Envelope> {
    let mut facts = archive();
    for number in 100..160_u64 {
        let order = u128::from(number);
        facts.extend([
            paid(order, "2026-11-21T00:00:00Z"),
            completed(order),
            refunded(order, &format!("r-{number}"), 7),
        ]);
        if number % 5 == 0 {
            let category = if number % 2 == 0 { "Birds" } else { "Toys" };
            facts.push(product(1, (number - 100) / 5 + 3, Some(category), "KEA-14"));
        }
    }
    facts
}

/// Two processes work off live facts while each of them has a consumer rebuilt, several times: nothing is lost, nothing
/// counts twice.
async fn books_rebuilt_under_live_traffic_are_the_same_books(on: Storage) {
    let (here, there) = two_processes(on).await;
    let (tasks, ending) = (TaskTracker::new(), CancellationToken::new());
    let engine = here.engine();
    let replay = engine.replay();
    engine.start(&tasks, &ending).await.unwrap();
    if on == Storage::Postgres {
        there.engine().start(&tasks, &ending).await.unwrap();
    }
    for (number, fact) in live().into_iter().enumerate() {
        let process = if number % 2 == 0 { &here } else { &there };
        process.publish(fact).await;
        match number % 60 {
            30 => replay.start("reports/record-sales").await.unwrap(),
            59 => replay.start("reports/keep-products").await.unwrap(),
            _ => {}
        }
    }
    let expected = {
        let usual = TestShop::open(Storage::Sqlite).await;
        usual.hears(&live()).await;
        dump(&usual).await
    };
    eventually(Duration::from_mins(1), || async { (dump(&here.reports).await == expected).then_some(()) }).await;
    ending.cancel();
    tasks.close();
    tasks.wait().await;
}

on_both_engines! {
    a_busy_day_makes_the_totals_that_its_facts_make_one_by_one
    facts_of_one_order_never_overlook_each_other
    sales_follow_their_article_however_often_it_moves
    a_message_has_one_effect
    one_of_several_contradictory_sales_is_kept
    books_rebuilt_under_live_traffic_are_the_same_books
}
