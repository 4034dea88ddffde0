//! Every adapter passes every part of the suite, and the tables always agree with the books that only add up.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::messaging::Recorder;
use chassis::sql::Database;
use chassis::testing::{CountingIds, FixedClock, leased};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reports::adapters::outbound::sql::{MIGRATIONS, SqlBooks};
use reports::domain::{Fact, Moments, Outcome, RefundId, Scope};
use reports::ports::{FactAdded, ProductStated, SalesLedger, SalesOverTime, SalesReports};
use reports::testing::suite::{self, Books};
use reports::testing::{InMemoryBooks, a_product, a_refund, a_sale, fact_about};
use serde_json::json;
use shared_kernel::{Cause, Currency, Ids, Limit, MessageId, Timestamp};

use crate::samples::envelope;
use crate::storage::{Storage, on_both_engines};

pub struct SqlFixture {
    database: Database,
    pub books: SqlBooks,
    ids: CountingIds,
}

impl SqlFixture {
    /// Books in a database that has their tables; its messages have numbers from `first` on.
    pub fn over(database: Database, first: u64) -> Self {
        let clock = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
        let recorder = Recorder::new("reports", clock, Arc::new(CountingIds::default()));
        let books = SqlBooks::new(database.clone(), recorder, "Pacific/Auckland");
        Self { database, books, ids: CountingIds::from(first) }
    }

    async fn new(on: Storage) -> Self {
        Self::over(on.database("reports", MIGRATIONS).await, 1_000)
    }
}

#[async_trait]
impl Books for SqlFixture {
    fn ledger(&self) -> &dyn SalesLedger {
        &self.books
    }
    fn reports(&self) -> &dyn SalesReports {
        &self.books
    }
    async fn cause(&self) -> Cause {
        let id = self.ids.uuid().to_string();
        let mut message = envelope("store.order.completed.v1", &id, 1, json!({}));
        message.id = MessageId::new(id);
        leased(&self.database, "record-sales", message).await
    }
}

macro_rules! every_adapter {
    ($($part:ident)*) => {
        mod in_memory { $(#[tokio::test] async fn $part() { super::suite::$part(&super::InMemoryBooks::default()).await })* }
        $(async fn $part(on: Storage) { suite::$part(&SqlFixture::new(on).await).await })*
        on_both_engines! { $($part)* }
    };
}

every_adapter! {
    facts_are_accepted_in_any_order
    a_cause_has_its_effect_once
    void_orders_count_nowhere
    currencies_are_kept_apart
    past_sales_follow_their_article_to_its_category
    the_best_articles_come_first
    countries_are_told_apart
    refunds_come_newest_first
    reasons_are_forgotten
    what_goes_back_is_not_counted_as_kept
}

#[derive(Debug, Clone)]
pub enum Step {
    Fact(FactAdded),
    Product(ProductStated),
}

fn facts() -> impl Strategy<Value = Step> {
    let month = prop::sample::select(vec!["2026-09-05T00:00:00Z", "2026-10-31T11:00:00Z", "2026-11-22T12:00:00Z"]);
    let sku = prop::sample::select(vec!["KEA", "TUI", "WETA"]);
    let outcome = prop::sample::select(vec![Outcome::Paid, Outcome::Completed, Outcome::Void]);
    let country = prop::sample::select(vec!["NZ", "AU", ""]);
    let currency = prop::sample::select(vec!["NZD", "NZD", "EUR"]);
    let order = 1_u64..6;
    let sale = (order.clone(), month.clone(), sku.clone(), outcome, country, currency, 0_i64..500).prop_map(
        |(order, at, sku, outcome, country, currency, gross)| {
            let sale = a_sale(order).at(at).outcome(outcome).country(country).currency(currency);
            Step::Fact(sale.line(sku, gross % 3, gross, gross / 9).line("KEA", 1, 50, 6).shipping(20, 2).added())
        },
    );
    let refund = (order.clone(), 0_u64..4, 0_i64..90, month)
        .prop_map(|(order, id, minor, at)| Step::Fact(a_refund(order, &format!("r-{id}"), minor, at)));
    let failure = (order.clone(), 0_u64..4, 0_i64..9).prop_map(|(order, id, micros)| {
        let id = RefundId::new(&format!("r-{id}")).unwrap();
        Step::Fact(fact_about(order, Fact::RefundFailed(id, Timestamp::from_micros(micros))))
    });
    let ending = (order, any::<bool>(), 0_i64..9).prop_map(|(order, completed, micros)| {
        let at = Timestamp::from_micros(micros);
        Step::Fact(fact_about(order, if completed { Fact::Completed(at) } else { Fact::Cancelled(at) }))
    });
    let category = prop::sample::select(vec!["Birds", "Insects", ""]);
    let product = (1_u64..3, 1_u64..9, category, sku)
        .prop_map(|(product, sequence, category, sku)| Step::Product(a_product(product, sequence, category, &[sku])));
    prop_oneof![4 => sale, 3 => refund, 2 => failure, 3 => ending, 2 => product]
}

#[test]
fn the_tables_agree_with_the_books_that_only_add_up() {
    agree_with_the_books_that_only_add_up(Storage::Sqlite, 24);
}

#[test]
fn the_tables_on_a_server_agree_with_the_books_that_only_add_up() {
    if Storage::postgres().is_some() {
        agree_with_the_books_that_only_add_up(Storage::Postgres, 5);
    }
}

fn agree_with_the_books_that_only_add_up(on: Storage, cases: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let histories = prop::collection::vec(facts(), 0..60);
    let checked = runner.run(&histories, |steps| {
        let (simple, tables) = runtime.block_on(async {
            let (simple, tables) = (InMemoryBooks::default(), SqlFixture::new(on).await);
            for step in &steps {
                let expected = take(&simple, step.clone()).await;
                assert_eq!(take(&tables.books, step.clone()).await, expected, "{step:?}");
            }
            (every_answer(&simple).await, every_answer(&tables.books).await)
        });
        prop_assert_eq!(simple, tables);
        Ok(())
    });
    checked.unwrap();
}

pub async fn take(books: &dyn SalesLedger, step: Step) -> String {
    match step {
        Step::Fact(fact) => format!("{:?}", books.add(fact).await.unwrap()),
        Step::Product(stated) => format!("{:?}", books.keep_product(stated).await.unwrap()),
    }
}

/// The half year in uneven pieces that end inside days.
fn pieces() -> Vec<Moments> {
    let micros = |text: &str| Timestamp::parse(text).unwrap();
    let ends = ["2026-06-01T00:00:00Z", "2026-09-05T00:00:00Z", "2026-10-31T11:00:01Z", "2026-11-23T00:00:00Z"];
    ends.windows(2).map(|pair| Moments { start: micros(pair[0]), stop: micros(pair[1]) }).collect()
}

pub async fn every_answer(books: &(impl SalesReports + SalesOverTime)) -> Vec<String> {
    let (period, limit) = (suite::half_a_year(), Limit::DEFAULT);
    let mut answers = Vec::new();
    for code in ["NZD", "EUR"] {
        let of = Currency::parse(code).unwrap();
        for scope in [Scope::Paid, Scope::Completed] {
            answers.push(format!("{:?}", books.monthly(of, period, scope).await.unwrap()));
            answers.push(format!("{:?}", books.over(of, &pieces(), scope).await.unwrap()));
        }
        answers.push(format!("{:?}", books.top_products(of, period, limit).await.unwrap()));
        answers.push(format!("{:?}", books.by_category(of, period).await.unwrap()));
        answers.push(format!("{:?}", books.by_country(of, period).await.unwrap()));
        answers.push(format!("{:?}", books.refunds(of, period, limit, None).await.unwrap()));
    }
    answers
}
