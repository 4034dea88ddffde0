//! What a sale is in the reports: facts about orders, and the totals that follow from them.
//!
//! Reading order: [`month`], [`dates`] and [`calendar`] (when), [`sale`] and [`refund`] (what), [`history`] (all that is known of
//! one order, in whatever order it was learned, and what each piece of news adds to the totals), [`totals`] (the sums
//! that reports read), [`catalogue`] (which category an article is in), [`report`] (what the reports answer).
//!
//! Nothing here knows of events, rows or pages. The totals do not depend on the order in which facts arrive.

pub mod calendar;
pub mod catalogue;
pub mod dates;
pub mod history;
pub mod month;
pub mod refund;
pub mod report;
pub mod sale;
mod shares;
pub mod totals;

pub use calendar::{Moments, ShopCalendar, UnknownZone};
pub use catalogue::{Article, CatalogueEntry, Category};
pub use dates::{DateRange, DatesError, DayOf, FinancialYear, GroupBy, Span, parse_day};
pub use history::{Contradiction, Contribution, Fact, Learned, OrderHistory};
pub use month::{Month, MonthError, Period, PeriodError};
pub use refund::{Refund, RefundId};
pub use report::{Books, CategorySales, CountrySales, MonthSales, ProductSales, RefundEntry, Report, SpanSales};
pub use sale::{Country, Outcome, Sale, SaleAmounts, SaleError, SaleLine};
pub use totals::{CountryKey, GoodsAmounts, GoodsKey, MonthAmounts, MonthKey, OrderAmounts, Postings, Scope};
