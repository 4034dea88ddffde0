//! `/admin/reports/categories`: what each category brought.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use chassis::web::{Admin, PageError, PageFrame, page};

use super::head::{Head, money};
use crate::adapters::inbound::csv;
use crate::adapters::inbound::params::ReportQuery;
use crate::domain::{Category, CategorySales};
use crate::module::ReportQueries;

#[derive(Template)]
#[template(path = "reports/categories.html")]
struct CategoriesPage {
    frame: PageFrame,
    head: Head,
    categories: Vec<CategoryRow>,
}

struct CategoryRow {
    name: String,
    quantity: i64,
    net: String,
    tax: String,
    gross: String,
    returned: i64,
    refunded: String,
    kept: String,
}

/// The page.
#[get("/admin/reports/categories")]
pub async fn show(
    req: HttpRequest,
    _who: Admin,
    frame: PageFrame,
    questions: Data<ReportQueries>,
) -> Result<HttpResponse, PageError> {
    let question = ReportQuery::parse(req.query_string())?;
    let of = questions.currency(&question);
    let report = questions.categories.execute(question.asked).await?;
    let row = |row: &CategorySales| CategoryRow {
        name: row.category.as_ref().map_or("No category", Category::as_str).to_owned(),
        quantity: row.amounts.quantity,
        net: money(row.amounts.net, of),
        tax: money(row.amounts.tax, of),
        gross: money(row.amounts.gross, of),
        returned: row.amounts.returned,
        refunded: money(row.amounts.refunded, of),
        kept: money(row.amounts.net_of_refunds(), of),
    };
    page(&CategoriesPage {
        frame,
        head: Head::new("Sales by category", &report, &question, &questions.reading),
        categories: report.rows.iter().map(row).collect(),
    })
}

/// The same as a file.
#[get("/admin/reports/categories.csv")]
pub async fn file(req: HttpRequest, _who: Admin, questions: Data<ReportQueries>) -> Result<HttpResponse, PageError> {
    let question = ReportQuery::parse(req.query_string())?;
    let report = questions.categories.execute(question.asked).await?;
    super::file(&csv::categories(&report, questions.currency(&question), &questions.reading.calendar))
}
