//! Sales over time: any period, divided any way, is the sum of what the shop's calendar says belongs to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chassis::testing::FixedClock;
use jiff::civil::Date;
use jiff::{Timestamp as Moment, tz::TimeZone};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reports::adapters::outbound::sql::{MIGRATIONS, SqlBooks};
use reports::application::{ReportContext, SalesOverTimeQuery, ShowSalesOverTime};
use reports::domain::{FinancialYear, GroupBy, Outcome, Scope, ShopCalendar};
use reports::ports::SalesLedger as _;
use reports::testing::{a_refund, a_sale};
use shared_kernel::Currency;

use crate::adapters::SqlFixture;
use crate::storage::Storage;

/// 2025-01-01 and a day more than two years later, in seconds: both changes of the clocks are in it twice.
const SECONDS: std::ops::Range<i64> = 1_735_689_600..1_798_848_000;

#[derive(Debug, Clone)]
struct Order {
    sold: i64,
    gross: i64,
    outcome: Outcome,
    refund: Option<(i64, i64)>,
}

fn orders() -> impl Strategy<Value = Vec<Order>> {
    let outcome = prop::sample::select(vec![Outcome::Paid, Outcome::Completed, Outcome::Void]);
    let refund = prop::option::of((SECONDS, 1_i64..500));
    let order = (SECONDS, 1_i64..100_000, outcome, refund).prop_map(|(sold, gross, outcome, refund)| Order {
        sold,
        gross,
        outcome,
        refund,
    });
    prop::collection::vec(order, 0..40)
}

fn date(seconds: i64) -> Date {
    let zone = TimeZone::get("Pacific/Auckland").unwrap();
    Moment::from_second(seconds).unwrap().to_zoned(zone).date()
}

fn text(seconds: i64) -> String {
    Moment::from_second(seconds).unwrap().to_string()
}

async fn books(on: Storage, orders: &[Order]) -> Arc<SqlBooks> {
    let fixture = SqlFixture::over(on.database("reports", MIGRATIONS).await, 1_000);
    for (number, order) in (1..).zip(orders) {
        let sale = a_sale(number).at(&text(order.sold)).outcome(order.outcome).line("KEA", 1, order.gross, 0);
        fixture.books.add(sale.added()).await.unwrap();
        if let Some((at, minor)) = order.refund {
            fixture.books.add(a_refund(number, "r", minor, &text(at))).await.unwrap();
        }
    }
    Arc::new(fixture.books.clone())
}

fn show_sales(books: &Arc<SqlBooks>, month: u8) -> ShowSalesOverTime {
    let context = ReportContext {
        financial_year: FinancialYear::starting_in(month).unwrap(),
        calendar: ShopCalendar::of("Pacific/Auckland").unwrap(),
        clock: Arc::new(FixedClock::at("2027-06-15T00:00:00Z")),
        currency: Currency::NZD,
    };
    ShowSalesOverTime::new(Arc::clone(books) as _, Arc::clone(books) as _, Arc::new(context))
}

/// Orders, gross and refunds of some days, added up one by one.
fn expected(orders: &[Order], completed: bool, first: Date, last: Date) -> (i64, i64, i64) {
    let within = |seconds: i64| (first..=last).contains(&date(seconds));
    let counted =
        |order: &&Order| order.outcome == Outcome::Completed || (order.outcome == Outcome::Paid && !completed);
    let counted = || orders.iter().filter(counted);
    let sold: Vec<i64> = counted().filter(|order| within(order.sold)).map(|order| order.gross).collect();
    let refunds = counted().filter_map(|order| order.refund).filter(|(at, _)| within(*at));
    (i64::try_from(sold.len()).unwrap(), sold.iter().sum(), refunds.map(|(_, minor)| minor).sum())
}

fn every_period_is_the_sum_of_its_days(on: Storage, cases: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let asked = (orders(), SECONDS, 0_i64..800, 1_u8..=12, any::<bool>(), any::<bool>());
    let checked = runner.run(&asked, |(orders, start, days, month, completed, whole)| {
        let (mut first, mut last) = (date(start), date(start + days * 86_400));
        if whole {
            (first, last) = (first.first_of_month(), last.last_of_month());
        }
        runtime.block_on(async {
            let books = books(on, &orders).await;
            for by in GroupBy::ALL {
                let scope = if completed { Scope::Completed } else { Scope::Paid };
                let query = SalesOverTimeQuery { by, from: Some(first), until: Some(last), scope, currency: None };
                let answer = show_sales(&books, month).execute(query).await.unwrap();
                for row in &answer.report.rows {
                    let days = row.span.days;
                    let sums = (row.amounts.orders, row.amounts.gross, row.amounts.refunded);
                    assert_eq!(sums, expected(&orders, completed, days.first(), days.last()), "{by:?} {days}");
                }
                let (before, sums) = answer.before.unwrap();
                let sums = (sums.orders, sums.gross, sums.refunded);
                assert_eq!(sums, expected(&orders, completed, before.first(), before.last()), "before {by:?}");
                let total = (answer.total.orders, answer.total.gross, answer.total.refunded);
                assert_eq!(total, expected(&orders, completed, first, last), "{by:?}");
            }
        });
        Ok(())
    });
    checked.unwrap();
}

#[test]
fn every_period_is_the_sum_of_its_days_on_sqlite() {
    every_period_is_the_sum_of_its_days(Storage::Sqlite, 24);
}

#[test]
fn every_period_is_the_sum_of_its_days_on_postgres() {
    if Storage::postgres().is_some() {
        every_period_is_the_sum_of_its_days(Storage::Postgres, 4);
    }
}

#[tokio::test]
async fn the_days_of_a_month_make_the_month() {
    let order = |sold| Order { sold, gross: 1_000, outcome: Outcome::Paid, refund: None };
    // In Auckland, the first and the last second of November 2026 and the ones beside them.
    let [begins, ends] = [1_793_444_400, 1_796_036_400];
    let orders = [order(begins - 1), order(begins), order(ends - 1), order(ends)];
    let books = books(Storage::Sqlite, &orders).await;
    let mut found = BTreeMap::new();
    for by in GroupBy::ALL {
        let day = |day| Some(Date::new(2026, 11, day).unwrap());
        let query = SalesOverTimeQuery { by, from: day(1), until: day(30), scope: Scope::Paid, currency: None };
        let answer = show_sales(&books, 4).execute(query).await.unwrap();
        found.insert(by.name(), (answer.report.rows.len(), answer.total.gross, answer.before.unwrap().1.gross));
    }
    let sums = [("day", 30), ("month", 1), ("quarter", 1), ("week", 6), ("year", 1)];
    assert_eq!(found, sums.map(|(by, rows)| (by, (rows, 2_000, 1_000))).into_iter().collect());
}
