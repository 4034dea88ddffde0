//! `/admin/reports`: the shop's figures at a glance, and the way to each report.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use chassis::web::{Admin, PageError, PageFrame, page};

use super::view_models::{Head, OverviewPage};
use crate::adapters::inbound::params::ReportRequest;
use crate::application::{ReportContext, ReportQueries};
use crate::domain::Scope;

/// The page.
#[get("/admin/reports")]
pub(crate) async fn show(
    req: HttpRequest,
    _who: Admin,
    frame: PageFrame,
    (reports, context): (Data<ReportQueries>, Data<ReportContext>),
) -> Result<HttpResponse, PageError> {
    let request = ReportRequest { scope: Some(Scope::Paid), ..ReportRequest::parse(req.query_string())? };
    let months = reports.monthly_sales(request.params, Scope::Paid).await?;
    let categories = reports.sales_by_category(request.params).await?.rows;
    let countries = reports.sales_by_country(request.params).await?.rows;
    let head = Head::new("Reports", &months, &request, &context);
    let of = context.currency_or_own(request.params.currency);
    page(&OverviewPage::new((frame, head), &months, &categories, &countries, of))
}
