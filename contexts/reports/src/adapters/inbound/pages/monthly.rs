//! `/admin/reports/monthly`: what each of the last months brought, as a drawing and as a table.
//!
//! Counts all paid orders unless told otherwise, as every other report does; what went back stands beside it.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use chassis::web::{Admin, PageError, PageFrame, page};

use super::view_models::{Head, MonthlyPage};
use crate::adapters::inbound::csv;
use crate::adapters::inbound::params::ReportRequest;
use crate::application::{ReportContext, ReportQueries};
use crate::domain::{MonthSales, Report, Scope};

async fn load(req: &HttpRequest, reports: &ReportQueries) -> Result<(ReportRequest, Report<MonthSales>), PageError> {
    let mut request = ReportRequest::parse(req.query_string())?;
    let scope = *request.scope.get_or_insert(Scope::Paid);
    let report = reports.monthly_sales(request.params, scope).await?;
    Ok((request, report))
}

/// The page.
#[get("/admin/reports/monthly")]
pub(crate) async fn show(
    req: HttpRequest,
    _who: Admin,
    frame: PageFrame,
    (reports, context): (Data<ReportQueries>, Data<ReportContext>),
) -> Result<HttpResponse, PageError> {
    let (request, report) = load(&req, &reports).await?;
    let of = context.currency_or_own(request.params.currency);
    let head = Head::new("Monthly sales", &report, &request, &context);
    page(&MonthlyPage::new((frame, head), &report, request.scope, of))
}

/// The same as a file.
#[get("/admin/reports/monthly.csv")]
pub(crate) async fn file(
    req: HttpRequest,
    _who: Admin,
    (reports, context): (Data<ReportQueries>, Data<ReportContext>),
) -> Result<HttpResponse, PageError> {
    let (request, report) = load(&req, &reports).await?;
    super::file(&csv::months(&report, context.currency_or_own(request.params.currency), &context.calendar))
}
