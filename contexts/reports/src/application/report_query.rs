//! What every question to the books has in common: a number of months, of one currency.

use std::sync::Arc;

use shared_kernel::{Clock, Currency, StoreError};

use crate::domain::{DatesError, FinancialYear, Month, MonthError, Period, PeriodError, ShopCalendar};
use crate::ports::{SalesOverTime, SalesReports};

/// What was asked; whatever was left out has its usual value.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReportParams {
    /// How many months up to the last one; usually twelve. Without meaning where the first month is given.
    pub months: Option<i64>,
    /// The first month.
    pub from: Option<Month>,
    /// The last month; usually the present one.
    pub until: Option<Month>,
    /// Which currency; usually the shop's.
    pub currency: Option<Currency>,
}

/// What answers need: the books, the calendar, the time, and the shop's own currency.
#[derive(Clone)]
pub struct ReportContext {
    /// The books.
    pub reports: Arc<dyn SalesReports>,
    /// The same books, by any span of time.
    pub over_time: Arc<dyn SalesOverTime>,
    /// The calendar that the shop follows.
    pub calendar: ShopCalendar,
    /// When the shop's financial year begins.
    pub financial_year: FinancialYear,
    /// Tells which month is the present one.
    pub clock: Arc<dyn Clock>,
    /// The currency of a question that names none.
    pub currency: Currency,
}

/// Why a question was not answered.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// So many months cannot be shown.
    #[error(transparent)]
    Months(#[from] PeriodError),
    /// These days cannot be shown.
    #[error(transparent)]
    Dates(#[from] DatesError),
    /// The clock is outside every calendar.
    #[error(transparent)]
    Clock(#[from] MonthError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ReportContext {
    /// The months and the currency that were meant.
    pub fn resolve(&self, asked: ReportParams) -> Result<(Period, Currency), ReportError> {
        let present = self.calendar.month_of(self.clock.now())?;
        let last = asked.until.unwrap_or(present);
        let period = match asked.from {
            Some(first) => Period::between(first, last)?,
            None => Period::ending(last, asked.months.unwrap_or(Period::DEFAULT_MONTHS))?,
        };
        Ok((period, asked.currency.unwrap_or(self.currency)))
    }
}
