//! `/admin/reports/sales`: any period by day, week, month, quarter or financial year, beside the period before.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use chassis::web::{Admin, PageError, PageFrame, page};
use shared_kernel::Currency;

use super::chart::{BarChart, Point};
use super::head::{Head, money};
use super::monthly::MonthRow;
use crate::adapters::inbound::{csv, params};
use crate::application::{SalesOverTimeQuery, SalesOverTimeReport};
use crate::domain::{DateRange, GroupBy, MonthAmounts, Scope, SpanSales};
use crate::module::ReportQueries;

/// More rows than that are only in the table.
const BARS: usize = 120;

#[derive(Template)]
#[template(path = "reports/sales.html")]
struct SalesPage {
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

struct SpanRow {
    sums: MonthRow,
    days: String,
    average: String,
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

fn chart(rows: &[SpanSales], of: Currency) -> BarChart {
    let newest = &rows[rows.len().saturating_sub(BARS)..];
    let point = |row: &SpanSales| Point {
        short: row.span.words.clone(),
        name: row.span.words.clone(),
        minor: row.amounts.net_of_refunds(),
    };
    let title = if newest.len() < rows.len() { format!("The newest {BARS} rows: s") } else { "S".to_owned() };
    let points: Vec<Point> = newest.iter().map(point).collect();
    BarChart::new(format!("{title}ales less refunds in {of}"), &points, of)
}

async fn load(
    req: &HttpRequest,
    questions: &ReportQueries,
) -> Result<(SalesOverTimeQuery, Currency, SalesOverTimeReport), PageError> {
    let query = params::sales_over_time(req.query_string())?;
    let of = query.currency.unwrap_or(questions.reading.currency);
    Ok((query, of, questions.over_time.execute(query).await?))
}

/// The page.
#[get("/admin/reports/sales")]
pub async fn show(
    req: HttpRequest,
    _who: Admin,
    frame: PageFrame,
    questions: Data<ReportQueries>,
) -> Result<HttpResponse, PageError> {
    let (query, of, answer) = load(&req, &questions).await?;
    let SalesOverTimeReport { days, report, total, before } = answer;
    let row = |row: &SpanSales| SpanRow::new(&row.span.name, &row.span.words, row.span.days, row.amounts, of);
    page(&SalesPage {
        frame,
        head: Head::over_time(&report, query, days, &questions.reading),
        completed: query.scope == Scope::Completed,
        by: query.by.name(),
        groups: GroupBy::ALL.map(GroupBy::name),
        chart: chart(&report.rows, of),
        rows: report.rows.iter().map(row).collect(),
        total: SpanRow::new("total", "Total", days, total, of),
        previous: before.map(|(days, sums)| SpanRow::new("previous", "Period before", days, sums, of)),
    })
}

/// The same as a file.
#[get("/admin/reports/sales.csv")]
pub async fn file(req: HttpRequest, _who: Admin, questions: Data<ReportQueries>) -> Result<HttpResponse, PageError> {
    let (_, of, answer) = load(&req, &questions).await?;
    super::file(&csv::sales_over_time(&answer.report, of, &questions.reading.calendar))
}
