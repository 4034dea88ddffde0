//! `/admin/reports/refunds`: the money that went back, newest first, a page at a time.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use chassis::web::{Admin, PageError, PageFrame, page};

use super::head::Head;
use crate::adapters::inbound::csv;
use crate::adapters::inbound::params::{ReportQuery, cursor};
use crate::application::RefundPage;
use crate::domain::{RefundEntry, ShopCalendar};
use crate::module::ReportQueries;

#[derive(Template)]
#[template(path = "reports/refunds.html")]
struct RefundsPage {
    frame: PageFrame,
    head: Head,
    refunds: Vec<RefundRow>,
    /// The cursor of the next page.
    next: Option<String>,
}

struct RefundRow {
    order: String,
    number: String,
    amount: String,
    reason: String,
    at: String,
    of_a_sale: bool,
}

impl RefundRow {
    fn new(row: &RefundEntry, calendar: &ShopCalendar) -> Self {
        Self {
            order: row.order.to_string(),
            number: row.number.clone(),
            amount: row.amount.to_string(),
            reason: row.reason.clone(),
            at: calendar.wall_clock(row.refunded_at),
            of_a_sale: row.of_a_sale,
        }
    }
}

async fn load(req: &HttpRequest, questions: &ReportQueries) -> Result<(ReportQuery, RefundPage), PageError> {
    let question = ReportQuery::parse(req.query_string())?;
    let found = questions.refunds.execute(question.asked, question.limit, question.after.clone()).await?;
    Ok((question, found))
}

/// The page.
#[get("/admin/reports/refunds")]
pub async fn show(
    req: HttpRequest,
    _who: Admin,
    frame: PageFrame,
    questions: Data<ReportQueries>,
) -> Result<HttpResponse, PageError> {
    let (question, found) = load(&req, &questions).await?;
    let calendar = &questions.reading.calendar;
    page(&RefundsPage {
        frame,
        head: Head::new("Refunds", &found.report, &question, &questions.reading),
        refunds: found.report.rows.iter().map(|row| RefundRow::new(row, calendar)).collect(),
        next: found.next.as_ref().map(cursor),
    })
}

/// The same page as a file.
#[get("/admin/reports/refunds.csv")]
pub async fn file(req: HttpRequest, _who: Admin, questions: Data<ReportQueries>) -> Result<HttpResponse, PageError> {
    let (_, found) = load(&req, &questions).await?;
    super::file(&csv::refunds(&found, &questions.reading.calendar))
}
