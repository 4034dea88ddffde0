//! The pages below `/admin/reports`, for administrators. One file per page, and beside each table the same as CSV.
//!
//! They work without scripts: a chart is a drawing made here (`chart`), and its numbers stand in a table below it.

mod categories;
mod chart;
mod head;
mod monthly;
mod overview;
mod products;
mod refunds;
mod sales;

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig};
use chassis::web::PageError;

use super::csv::Table;
use crate::module::ReportQueries;

/// Registers every page.
pub fn configure(cfg: &mut ServiceConfig, questions: ReportQueries) {
    cfg.app_data(Data::new(questions))
        .service(overview::show)
        .service(monthly::show)
        .service(monthly::file)
        .service(sales::show)
        .service(sales::file)
        .service(products::show)
        .service(products::file)
        .service(categories::show)
        .service(categories::file)
        .service(refunds::show)
        .service(refunds::file);
}

fn file(table: &Table) -> Result<HttpResponse, PageError> {
    table.answer().map_err(PageError::internal)
}
