//! `/admin/reports`, `/admin/reports/monthly` and `/admin/reports/sales`: what spans of time brought, drawn and in a table.

use askama::Template;
use chassis::web::PageFrame;
use shared_kernel::Currency;

use super::super::messages;
use super::chart::{BarChart, Point};
use super::{Head, money};
use crate::application::{ReportContext, SalesOverTimeQuery, SalesOverTimeReport};
use crate::domain::{
    CategorySales, CountrySales, DateRange, GroupBy, MonthAmounts, MonthSales, Report, Scope, SpanSales,
};

/// More months than this are drawn as years; of other spans only the newest are drawn.
const MAX_BARS: usize = 120;
/// How many categories and countries the overview shows.
const TOP_ROWS: usize = 5;

#[derive(Template)]
#[template(path = "reports/overview.html")]
pub(crate) struct OverviewPage {
    frame: PageFrame,
    head: Head,
    chart: BarChart,
    present: MonthRow,
    total: MonthRow,
    shares: [Shares; 2],
}

/// How much of the sales each category or country has.
struct Shares {
    heading: &'static str,
    column: &'static str,
    rows: Vec<Share>,
}

struct Share {
    name: String,
    kept: String,
}

#[derive(Template)]
#[template(path = "reports/monthly.html")]
pub(crate) struct MonthlyPage {
    frame: PageFrame,
    head: Head,
    completed: bool,
    chart: BarChart,
    months: Vec<MonthRow>,
    total: MonthRow,
}

#[derive(Template)]
#[template(path = "reports/sales.html")]
pub(crate) struct SalesPage {
    frame: PageFrame,
    head: Head,
    completed: bool,
    by: &'static str,
    groups: [&'static str; 5],
    chart: BarChart,
    rows: Vec<SpanRow>,
    total: SpanRow,
    previous: Option<SpanRow>,
}

struct MonthRow {
    month: String,
    name: String,
    orders: i64,
    cancelled: i64,
    net: String,
    tax: String,
    shipping: String,
    gross: String,
    refunded: String,
    kept: String,
}

struct SpanRow {
    sums: MonthRow,
    days: String,
    average: String,
}

impl OverviewPage {
    pub(crate) fn new(
        (frame, head): (PageFrame, Head),
        months: &Report<MonthSales>,
        categories: &[CategorySales],
        countries: &[CountrySales],
        of: Currency,
    ) -> Self {
        let category = |row: &CategorySales| Share {
            name: messages::category(row.category.as_ref()),
            kept: money(row.amounts.net_of_refunds(), of),
        };
        let country = |row: &CountrySales| Share {
            name: messages::country(row.country.as_ref()),
            kept: money(row.amounts.net_of_refunds(), of),
        };
        let present = months.rows.last().map(|row| row.amounts).unwrap_or_default();
        Self {
            frame,
            head,
            chart: monthly_chart(months, of),
            present: MonthRow::new("present".to_owned(), "This month".to_owned(), present, of),
            total: MonthRow::new("total".to_owned(), "All these months".to_owned(), months.total(), of),
            shares: [
                Shares {
                    heading: "Categories",
                    column: "Category",
                    rows: categories.iter().take(TOP_ROWS).map(category).collect(),
                },
                Shares {
                    heading: "Countries",
                    column: "Country",
                    rows: countries.iter().take(TOP_ROWS).map(country).collect(),
                },
            ],
        }
    }
}

impl MonthlyPage {
    pub(crate) fn new(
        (frame, head): (PageFrame, Head),
        report: &Report<MonthSales>,
        scope: Option<Scope>,
        of: Currency,
    ) -> Self {
        let row = |row: &MonthSales| MonthRow::new(row.month.to_string(), row.month.in_words(), row.amounts, of);
        Self {
            frame,
            head,
            completed: scope == Some(Scope::Completed),
            chart: monthly_chart(report, of),
            months: report.rows.iter().map(row).collect(),
            total: MonthRow::new("total".to_owned(), "Total".to_owned(), report.total(), of),
        }
    }
}

impl SalesPage {
    pub(crate) fn new(
        frame: PageFrame,
        answer: SalesOverTimeReport,
        query: SalesOverTimeQuery,
        context: &ReportContext,
    ) -> Self {
        let SalesOverTimeReport { days, report, total, before } = answer;
        let of = context.currency_or_own(query.currency);
        let row = |row: &SpanSales| SpanRow::new(&row.span.name, &row.span.words, row.span.days, row.amounts, of);
        Self {
            frame,
            head: Head::over_time(&report, query, days, context),
            completed: query.scope == Scope::Completed,
            by: query.by.name(),
            groups: GroupBy::ALL.map(GroupBy::name),
            chart: sales_chart(&report.rows, of),
            rows: report.rows.iter().map(row).collect(),
            total: SpanRow::new("total", "Total", days, total, of),
            previous: before.map(|(days, sums)| SpanRow::new("previous", "Period before", days, sums, of)),
        }
    }
}

impl MonthRow {
    fn new(month: String, name: String, sums: MonthAmounts, of: Currency) -> Self {
        Self {
            month,
            name,
            orders: sums.orders,
            cancelled: sums.cancelled,
            net: money(sums.net, of),
            tax: money(sums.tax, of),
            shipping: money(sums.shipping, of),
            gross: money(sums.gross, of),
            refunded: money(sums.refunded, of),
            kept: money(sums.net_of_refunds(), of),
        }
    }
}

impl SpanRow {
    fn new(key: &str, name: &str, days: DateRange, sums: MonthAmounts, of: Currency) -> Self {
        Self {
            sums: MonthRow::new(key.to_owned(), name.to_owned(), sums, of),
            days: days.to_string(),
            average: sums.average_order().map_or_else(|| "–".to_owned(), |minor| money(minor, of)),
        }
    }
}

fn monthly_chart(report: &Report<MonthSales>, of: Currency) -> BarChart {
    let point = |row: &MonthSales| Point {
        short: row.month.in_short(),
        name: row.month.in_words(),
        minor: row.amounts.net_of_refunds(),
    };
    let mut points: Vec<Point> = report.rows.iter().map(point).collect();
    if points.len() <= MAX_BARS {
        return BarChart::new(format!("Sales less refunds by month in {of}"), &points, of);
    }
    let years = report.rows.chunk_by(|one, next| one.month.year() == next.month.year());
    points = years
        .map(|months| {
            let name = months[0].month.year().to_string();
            let minor = months.iter().map(|row| row.amounts.net_of_refunds()).fold(0, i64::saturating_add);
            Point { short: name.clone(), name, minor }
        })
        .collect();
    BarChart::new(format!("Sales less refunds by year in {of}"), &points, of)
}

fn sales_chart(rows: &[SpanSales], of: Currency) -> BarChart {
    let newest = &rows[rows.len().saturating_sub(MAX_BARS)..];
    let point = |row: &SpanSales| Point {
        short: row.span.words.clone(),
        name: row.span.words.clone(),
        minor: row.amounts.net_of_refunds(),
    };
    let title = if newest.len() < rows.len() { format!("The newest {MAX_BARS} rows: s") } else { "S".to_owned() };
    let points: Vec<Point> = newest.iter().map(point).collect();
    BarChart::new(format!("{title}ales less refunds in {of}"), &points, of)
}
