//! One function per call: parse the question, ask, render as JSON or CSV.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, ResponseError, get};
use chassis::web::{Admin, Problem, json_with_etag};

use super::over_time::SalesOverTimeView;
use super::views::{
    self, CategoryView, CountryView, GroupByWord, MonthlySalesView, ProductView, RefundView, ReportView, ScopeWord,
};
use crate::adapters::inbound::csv::{self, Table};
use crate::adapters::inbound::params::{self, ReportQuery};
use crate::domain::Scope;
use crate::module::ReportQueries;

/// Sales of the last months, oldest first, the present month last; months without sales are there too.
#[utoipa::path(
    tag = "reports", operation_id = "monthly_sales", security(("bearer" = ["admin"])),
    params(
        ("months" = Option<i64>, Query, minimum = 1, maximum = 120, description = "How many up to `until`, usually 12"),
        ("from" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}$", description = "The first month, such as 2016-01; takes the place of `months`"),
        ("until" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}$", description = "The last month, usually the present one"),
        ("status" = Option<ScopeWord>, Query, description = "`paid` (usual): all orders whose money arrived; `completed`: delivered ones only"),
        ("currency" = Option<String>, Query, pattern = "^[A-Z]{3}$", description = "Usually the shop's"),
    ),
    responses(
        (status = 200, description = "The months", content((MonthlySalesView = "application/json"), (String = "text/csv"))),
        (status = 304),
    ),
)]
#[get("/api/reports/v1/monthly-sales")]
pub async fn monthly_sales(req: HttpRequest, _who: Admin, ask: Data<ReportQueries>) -> Result<HttpResponse, Problem> {
    let question = ReportQuery::parse(req.query_string())?;
    let scope = question.scope.unwrap_or(Scope::Paid);
    let report = ask.monthly.execute(question.asked, scope).await?;
    let of = ask.currency(&question);
    if csv::wanted(&req) {
        return Ok(file(&csv::months(&report, of, &ask.reading.calendar)));
    }
    Ok(json_with_etag(&req, &MonthlySalesView::new(report, scope, of, &ask.reading)))
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
pub async fn sales_over_time(req: HttpRequest, _who: Admin, ask: Data<ReportQueries>) -> Result<HttpResponse, Problem> {
    let query = params::sales_over_time(req.query_string())?;
    let answer = ask.over_time.execute(query).await?;
    let of = query.currency.unwrap_or(ask.reading.currency);
    if csv::wanted(&req) {
        return Ok(file(&csv::sales_over_time(&answer.report, of, &ask.reading.calendar)));
    }
    Ok(json_with_etag(&req, &SalesOverTimeView::new(answer, query, of, &ask.reading)))
}

/// The articles that brought most, best first.
#[utoipa::path(
    tag = "reports", operation_id = "top_products", security(("bearer" = ["admin"])),
    params(
        ("months" = Option<i64>, Query, minimum = 1, maximum = 120, description = "How many up to `until`, usually 12"),
        ("from" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}$", description = "The first month, such as 2016-01; takes the place of `months`"),
        ("until" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}$", description = "The last month, usually the present one"),
        ("currency" = Option<String>, Query, pattern = "^[A-Z]{3}$", description = "Usually the shop's"),
        ("limit" = Option<i64>, Query),
    ),
    responses(
        (status = 200, description = "The articles", content((ReportView<ProductView> = "application/json"), (String = "text/csv"))),
        (status = 304),
    ),
)]
#[get("/api/reports/v1/top-products")]
pub async fn top_products(req: HttpRequest, _who: Admin, ask: Data<ReportQueries>) -> Result<HttpResponse, Problem> {
    let question = ReportQuery::parse(req.query_string())?;
    let report = ask.products.execute(question.asked, question.limit).await?;
    let of = ask.currency(&question);
    if csv::wanted(&req) {
        return Ok(file(&csv::products(&report, of, &ask.reading.calendar)));
    }
    Ok(json_with_etag(&req, &views::products(report, of, &ask.reading)))
}

/// What each category brought, best first. Shipping belongs to none and is left out.
#[utoipa::path(
    tag = "reports", operation_id = "sales_by_category", security(("bearer" = ["admin"])),
    params(
        ("months" = Option<i64>, Query, minimum = 1, maximum = 120, description = "How many up to `until`, usually 12"),
        ("from" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}$", description = "The first month, such as 2016-01; takes the place of `months`"),
        ("until" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}$", description = "The last month, usually the present one"),
        ("currency" = Option<String>, Query, pattern = "^[A-Z]{3}$", description = "Usually the shop's"),
    ),
    responses(
        (status = 200, description = "The categories", content((ReportView<CategoryView> = "application/json"), (String = "text/csv"))),
        (status = 304),
    ),
)]
#[get("/api/reports/v1/sales-by-category")]
pub async fn sales_by_category(
    req: HttpRequest,
    _who: Admin,
    ask: Data<ReportQueries>,
) -> Result<HttpResponse, Problem> {
    let question = ReportQuery::parse(req.query_string())?;
    let report = ask.categories.execute(question.asked).await?;
    let of = ask.currency(&question);
    if csv::wanted(&req) {
        return Ok(file(&csv::categories(&report, of, &ask.reading.calendar)));
    }
    Ok(json_with_etag(&req, &views::categories(report, of, &ask.reading)))
}

/// What each country brought, best first, shipping included.
#[utoipa::path(
    tag = "reports", operation_id = "sales_by_country", security(("bearer" = ["admin"])),
    params(
        ("months" = Option<i64>, Query, minimum = 1, maximum = 120, description = "How many up to `until`, usually 12"),
        ("from" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}$", description = "The first month, such as 2016-01; takes the place of `months`"),
        ("until" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}$", description = "The last month, usually the present one"),
        ("currency" = Option<String>, Query, pattern = "^[A-Z]{3}$", description = "Usually the shop's"),
    ),
    responses(
        (status = 200, description = "The countries", content((ReportView<CountryView> = "application/json"), (String = "text/csv"))),
        (status = 304),
    ),
)]
#[get("/api/reports/v1/sales-by-country")]
pub async fn sales_by_country(
    req: HttpRequest,
    _who: Admin,
    ask: Data<ReportQueries>,
) -> Result<HttpResponse, Problem> {
    let question = ReportQuery::parse(req.query_string())?;
    let report = ask.countries.execute(question.asked).await?;
    let of = ask.currency(&question);
    if csv::wanted(&req) {
        return Ok(file(&csv::countries(&report, of, &ask.reading.calendar)));
    }
    Ok(json_with_etag(&req, &views::countries(report, of, &ask.reading)))
}

/// The refunds given in the last months, newest first, a page at a time.
#[utoipa::path(
    tag = "reports", operation_id = "refunds", security(("bearer" = ["admin"])),
    params(
        ("months" = Option<i64>, Query, minimum = 1, maximum = 120, description = "How many up to `until`, usually 12"),
        ("from" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}$", description = "The first month, such as 2016-01; takes the place of `months`"),
        ("until" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}$", description = "The last month, usually the present one"),
        ("currency" = Option<String>, Query, pattern = "^[A-Z]{3}$", description = "Usually the shop's"),
        ("limit" = Option<i64>, Query),
        ("cursor" = Option<String>, Query),
    ),
    responses(
        (status = 200, description = "The refunds", content((ReportView<RefundView> = "application/json"), (String = "text/csv"))),
        (status = 304),
    ),
)]
#[get("/api/reports/v1/refunds")]
pub async fn refunds(req: HttpRequest, _who: Admin, ask: Data<ReportQueries>) -> Result<HttpResponse, Problem> {
    let question = ReportQuery::parse(req.query_string())?;
    let of = ask.currency(&question);
    let page = ask.refunds.execute(question.asked, question.limit, question.after).await?;
    if csv::wanted(&req) {
        return Ok(file(&csv::refunds(&page, &ask.reading.calendar)));
    }
    Ok(json_with_etag(&req, &views::refunds(page, of, &ask.reading)))
}

fn file(table: &Table) -> HttpResponse {
    table.answer().unwrap_or_else(|error| Problem::internal(error).error_response())
}
