//! `/admin/reports/sales`: any period by day, week, month, quarter or financial year, beside the period before.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use chassis::web::{Admin, PageError, PageFrame, page};

use super::view_models::SalesPage;
use crate::adapters::inbound::{csv, params};
use crate::application::{ReportContext, ShowSalesOverTime};

/// The page.
#[get("/admin/reports/sales")]
pub(crate) async fn show(
    req: HttpRequest,
    _who: Admin,
    frame: PageFrame,
    (sales, context): (Data<ShowSalesOverTime>, Data<ReportContext>),
) -> Result<HttpResponse, PageError> {
    let query = params::sales_over_time(req.query_string())?;
    page(&SalesPage::new(frame, sales.execute(query).await?, query, &context))
}

/// The same as a file.
#[get("/admin/reports/sales.csv")]
pub(crate) async fn file(
    req: HttpRequest,
    _who: Admin,
    (sales, context): (Data<ShowSalesOverTime>, Data<ReportContext>),
) -> Result<HttpResponse, PageError> {
    let query = params::sales_over_time(req.query_string())?;
    let answer = sales.execute(query).await?;
    super::file(&csv::sales_over_time(&answer.report, context.currency_or_own(query.currency), &context.calendar))
}
