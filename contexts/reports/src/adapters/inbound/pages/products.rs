//! `/admin/reports/products`: the articles that brought most.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use chassis::web::{Admin, PageError, PageFrame, page};

use super::view_models::{Head, ProductRow, ProductsPage};
use crate::adapters::inbound::csv;
use crate::adapters::inbound::params::ReportRequest;
use crate::application::{ReportContext, ReportQueries};

/// The page.
#[get("/admin/reports/products")]
pub(crate) async fn show(
    req: HttpRequest,
    _who: Admin,
    frame: PageFrame,
    (reports, context): (Data<ReportQueries>, Data<ReportContext>),
) -> Result<HttpResponse, PageError> {
    let request = ReportRequest::parse(req.query_string())?;
    let of = context.currency_or_own(request.params.currency);
    let report = reports.top_products(request.params, request.limit).await?;
    let head = Head::new("Best sellers", &report, &request, &context);
    page(&ProductsPage { frame, head, products: report.rows.iter().map(|row| ProductRow::new(row, of)).collect() })
}

/// The same as a file.
#[get("/admin/reports/products.csv")]
pub(crate) async fn file(
    req: HttpRequest,
    _who: Admin,
    (reports, context): (Data<ReportQueries>, Data<ReportContext>),
) -> Result<HttpResponse, PageError> {
    let ReportRequest { params, limit, .. } = ReportRequest::parse(req.query_string())?;
    let report = reports.top_products(params, limit).await?;
    super::file(&csv::products(&report, context.currency_or_own(params.currency), &context.calendar))
}
