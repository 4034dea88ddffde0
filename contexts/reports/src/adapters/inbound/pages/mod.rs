//! The pages below `/admin/reports`, for administrators. One file per page, and beside each table the same as CSV.
//!
//! They work without scripts: a chart is a drawing made here, and its numbers stand in a table below it.

mod categories;
mod messages;
mod monthly;
mod overview;
mod products;
mod refunds;
pub mod routes;
mod sales;
mod view_models;

use actix_web::HttpResponse;
use chassis::web::PageError;

use super::csv::Table;

fn file(table: &Table) -> Result<HttpResponse, PageError> {
    table.answer().map_err(PageError::internal)
}
