//! One function per call: parse the parameters, ask one use case, render as JSON or CSV.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, ResponseError, get};
use chassis::web::{Admin, Problem, json_with_etag};
use serde::Serialize;

use super::dto::{
    self, CategoryView, CountryView, GroupByWord, MonthlySalesView, MonthsParams, ProductView, RefundView, ReportView,
    SalesOverTimeView, ScopeWord,
};
use crate::adapters::inbound::csv::{self, Table};
use crate::adapters::inbound::params::{self, ReportRequest};
use crate::application::{ListRefunds, ReportContext, ReportQueries, SalesOverTimeReport, ShowSalesOverTime};
use crate::domain::Scope;

/// Sales of the last months, oldest first, the present month last; months without sales are there too.
#[utoipa::path(
    tag = "reports", operation_id = "monthly_sales", security(("bearer" = ["admin"])),
    params(
        MonthsParams,
        ("status" = Option<ScopeWord>, Query, description = "`paid` (usual): all orders whose money arrived; `completed`: delivered ones only"),
    ),
    responses(
        (status = 200, description = "The months", content((MonthlySalesView = "application/json"), (String = "text/csv"))),
        (status = 304),
    ),
)]
#[get("/api/reports/v1/monthly-sales")]
pub(crate) async fn monthly_sales(
    req: HttpRequest,
    _who: Admin,
    (reports, context): (Data<ReportQueries>, Data<ReportContext>),
) -> Result<HttpResponse, Problem> {
    let ReportRequest { params, scope, .. } = ReportRequest::parse(req.query_string())?;
    let (scope, of) = (scope.unwrap_or(Scope::Paid), context.currency_or_own(params.currency));
    let report = reports.monthly_sales(params, scope).await?;
    let table = |report: &_| csv::months(report, of, &context.calendar);
    Ok(respond(&req, report, table, |report| MonthlySalesView::new(report, scope, of, &context)))
}

/// Sales of any period by day, week, month, quarter or financial year, beside those of the period before.
#[utoipa::path(
    tag = "reports", operation_id = "sales_over_time", security(("bearer" = ["admin"])),
    params(
        ("by" = Option<GroupByWord>, Query, description = "What one row covers; usually a day"),
        ("from" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$", description = "The first day, such as 2016-01-05, or month; usually 30 days, 12 weeks or months, 8 quarters or 5 years up to `until`"),
        ("until" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$", description = "The last day, or month; usually the end of the present row"),
        ("status" = Option<ScopeWord>, Query, description = "`paid` (usual): all orders whose money arrived; `completed`: delivered ones only"),
        ("currency" = Option<String>, Query, pattern = "^[A-Z]{3}$", description = "Usually the shop's"),
    ),
    responses(
        (status = 200, description = "The rows", content((SalesOverTimeView = "application/json"), (String = "text/csv"))),
        (status = 304),
    ),
)]
#[get("/api/reports/v1/sales")]
pub(crate) async fn sales_over_time(
    req: HttpRequest,
    _who: Admin,
    (sales, context): (Data<ShowSalesOverTime>, Data<ReportContext>),
) -> Result<HttpResponse, Problem> {
    let query = params::sales_over_time(req.query_string())?;
    let of = context.currency_or_own(query.currency);
    let answer = sales.execute(query).await?;
    let table = |answer: &SalesOverTimeReport| csv::sales_over_time(&answer.report, of, &context.calendar);
    Ok(respond(&req, answer, table, |answer| SalesOverTimeView::new(answer, query, of, &context)))
}

/// The articles that brought most, best first.
#[utoipa::path(
    tag = "reports", operation_id = "top_products", security(("bearer" = ["admin"])),
    params(
        MonthsParams,
        ("limit" = Option<i64>, Query),
    ),
    responses(
        (status = 200, description = "The articles", content((ReportView<ProductView> = "application/json"), (String = "text/csv"))),
        (status = 304),
    ),
)]
#[get("/api/reports/v1/top-products")]
pub(crate) async fn top_products(
    req: HttpRequest,
    _who: Admin,
    (reports, context): (Data<ReportQueries>, Data<ReportContext>),
) -> Result<HttpResponse, Problem> {
    let ReportRequest { params, limit, .. } = ReportRequest::parse(req.query_string())?;
    let of = context.currency_or_own(params.currency);
    let report = reports.top_products(params, limit).await?;
    let table = |report: &_| csv::products(report, of, &context.calendar);
    Ok(respond(&req, report, table, |report| dto::products(report, of, &context)))
}

/// What each category brought, best first. Shipping belongs to none and is left out.
#[utoipa::path(
    tag = "reports", operation_id = "sales_by_category", security(("bearer" = ["admin"])),
    params(MonthsParams),
    responses(
        (status = 200, description = "The categories", content((ReportView<CategoryView> = "application/json"), (String = "text/csv"))),
        (status = 304),
    ),
)]
#[get("/api/reports/v1/sales-by-category")]
pub(crate) async fn sales_by_category(
    req: HttpRequest,
    _who: Admin,
    (reports, context): (Data<ReportQueries>, Data<ReportContext>),
) -> Result<HttpResponse, Problem> {
    let ReportRequest { params, .. } = ReportRequest::parse(req.query_string())?;
    let of = context.currency_or_own(params.currency);
    let report = reports.sales_by_category(params).await?;
    let table = |report: &_| csv::categories(report, of, &context.calendar);
    Ok(respond(&req, report, table, |report| dto::categories(report, of, &context)))
}

/// What each country brought, best first, shipping included.
#[utoipa::path(
    tag = "reports", operation_id = "sales_by_country", security(("bearer" = ["admin"])),
    params(MonthsParams),
    responses(
        (status = 200, description = "The countries", content((ReportView<CountryView> = "application/json"), (String = "text/csv"))),
        (status = 304),
    ),
)]
#[get("/api/reports/v1/sales-by-country")]
pub(crate) async fn sales_by_country(
    req: HttpRequest,
    _who: Admin,
    (reports, context): (Data<ReportQueries>, Data<ReportContext>),
) -> Result<HttpResponse, Problem> {
    let ReportRequest { params, .. } = ReportRequest::parse(req.query_string())?;
    let of = context.currency_or_own(params.currency);
    let report = reports.sales_by_country(params).await?;
    let table = |report: &_| csv::countries(report, of, &context.calendar);
    Ok(respond(&req, report, table, |report| dto::countries(report, of, &context)))
}

/// The refunds given in the last months, newest first, a page at a time.
#[utoipa::path(
    tag = "reports", operation_id = "refunds", security(("bearer" = ["admin"])),
    params(
        MonthsParams,
        ("limit" = Option<i64>, Query),
        ("cursor" = Option<String>, Query),
    ),
    responses(
        (status = 200, description = "The refunds", content((ReportView<RefundView> = "application/json"), (String = "text/csv"))),
        (status = 304),
    ),
)]
#[get("/api/reports/v1/refunds")]
pub(crate) async fn refunds(
    req: HttpRequest,
    _who: Admin,
    (refunds, context): (Data<ListRefunds>, Data<ReportContext>),
) -> Result<HttpResponse, Problem> {
    let ReportRequest { params, limit, after, .. } = ReportRequest::parse(req.query_string())?;
    let of = context.currency_or_own(params.currency);
    let page = refunds.execute(params, limit, after).await?;
    let table = |page: &_| csv::refunds(page, &context.calendar);
    Ok(respond(&req, page, table, |page| dto::refunds(page, of, &context)))
}

/// The report as the file or the JSON that the caller prefers.
fn respond<R, V: Serialize>(
    req: &HttpRequest,
    report: R,
    table: impl FnOnce(&R) -> Table,
    view: impl FnOnce(R) -> V,
) -> HttpResponse {
    if csv::wanted(req) {
        return table(&report).answer().unwrap_or_else(|error| Problem::internal(error).error_response());
    }
    json_with_etag(req, &view(report))
}
