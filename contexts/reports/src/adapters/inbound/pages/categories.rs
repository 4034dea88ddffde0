//! `/admin/reports/categories`: what each category brought.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use chassis::web::{Admin, PageError, PageFrame, page};

use super::view_models::{CategoriesPage, CategoryRow, Head};
use crate::adapters::inbound::csv;
use crate::adapters::inbound::params::ReportRequest;
use crate::application::{ReportContext, ReportQueries};

/// The page.
#[get("/admin/reports/categories")]
pub(crate) async fn show(
    req: HttpRequest,
    _who: Admin,
    frame: PageFrame,
    (reports, context): (Data<ReportQueries>, Data<ReportContext>),
) -> Result<HttpResponse, PageError> {
    let request = ReportRequest::parse(req.query_string())?;
    let of = context.currency_or_own(request.params.currency);
    let report = reports.sales_by_category(request.params).await?;
    let head = Head::new("Sales by category", &report, &request, &context);
    page(&CategoriesPage { frame, head, categories: report.rows.iter().map(|row| CategoryRow::new(row, of)).collect() })
}

/// The same as a file.
#[get("/admin/reports/categories.csv")]
pub(crate) async fn file(
    req: HttpRequest,
    _who: Admin,
    (reports, context): (Data<ReportQueries>, Data<ReportContext>),
) -> Result<HttpResponse, PageError> {
    let ReportRequest { params, .. } = ReportRequest::parse(req.query_string())?;
    let report = reports.sales_by_category(params).await?;
    super::file(&csv::categories(&report, context.currency_or_own(params.currency), &context.calendar))
}
