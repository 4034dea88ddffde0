//! `/admin/reports/products`: the articles that brought most.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use chassis::web::{Admin, PageError, PageFrame, page};

use super::head::{Head, money};
use crate::adapters::inbound::csv;
use crate::adapters::inbound::params::ReportQuery;
use crate::domain::ProductSales;
use crate::module::ReportQueries;

#[derive(Template)]
#[template(path = "reports/products.html")]
struct ProductsPage {
    frame: PageFrame,
    head: Head,
    products: Vec<ProductRow>,
}

struct ProductRow {
    sku: String,
    title: String,
    quantity: i64,
    net: String,
    gross: String,
    returned: i64,
    refunded: String,
    kept: String,
}

/// The page.
#[get("/admin/reports/products")]
pub async fn show(
    req: HttpRequest,
    _who: Admin,
    frame: PageFrame,
    questions: Data<ReportQueries>,
) -> Result<HttpResponse, PageError> {
    let question = ReportQuery::parse(req.query_string())?;
    let of = questions.currency(&question);
    let report = questions.products.execute(question.asked, question.limit).await?;
    let row = |row: &ProductSales| ProductRow {
        sku: row.sku.to_string(),
        title: row.title.clone(),
        quantity: row.amounts.quantity,
        net: money(row.amounts.net, of),
        gross: money(row.amounts.gross, of),
        returned: row.amounts.returned,
        refunded: money(row.amounts.refunded, of),
        kept: money(row.amounts.net_of_refunds(), of),
    };
    page(&ProductsPage {
        frame,
        head: Head::new("Best sellers", &report, &question, &questions.reading),
        products: report.rows.iter().map(row).collect(),
    })
}

/// The same as a file.
#[get("/admin/reports/products.csv")]
pub async fn file(req: HttpRequest, _who: Admin, questions: Data<ReportQueries>) -> Result<HttpResponse, PageError> {
    let question = ReportQuery::parse(req.query_string())?;
    let report = questions.products.execute(question.asked, question.limit).await?;
    super::file(&csv::products(&report, questions.currency(&question), &questions.reading.calendar))
}
