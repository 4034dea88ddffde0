//! What the reports answer, row by row.

use shared_kernel::{Currency, Money, OrderId, Sku, Timestamp};

use super::catalogue::Category;
use super::dates::Span;
use super::month::{Month, Period};
use super::refund::RefundId;
use super::sale::Country;
use super::totals::{GoodsAmounts, MonthAmounts, OrderAmounts};

/// What there is to say of the books as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Books {
    /// When the newest fact that is in them was stated; `None` while there is none.
    pub as_of: Option<Timestamp>,
    /// The zone in whose calendar their facts were dated; `None` while there is none.
    pub time_zone: Option<String>,
    /// Whether they are being built again, so that something is missing.
    pub rebuilding: bool,
    /// How many facts wait to be recorded.
    pub waiting: u64,
    /// Every currency in which the shop has sold, by code.
    pub currencies: Vec<Currency>,
}

/// A report: its rows, and the state of the books that they come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report<T> {
    pub books: Books,
    pub rows: Vec<T>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthSales {
    /// Which one.
    pub month: Month,
    /// What it brought.
    pub amounts: MonthAmounts,
}

/// One row of the sales over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpanSales {
    /// Which days.
    pub span: Span,
    /// What they brought.
    pub amounts: MonthAmounts,
}

/// One article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductSales {
    /// Its code.
    pub sku: Sku,
    /// What it is called today, or was when it was sold last if the catalogue does not know it.
    pub title: String,
    /// What it brought.
    pub amounts: GoodsAmounts,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategorySales {
    /// Which one; `None` gathers articles that are in none.
    pub category: Option<Category>,
    /// What it brought.
    pub amounts: GoodsAmounts,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountrySales {
    /// Which one; `None` gathers orders of which nothing had to be sent.
    pub country: Option<Country>,
    /// What it brought.
    pub amounts: OrderAmounts,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundEntry {
    /// Which one.
    pub id: RefundId,
    pub order: OrderId,
    /// The number by which people call the order.
    pub number: String,
    /// What went back.
    pub amount: Money,
    /// Why.
    pub reason: String,
    /// When.
    pub refunded_at: Timestamp,
    /// Whether the order is among the sales; money that came too late to make one is given back too.
    pub of_a_sale: bool,
}

impl Report<MonthSales> {
    /// The same report with a row for every month of the period, oldest first: a month without sales is news too.
    pub fn complete(self, period: Period) -> Self {
        let found = |month| self.rows.iter().find(|row| row.month == month).copied();
        let empty = |month| MonthSales { month, amounts: MonthAmounts::default() };
        let rows = period.months().map(|month| found(month).unwrap_or_else(|| empty(month))).collect();
        Self { rows, ..self }
    }

    /// All months together.
    pub fn total(&self) -> MonthAmounts {
        self.rows.iter().map(|row| row.amounts).fold(MonthAmounts::default(), MonthAmounts::plus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_without_sales_has_a_row_of_zeros() {
        let month = |text| Month::parse(text).unwrap();
        let october = MonthSales { month: month("2026-10"), amounts: MonthAmounts::refund(5) };
        let report = Report { books: Books::default(), rows: vec![october] };
        let report = report.complete(Period::ending(month("2026-11"), 3).unwrap());
        let rows: Vec<_> = report.rows.iter().map(|row| (row.month.to_string(), row.amounts.refunded)).collect();
        assert_eq!(rows, [("2026-09".to_owned(), 0), ("2026-10".to_owned(), 5), ("2026-11".to_owned(), 0)]);
        assert_eq!(report.total().refunded, 5);
    }
}
