//! `/admin/reports/monthly`: what each of the last months brought, as a drawing and as a table.
//!
//! Counts all paid orders unless told otherwise, as every other report does; what went back stands beside it.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use chassis::web::{Admin, PageError, PageFrame, page};
use shared_kernel::Currency;

use super::chart::{BarChart, Point};
use super::head::{Head, money};
use crate::adapters::inbound::csv;
use crate::adapters::inbound::params::ReportQuery;
use crate::domain::{MonthAmounts, MonthSales, Report, Scope};
use crate::module::ReportQueries;

/// More months than that are drawn as years.
const BARS: usize = 120;

#[derive(Template)]
#[template(path = "reports/monthly.html")]
struct MonthlyPage {
    frame: PageFrame,
    head: Head,
    completed: bool,
    chart: BarChart,
    months: Vec<MonthRow>,
    total: MonthRow,
}

pub(super) struct MonthRow {
    pub(super) month: String,
    pub(super) name: String,
    pub(super) orders: i64,
    pub(super) cancelled: i64,
    pub(super) net: String,
    pub(super) tax: String,
    pub(super) shipping: String,
    pub(super) gross: String,
    pub(super) refunded: String,
    pub(super) kept: String,
}

impl MonthRow {
    pub(super) fn new(month: String, name: String, sums: MonthAmounts, of: Currency) -> Self {
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

pub(super) fn chart(report: &Report<MonthSales>, of: Currency) -> BarChart {
    let point = |row: &MonthSales| Point {
        short: row.month.in_short(),
        name: row.month.in_words(),
        minor: row.amounts.net_of_refunds(),
    };
    let mut points: Vec<Point> = report.rows.iter().map(point).collect();
    if points.len() <= BARS {
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

async fn load(req: &HttpRequest, questions: &ReportQueries) -> Result<(ReportQuery, Report<MonthSales>), PageError> {
    let mut question = ReportQuery::parse(req.query_string())?;
    let scope = *question.scope.get_or_insert(Scope::Paid);
    let report = questions.monthly.execute(question.asked, scope).await?;
    Ok((question, report))
}

/// The page.
#[get("/admin/reports/monthly")]
pub async fn show(
    req: HttpRequest,
    _who: Admin,
    frame: PageFrame,
    questions: Data<ReportQueries>,
) -> Result<HttpResponse, PageError> {
    let (question, report) = load(&req, &questions).await?;
    let of = questions.currency(&question);
    let row = |row: &MonthSales| MonthRow::new(row.month.to_string(), row.month.in_words(), row.amounts, of);
    page(&MonthlyPage {
        frame,
        head: Head::new("Monthly sales", &report, &question, &questions.reading),
        completed: question.scope == Some(Scope::Completed),
        chart: chart(&report, of),
        months: report.rows.iter().map(row).collect(),
        total: MonthRow::new("total".to_owned(), "Total".to_owned(), report.total(), of),
    })
}

/// The same as a file.
#[get("/admin/reports/monthly.csv")]
pub async fn file(req: HttpRequest, _who: Admin, questions: Data<ReportQueries>) -> Result<HttpResponse, PageError> {
    let (question, report) = load(&req, &questions).await?;
    super::file(&csv::months(&report, questions.currency(&question), &questions.reading.calendar))
}
