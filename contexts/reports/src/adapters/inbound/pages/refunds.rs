//! `/admin/reports/refunds`: the money that went back, newest first, a page at a time.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use chassis::web::{Admin, PageError, PageFrame, page};

use super::view_models::{Head, RefundRow, RefundsPage};
use crate::adapters::inbound::csv;
use crate::adapters::inbound::params::{ReportRequest, cursor};
use crate::application::{ListRefunds, ReportContext};

/// The page.
#[get("/admin/reports/refunds")]
pub(crate) async fn show(
    req: HttpRequest,
    _who: Admin,
    frame: PageFrame,
    (refunds, context): (Data<ListRefunds>, Data<ReportContext>),
) -> Result<HttpResponse, PageError> {
    let request = ReportRequest::parse(req.query_string())?;
    let found = refunds.execute(request.params, request.limit, request.after.clone()).await?;
    page(&RefundsPage {
        frame,
        head: Head::new("Refunds", &found.report, &request, &context),
        refunds: found.report.rows.iter().map(|row| RefundRow::new(row, &context.calendar)).collect(),
        next: found.next.as_ref().map(cursor),
    })
}

/// The same as a file.
#[get("/admin/reports/refunds.csv")]
pub(crate) async fn file(
    req: HttpRequest,
    _who: Admin,
    (refunds, context): (Data<ListRefunds>, Data<ReportContext>),
) -> Result<HttpResponse, PageError> {
    let ReportRequest { params, limit, after, .. } = ReportRequest::parse(req.query_string())?;
    let found = refunds.execute(params, limit, after).await?;
    super::file(&csv::refunds(&found, &context.calendar))
}
