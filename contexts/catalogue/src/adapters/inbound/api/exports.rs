//! All products as a file.

use actix_web::http::header::ContentDisposition;
use actix_web::{HttpResponse, get, web};
use chassis::web::{Problem, Staff};
use shared_kernel::StoreError;

use crate::adapters::inbound::csv::write_products;
use crate::application::ExportProducts;

/// Export all products as CSV
///
/// In the shop's own columns, without stock. Cells that a spreadsheet would calculate begin with an apostrophe, which
/// the import takes away again.
#[utoipa::path(
    tag = "catalogue", operation_id = "export_products", security(("bearer" = ["staff"])),
    responses(
        (status = 200, description = "The file", body = String, content_type = "text/csv"),
    ),
)]
#[get("/api/catalogue/v1/exports/products.csv")]
pub(crate) async fn export_products(_staff: Staff, export: web::Data<ExportProducts>) -> Result<HttpResponse, Problem> {
    Ok(csv_answer(&export).await?)
}

/// The export as a download.
pub(crate) async fn csv_answer(export: &ExportProducts) -> Result<HttpResponse, StoreError> {
    let mut file = String::new();
    export.execute(|listed| write_products(&mut file, listed.product())).await?;
    let name = ContentDisposition::attachment("products.csv");
    Ok(HttpResponse::Ok().content_type("text/csv; charset=utf-8").insert_header(name).body(file))
}
