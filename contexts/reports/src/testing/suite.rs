//! What every pair of adapters of [`SalesLedger`] and [`SalesReports`] over the same books must do.
//!
//! Panics, with a sentence, where one does not.

use async_trait::async_trait;
use shared_kernel::{Cause, Currency, Limit, StoreError, Timestamp};

use super::InMemoryBooks;
use super::builders::{a_product, a_refund, a_sale, fact_about, noon};
use crate::domain::{Contradiction, Fact, Month, MonthAmounts, Outcome, Period, Scope};
use crate::ports::{Added, FactAdded, ProductStated, RefundPlace, SalesLedger, SalesReports};

/// Books: both ports over the same facts, and messages that can be their cause.
#[async_trait]
pub trait Books: Send + Sync {
    /// Takes facts in.
    fn ledger(&self) -> &dyn SalesLedger;
    /// Answers questions.
    fn reports(&self) -> &dyn SalesReports;
    /// A message that has been delivered and not handled yet.
    async fn cause(&self) -> Cause;
}

#[async_trait]
impl Books for InMemoryBooks {
    fn ledger(&self) -> &dyn SalesLedger {
        self
    }
    fn reports(&self) -> &dyn SalesReports {
        self
    }
    async fn cause(&self) -> Cause {
        chassis::testing::a_cause("record-sales")
    }
}

/// Six months up to November 2026.
pub fn half_a_year() -> Period {
    let november = Month::parse("2026-11").unwrap_or_else(|error| panic!("{error}"));
    Period::ending(november, 6).unwrap_or_else(|error| panic!("{error}"))
}

async fn month(books: &dyn Books, scope: Scope, text: &str) -> MonthAmounts {
    let report =
        books.reports().monthly(Currency::NZD, half_a_year(), scope).await.unwrap_or_else(|error| panic!("{error}"));
    let row = report.rows.iter().find(|row| row.month.to_string() == text);
    row.map_or_else(MonthAmounts::default, |row| row.amounts)
}

async fn add(books: &dyn Books, fact: FactAdded) -> Added {
    books.ledger().add(fact).await.unwrap_or_else(|error| panic!("{error:?}"))
}

fn a_kea(number: u64) -> FactAdded {
    a_sale(number).line("KEA-14", 2, 11_500, 1_500).shipping(1_150, 150).added()
}

/// Facts of an order make the same totals in whatever order they come, and repeats change nothing.
pub async fn facts_are_accepted_in_any_order(books: &dyn Books) {
    let refund = || a_refund(1, "r-1", 500, "2026-10-05T00:00:00Z");
    assert_eq!(add(books, refund()).await, Added::News);
    assert_eq!(add(books, fact_about(1, Fact::Completed(noon()))).await, Added::News);
    assert_eq!(month(books, Scope::Paid, "2026-10").await, MonthAmounts::default(), "a refund without a sale counts");
    assert_eq!(add(books, a_kea(1)).await, Added::News);
    for scope in [Scope::Paid, Scope::Completed] {
        let november = month(books, scope, "2026-11").await;
        assert_eq!((november.orders, november.net, november.tax), (1, 11_000, 1_650));
        assert_eq!((november.gross, november.shipping, november.refunded), (12_650, 1_150, 0));
        assert_eq!(month(books, scope, "2026-10").await, MonthAmounts::refund(500));
    }
    assert_eq!(add(books, fact_about(1, Fact::Cancelled(noon()))).await, Added::News);
    assert_eq!(month(books, Scope::Paid, "2026-11").await.cancelled, 1);
    for again in [a_kea(1), refund(), fact_about(1, Fact::Completed(noon())), fact_about(1, Fact::Cancelled(noon()))] {
        assert_eq!(add(books, again).await, Added::NoNews);
    }
    assert_eq!(month(books, Scope::Paid, "2026-11").await.orders, 1, "a repeat was counted");
}

/// A cause has its effect once, and a contradiction leaves the books and the cause alone.
pub async fn a_cause_has_its_effect_once(books: &dyn Books) {
    let sale = FactAdded { cause: Some(books.cause().await), ..a_kea(1) };
    assert_eq!(add(books, sale.clone()).await, Added::News);
    let again = books.ledger().add(sale).await;
    assert!(matches!(again, Err(StoreError::AlreadyHandled)), "{again:?}");
    let cause = Some(books.cause().await);
    let stated = ProductStated { cause: cause.clone(), ..a_product(1, 1, "Birds", &["KEA-14"]) };
    books.ledger().keep_product(stated.clone()).await.unwrap_or_else(|error| panic!("{error:?}"));
    let again = books.ledger().keep_product(stated).await;
    assert!(matches!(again, Err(StoreError::AlreadyHandled)), "{again:?}");
    let mut other = FactAdded { cause: Some(books.cause().await), ..a_sale(1).line("KEA-14", 1, 100, 13).added() };
    assert_eq!(add(books, other.clone()).await, Added::Contradiction(Contradiction::Sale));
    other.order = a_kea(2).order;
    let Fact::Sold { sale, .. } = &mut other.fact else { panic!("not a sale") };
    sale.order = other.order;
    assert_eq!(add(books, other).await, Added::News, "the contradiction has used its cause up");
    assert_eq!(month(books, Scope::Paid, "2026-11").await.gross, 12_650 + 100);
}

/// Void orders are kept and counted nowhere.
pub async fn void_orders_count_nowhere(books: &dyn Books) {
    let void = a_sale(1).line("KEA-14", 2, 11_500, 1_500).outcome(Outcome::Void).added();
    assert_eq!(add(books, void).await, Added::News);
    assert_eq!(add(books, a_refund(1, "r-1", 500, "2026-11-05T00:00:00Z")).await, Added::News);
    let completed = a_sale(2).line("KEA-14", 1, 5_750, 750).outcome(Outcome::Completed).added();
    assert_eq!(add(books, completed).await, Added::News);
    for scope in [Scope::Paid, Scope::Completed] {
        let november = month(books, scope, "2026-11").await;
        assert_eq!((november.orders, november.gross, november.refunded), (1, 5_750, 0));
    }
    let products = books.reports().top_products(Currency::NZD, half_a_year(), Limit::DEFAULT).await;
    assert_eq!(products.unwrap_or_else(|error| panic!("{error}")).rows[0].amounts.quantity, 1);
}

/// Currencies never meet, and a report says which there are and how fresh it is.
pub async fn currencies_are_kept_apart(books: &dyn Books) {
    let euro = Currency::parse("EUR").unwrap_or_else(|error| panic!("{error}"));
    let empty =
        books.reports().monthly(euro, half_a_year(), Scope::Paid).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((empty.books.as_of, empty.books.currencies, empty.rows), (None, vec![], vec![]));
    add(books, a_kea(1)).await;
    add(books, a_sale(2).currency("EUR").line("KEA-14", 1, 999, 99).at("2026-11-01T00:00:00Z").added()).await;
    let report =
        books.reports().monthly(euro, half_a_year(), Scope::Paid).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.rows.iter().map(|row| row.amounts.gross).collect::<Vec<_>>(), [999]);
    assert_eq!(report.books.currencies.iter().map(|currency| currency.code()).collect::<Vec<_>>(), ["EUR", "NZD"]);
    assert_eq!(report.books.as_of, Some(noon()), "an older fact made the report look older");
    let by_country = books.reports().by_country(euro, half_a_year()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(by_country.rows.iter().map(|row| row.amounts.gross).collect::<Vec<_>>(), [999]);
}

/// Articles carry their past sales into their present category.
pub async fn past_sales_follow_their_article_to_its_category(books: &dyn Books) {
    let categories = || async {
        let report =
            books.reports().by_category(Currency::NZD, half_a_year()).await.unwrap_or_else(|error| panic!("{error}"));
        let name = |row: &crate::domain::CategorySales| row.category.as_ref().map(|c| c.as_str().to_owned());
        report.rows.iter().map(|row| (name(row), row.amounts.gross)).collect::<Vec<_>>()
    };
    let keep = |stated| async { books.ledger().keep_product(stated).await.unwrap_or_else(|error| panic!("{error:?}")) };
    keep(a_product(1, 1, "Laptops", &["KEA-14"])).await;
    add(books, a_kea(1)).await;
    add(books, a_sale(2).line("TUI", 1, 300, 39).at("2026-08-20T00:00:00Z").added()).await;
    assert_eq!(categories().await, [(Some("Laptops".into()), 11_500), (None, 300)]);
    keep(a_product(2, 5, "Birds", &["TUI"])).await;
    keep(a_product(1, 2, "Birds", &["KEA-14"])).await;
    assert_eq!(categories().await, [(Some("Birds".into()), 11_800)]);
    keep(a_product(1, 1, "Laptops", &["KEA-14"])).await;
    assert_eq!(categories().await, [(Some("Birds".into()), 11_800)], "an older statement was believed");
    keep(a_product(1, 3, "", &["KEA-15"])).await;
    assert_eq!(categories().await, [(Some("Birds".into()), 11_800)], "an article that left its product lost its place");
    keep(a_product(1, 4, "", &["KEA-14"])).await;
    assert_eq!(categories().await, [(None, 11_500), (Some("Birds".into()), 300)]);
}

/// The best articles come first, by their present names, within the months asked for.
pub async fn the_best_articles_come_first(books: &dyn Books) {
    add(books, a_sale(1).line("KEA-14", 1, 300, 39).line("TUI", 5, 900, 117).line("KEA-14", 1, 300, 39).added()).await;
    add(books, a_sale(2).line("WETA", 1, 600, 78).at("2026-08-20T00:00:00Z").added()).await;
    add(books, a_sale(3).line("MOA", 1, 99_900, 13_030).at("2025-08-20T00:00:00Z").added()).await;
    books.ledger().keep_product(a_product(1, 1, "Birds", &["TUI"])).await.unwrap_or_else(|error| panic!("{error:?}"));
    let best = |limit| async move {
        let limit = Limit::new(limit).unwrap_or_else(|error| panic!("{error}"));
        let report = books.reports().top_products(Currency::NZD, half_a_year(), limit).await;
        let rows = report.unwrap_or_else(|error| panic!("{error}")).rows.into_iter();
        rows.map(|row| (row.sku.to_string(), row.title, row.amounts.quantity, row.amounts.gross)).collect::<Vec<_>>()
    };
    let row = |sku: &str, title: &str, quantity, gross| (sku.to_owned(), title.to_owned(), quantity, gross);
    let all = [
        row("TUI", "TUI in the catalogue", 5, 900),
        row("KEA-14", "KEA-14 as sold", 2, 600),
        row("WETA", "WETA as sold", 1, 600),
    ];
    assert_eq!(best(10).await, all);
    assert_eq!(best(2).await, all[..2]);
}

/// Countries are told apart, and orders of which nothing was sent have a row of their own.
pub async fn countries_are_told_apart(books: &dyn Books) {
    add(books, a_kea(1)).await;
    add(books, a_kea(2)).await;
    add(books, a_sale(3).country("AU").line("TUI", 1, 300, 39).added()).await;
    add(books, a_sale(4).country("").line("E-BOOK", 1, 400, 52).added()).await;
    let report =
        books.reports().by_country(Currency::NZD, half_a_year()).await.unwrap_or_else(|error| panic!("{error}"));
    let name = |row: &crate::domain::CountrySales| row.country.as_ref().map(|c| c.as_str().to_owned());
    let rows: Vec<_> = report.rows.iter().map(|row| (name(row), row.amounts.orders, row.amounts.gross)).collect();
    assert_eq!(rows, [(Some("NZ".into()), 2, 25_300), (None, 1, 400), (Some("AU".into()), 1, 300)]);
}

/// Refunds come newest first, page by page, and say whether their order is a sale.
pub async fn refunds_come_newest_first(books: &dyn Books) {
    add(books, a_kea(1)).await;
    add(books, a_refund(1, "r-1", 100, "2026-11-01T00:00:00Z")).await;
    add(books, a_refund(1, "r-2", 300, "2026-11-03T00:00:00Z")).await;
    add(books, a_refund(2, "r-2", 200, "2026-11-03T00:00:00Z")).await;
    add(books, a_refund(1, "r-0", 900, "2025-11-03T00:00:00Z")).await;
    let page = |limit, after: Option<RefundPlace>| async move {
        let limit = Limit::new(limit).unwrap_or_else(|error| panic!("{error}"));
        let report = books.reports().refunds(Currency::NZD, half_a_year(), limit, after).await;
        report.unwrap_or_else(|error| panic!("{error}")).rows
    };
    let names = |rows: &[crate::domain::RefundEntry]| {
        rows.iter().map(|row| (row.id.as_str().to_owned(), row.of_a_sale)).collect::<Vec<_>>()
    };
    let all = [("r-2".to_owned(), false), ("r-2".to_owned(), true), ("r-1".to_owned(), true)];
    let first = page(2, None).await;
    assert_eq!(names(&first), all, "one more than asked for says that there are more");
    assert_eq!((first[0].number.as_str(), first[0].amount.minor()), ("2", 200));
    let place = RefundPlace { refunded_at: first[1].refunded_at, order: first[1].order, id: first[1].id.clone() };
    assert_eq!(names(&page(2, Some(place)).await), all[2..]);
    assert_eq!(
        first[0].refunded_at,
        Timestamp::parse("2026-11-03T00:00:00Z").unwrap_or_else(|error| panic!("{error}"))
    );
}

/// Why money went back is forgotten for one order and no other, and no figure changes by it.
pub async fn reasons_are_forgotten(books: &dyn Books) {
    for order in [1, 2] {
        add(books, a_kea(order)).await;
        add(books, a_refund(order, "r-1", 100, "2026-11-01T00:00:00Z")).await;
    }
    let refunds = || async {
        let report = books.reports().refunds(Currency::NZD, half_a_year(), Limit::DEFAULT, None).await;
        let rows = report.unwrap_or_else(|error| panic!("{error}")).rows;
        rows.into_iter().map(|row| (row.order, row.amount.minor(), row.reason)).collect::<Vec<_>>()
    };
    let before = refunds().await;
    let order = before[0].0;
    let cause = books.cause().await;
    let forgotten = books.ledger().forget_reasons(order, Some(cause.clone())).await;
    forgotten.unwrap_or_else(|error| panic!("{error}"));
    let after = refunds().await;
    let expected = (order, before[0].1, "erased".to_owned());
    assert_eq!((&after[0], &after[1]), (&expected, &before[1]));
    let again = books.ledger().forget_reasons(order, Some(cause)).await;
    assert!(matches!(again, Err(StoreError::AlreadyHandled)), "{again:?}");
}

/// What goes back is taken from articles, categories and countries in its own month, and all reports agree on the money.
pub async fn what_goes_back_is_not_counted_as_kept(books: &dyn Books) {
    add(books, a_kea(1)).await;
    add(books, a_sale(2).line("TUI", 1, 300, 39).added()).await;
    add(books, a_sale(3).line("TUI", 2, 600, 78).added()).await;
    // The first order goes back in full, in the month after; of the third a third.
    add(books, a_refund(1, "r-1", 12_650, "2026-11-20T00:00:00Z")).await;
    add(books, fact_about(1, Fact::Cancelled(noon()))).await;
    add(books, a_refund(3, "r-3", 200, "2026-11-21T00:00:00Z")).await;
    let (reports, period) = (books.reports(), half_a_year());
    let products = reports.top_products(Currency::NZD, period, Limit::DEFAULT).await;
    let products = products.unwrap_or_else(|error| panic!("{error}")).rows;
    let row = |row: &crate::domain::ProductSales| {
        let sums = row.amounts;
        (row.sku.to_string(), sums.quantity, sums.returned, sums.gross, sums.refunded, sums.net_of_refunds())
    };
    let rows: Vec<_> = products.iter().map(row).collect();
    assert_eq!(rows, [("TUI".into(), 3, 0, 900, 200, 700), ("KEA-14".into(), 2, 2, 11_500, 11_500, 0)]);
    let countries = reports.by_country(Currency::NZD, period).await.unwrap_or_else(|error| panic!("{error}")).rows;
    let kept: i64 = countries.iter().map(|row| row.amounts.net_of_refunds()).sum();
    let months = reports.monthly(Currency::NZD, period, Scope::Paid).await.unwrap_or_else(|error| panic!("{error}"));
    let refunds = reports.refunds(Currency::NZD, period, Limit::DEFAULT, None).await;
    let refunds = refunds.unwrap_or_else(|error| panic!("{error}")).rows;
    let refunded: i64 = refunds.iter().filter(|row| row.of_a_sale).map(|row| row.amount.minor()).sum();
    assert_eq!((kept, refunded), (months.total().net_of_refunds(), months.total().refunded));
    assert_eq!(kept, 700);
}
