//! What every report has in common: whole months of one currency, in the shop's calendar.

use std::sync::Arc;

use shared_kernel::{Clock, Currency, StoreError};

use crate::domain::{DatesError, FinancialYear, Month, MonthError, Period, PeriodError, ShopCalendar};

/// Which report; whatever was left out has its usual value.
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

/// What fills in parameters that were left out, and dates what is shown.
#[derive(Clone)]
pub struct ReportContext {
    /// The calendar that the shop follows.
    pub calendar: ShopCalendar,
    /// When the shop's financial year begins.
    pub financial_year: FinancialYear,
    /// Tells which month is the present one.
    pub clock: Arc<dyn Clock>,
    /// The shop's own currency.
    pub currency: Currency,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// That number of months cannot be shown.
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
    /// The months and the currency of a report.
    pub fn resolve(&self, params: ReportParams) -> Result<(Period, Currency), ReportError> {
        let present = self.calendar.month_of(self.clock.now())?;
        let last = params.until.unwrap_or(present);
        let period = match params.from {
            Some(first) => Period::between(first, last)?,
            None => Period::ending(last, params.months.unwrap_or(Period::DEFAULT_MONTHS))?,
        };
        Ok((period, self.currency_or_own(params.currency)))
    }

    /// The currency that was chosen, or the shop's own.
    pub fn currency_or_own(&self, chosen: Option<Currency>) -> Currency {
        chosen.unwrap_or(self.currency)
    }
}
