//! Uploading files that are sold.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, put, web};
use chassis::web::{Problem, Staff};
use serde::Deserialize;

use super::errors;
use crate::adapters::inbound::api::dto::{FileView, sku};
use crate::application::PutDigitalFile;
use crate::domain::digital::MAX_FILE_BYTES;

#[derive(Deserialize)]
struct PutQuery {
    name: Option<String>,
}

/// Keeps the body as the file of a digital SKU, in place of the former one. Items that waited for it are mailed now.
#[utoipa::path(
    tag = "fulfilment", operation_id = "put_digital_file", security(("bearer" = ["staff"])),
    params(
        ("sku" = String, Path, description = "the SKU, percent-encoded"),
        ("name" = Option<String>, Query, description = "the file's name; made of the SKU when left out"),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "the file, at most 20 MiB"),
    responses(
        (status = 200, body = FileView),
        (status = 422, description = "`invalid-file`, `invalid-sku`"),
    ),
)]
#[put("/api/fulfilment/v1/digital-files/{sku}")]
pub(crate) async fn put(
    req: HttpRequest,
    _staff: Staff,
    path: web::Path<String>,
    query: web::Query<PutQuery>,
    body: web::Payload,
    put_file: web::Data<PutDigitalFile>,
) -> Result<HttpResponse, Problem> {
    let sku = sku(&path)?;
    let name = query.into_inner().name.unwrap_or_else(|| sku.as_str().replace(['/', '\\', '"'], "-"));
    let sent = req.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = sent.unwrap_or("application/octet-stream").to_owned();
    let bytes = body.to_bytes_limited(MAX_FILE_BYTES).await.map_err(|_| errors::too_large())?;
    let bytes = bytes.map_err(|error| errors::unreadable(&error))?;
    let info = put_file.execute(sku, &name, &content_type, bytes.to_vec()).await?;
    Ok(HttpResponse::Ok().json(FileView::from(&info)))
}
