//! `/admin/reports`: the shop's figures at a glance, and the way to each report.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use chassis::web::{Admin, PageError, PageFrame, page};

use super::chart::BarChart;
use super::head::{Head, money};
use super::monthly::{self, MonthRow};
use crate::adapters::inbound::params::ReportQuery;
use crate::domain::{Category, CategorySales, Country, CountrySales, Scope};
use crate::module::ReportQueries;

/// How many categories and countries a glance takes in.
const TOP_ROWS: usize = 5;

#[derive(Template)]
#[template(path = "reports/overview.html")]
struct OverviewPage {
    frame: PageFrame,
    head: Head,
    chart: BarChart,
    present: MonthRow,
    total: MonthRow,
    categories: Vec<Share>,
    countries: Vec<Share>,
}

struct Share {
    name: String,
    kept: String,
}

/// The page.
#[get("/admin/reports")]
pub async fn show(
    req: HttpRequest,
    _who: Admin,
    frame: PageFrame,
    questions: Data<ReportQueries>,
) -> Result<HttpResponse, PageError> {
    let mut question = ReportQuery::parse(req.query_string())?;
    question.scope = Some(Scope::Paid);
    let of = questions.currency(&question);
    let report = questions.monthly.execute(question.asked, Scope::Paid).await?;
    let categories = questions.categories.execute(question.asked).await?;
    let countries = questions.countries.execute(question.asked).await?;
    let category = |row: &CategorySales| Share {
        name: row.category.as_ref().map_or("No category", Category::as_str).to_owned(),
        kept: money(row.amounts.net_of_refunds(), of),
    };
    let country = |row: &CountrySales| Share {
        name: row.country.as_ref().map_or("Nothing sent", Country::as_str).to_owned(),
        kept: money(row.amounts.net_of_refunds(), of),
    };
    let present = report.rows.last().map(|row| row.amounts).unwrap_or_default();
    page(&OverviewPage {
        frame,
        head: Head::new("Reports", &report, &question, &questions.reading),
        chart: monthly::chart(&report, of),
        present: MonthRow::new("present".to_owned(), "This month".to_owned(), present, of),
        total: MonthRow::new("total".to_owned(), "All these months".to_owned(), report.total(), of),
        categories: categories.rows.iter().take(TOP_ROWS).map(category).collect(),
        countries: countries.rows.iter().take(TOP_ROWS).map(country).collect(),
    })
}
