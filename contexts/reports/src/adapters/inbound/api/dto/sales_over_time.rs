//! Sales over time: what the API answers. Fields are added, never changed or taken away.

use chassis::web::MoneyView;
use serde::Serialize;
use shared_kernel::Currency;
use utoipa::ToSchema;

use super::{GroupByWord, MonthTotalView, ReportView, ScopeWord, money};
use crate::application::{ReportContext, SalesOverTimeQuery, SalesOverTimeReport};
use crate::domain::{DateRange, MonthAmounts, SpanSales};

/// Sales of a period, divided, and of the period before.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SalesOverTime)]
pub(crate) struct SalesOverTimeView {
    /// Which orders are counted: `paid` are all whose money arrived, `completed` those of them that were delivered.
    #[schema(value_type = ScopeWord, example = "paid")]
    pub status: &'static str,
    /// What one row covers.
    #[schema(value_type = GroupByWord, example = "week")]
    pub by: &'static str,
    /// The whole period.
    pub total: SpanTotalView,
    /// The period to compare with: as long, and right before. Days that are yet to come are not compared. Null before the
    /// first year.
    pub previous: Option<SpanTotalView>,
    /// The report, oldest row first.
    #[serde(flatten)]
    pub report: ReportView<SpanView>,
}

/// What a span of days brought.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PeriodTotal)]
pub(crate) struct SpanTotalView {
    /// The first day in the shop's calendar.
    #[schema(format = Date, example = "2026-11-16")]
    pub from: String,
    /// The last day.
    #[schema(format = Date, example = "2026-11-22")]
    pub until: String,
    /// Gross by the number of orders, to the nearest minor unit; null without orders.
    pub average_order: Option<MoneyView>,
    /// What it brought.
    #[serde(flatten)]
    pub sums: MonthTotalView,
}

/// One row.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PeriodSales)]
pub(crate) struct SpanView {
    /// `2026-11-22`, `2026-W47` (ISO 8601), `2026-11`, `2026-Q4`, `2026` or, for a financial year, `2026/27`.
    #[schema(example = "2026-W47")]
    pub period: String,
    /// Its days and what they brought. The first and the last row end where the report does.
    #[serde(flatten)]
    pub total: SpanTotalView,
}

impl SpanTotalView {
    fn new(days: DateRange, sums: MonthAmounts, of: Currency) -> Self {
        Self {
            from: days.first().to_string(),
            until: days.last().to_string(),
            average_order: sums.average_order().map(|minor| money(minor, of)),
            sums: MonthTotalView::new(sums, of),
        }
    }
}

impl SalesOverTimeView {
    /// Renders the report.
    pub(crate) fn new(
        answer: SalesOverTimeReport,
        query: SalesOverTimeQuery,
        of: Currency,
        context: &ReportContext,
    ) -> Self {
        let SalesOverTimeReport { days, report, total, before } = answer;
        let item = |row: SpanSales| SpanView {
            period: row.span.name,
            total: SpanTotalView::new(row.span.days, row.amounts, of),
        };
        Self {
            status: query.scope.name(),
            by: query.by.name(),
            total: SpanTotalView::new(days, total, of),
            previous: before.map(|(days, sums)| SpanTotalView::new(days, sums, of)),
            report: ReportView::new(report, of, context, item),
        }
    }
}
