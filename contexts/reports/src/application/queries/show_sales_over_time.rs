//! What did each day, week, month, quarter or financial year of a period bring, and what the period before?

use std::sync::Arc;

use jiff::civil::Date;
use shared_kernel::Currency;

use crate::application::report_context::{ReportContext, ReportError};
use crate::domain::{DateRange, GroupBy, Month, MonthAmounts, MonthSales, Period, Report, Scope, Span, SpanSales};
use crate::ports::{SalesOverTime, SalesReports};

/// Which report; whatever was left out has its usual value.
#[derive(Debug, Clone, Copy)]
pub struct SalesOverTimeQuery {
    /// What one row covers.
    pub by: GroupBy,
    /// The first day; usually that of some rows ago.
    pub from: Option<Date>,
    /// The last day; usually that of the present row.
    pub until: Option<Date>,
    /// Which orders count.
    pub scope: Scope,
    /// Which currency; usually the shop's.
    pub currency: Option<Currency>,
}

/// The sales of a period, and of the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalesOverTimeReport {
    pub days: DateRange,
    /// One row per span, oldest first, spans without sales included.
    pub report: Report<SpanSales>,
    /// All rows together.
    pub total: MonthAmounts,
    /// The period to compare with; `None` before the first year.
    pub before: Option<(DateRange, MonthAmounts)>,
}

/// Shows sales of any period beside those of the period before.
pub struct ShowSalesOverTime {
    reports: Arc<dyn SalesReports>,
    over_time: Arc<dyn SalesOverTime>,
    context: Arc<ReportContext>,
}

impl ShowSalesOverTime {
    pub fn new(reports: Arc<dyn SalesReports>, over_time: Arc<dyn SalesOverTime>, context: Arc<ReportContext>) -> Self {
        Self { reports, over_time, context }
    }

    /// The sales of the period, divided, and the total of the [period before](DateRange::before).
    pub async fn execute(&self, query: SalesOverTimeQuery) -> Result<SalesOverTimeReport, ReportError> {
        let SalesOverTimeQuery { by, from, until, scope, currency } = query;
        let (year, of) = (self.context.financial_year, self.context.currency_or_own(currency));
        let today = self.context.calendar.day_of(self.context.clock.now());
        let days = DateRange::resolve((from, until), by, year, today)?;
        let spans = days.divided(by, year)?;
        let report = self.sales(of, &spans, scope).await?;
        let total = report.rows.iter().copied().fold(MonthAmounts::default(), MonthAmounts::plus);
        let before = match days.before(today) {
            Some(days) => Some((days, self.total(of, days, scope).await?)),
            None => None,
        };
        let rows = spans.into_iter().zip(report.rows).map(|(span, amounts)| SpanSales { span, amounts }).collect();
        Ok(SalesOverTimeReport { days, report: Report { books: report.books, rows }, total, before })
    }

    async fn total(&self, of: Currency, days: DateRange, scope: Scope) -> Result<MonthAmounts, ReportError> {
        let whole = [Span { days, name: String::new(), words: String::new() }];
        let report = self.sales(of, &whole, scope).await?;
        Ok(report.rows.into_iter().fold(MonthAmounts::default(), MonthAmounts::plus))
    }

    /// Whole months are read from the monthly totals: years of sales cost no more than years of months.
    async fn sales(&self, of: Currency, spans: &[Span], scope: Scope) -> Result<Report<MonthAmounts>, ReportError> {
        let months: Option<Vec<(Month, Month)>> = spans.iter().map(|span| span.days.months()).collect();
        if let Some(months) = months {
            let ends = months.first().zip(months.last());
            if let Some(period) = ends.and_then(|((first, _), (_, last))| Period::between(*first, *last).ok()) {
                let report = self.reports.monthly(of, period, scope).await?;
                let rows = months.iter().map(|(first, last)| sum(&report.rows, *first, *last)).collect();
                return Ok(Report { books: report.books, rows });
            }
        }
        let moments =
            spans.iter().map(|span| self.context.calendar.moments(span.days)).collect::<Result<Vec<_>, _>>()?;
        Ok(self.over_time.over(of, &moments, scope).await?)
    }
}

fn sum(months: &[MonthSales], first: Month, last: Month) -> MonthAmounts {
    let within = months.iter().filter(|row| (first..=last).contains(&row.month));
    within.map(|row| row.amounts).fold(MonthAmounts::default(), MonthAmounts::plus)
}
