//! Files of products in and out, and pictures in.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentDisposition};
use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use chassis::security::SecurityTrail;
use chassis::web::{Problem, Staff};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::problems::{archive_refused, body_too_large, import_refused, unsupported_media_type};
use crate::adapters::inbound::archive::{ArchiveOutcome, MAX_ARCHIVE_BYTES, keep_pictures};
use crate::adapters::inbound::csv::write_products;
use crate::adapters::inbound::import_outcome::note_import;
use crate::adapters::inbound::importing::{ImportFile, ImportMode, ImportOutcome, MAX_FILE_BYTES};
use crate::application::{ExportProducts, KeepMedia};
use crate::domain::{ImageName, Media, MediaError};

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// `true`: only say what would happen.
    #[serde(default)]
    dry_run: bool,
    /// `true`: import nothing if any row is wrong, and everything in one commit.
    #[serde(default)]
    all_or_nothing: bool,
    /// What to do about a SKU that another product has: refuse the product, or number the SKU.
    #[serde(default)]
    #[param(inline)]
    repeated_skus: RepeatedSkusWord,
}

/// About SKUs that are there already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RepeatedSkusWord {
    /// The product is left out.
    #[default]
    Refuse,
    /// The SKU gets a number at its end.
    Number,
}

/// Import products from CSV
///
/// The shop's own columns, or Shopify's product CSV of either generation. Products that are not right are left out and
/// named by row; the others come in. Importing the same file again changes nothing, and what it counts counts once.
#[utoipa::path(
    tag = "catalogue", operation_id = "import_products", security(("bearer" = ["staff"])),
    params(ImportQuery),
    request_body(content = String, content_type = "text/csv"),
    responses(
        (status = 200, description = "What became of the file", body = ImportOutcome),
        (status = 413, description = "`body-too-large`: more than 32 MiB"),
        (status = 415, description = "`unsupported-media-type`: send `text/csv`"),
        (status = 422, description = "`unreadable-csv`, `import-refused`"),
    ),
)]
#[post("/api/catalogue/v1/imports")]
pub async fn import_products(
    req: HttpRequest,
    _staff: Staff,
    import_file: web::Data<ImportFile>,
    trail: SecurityTrail,
    query: web::Query<ImportQuery>,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    if essence(&req) != "text/csv" {
        return Err(unsupported_media_type("send `Content-Type: text/csv`"));
    }
    let number_repeated_skus = query.repeated_skus == RepeatedSkusWord::Number;
    let file = whole(body, MAX_FILE_BYTES).await?;
    let mode = ImportMode { dry_run: query.dry_run, all_or_nothing: query.all_or_nothing, number_repeated_skus };
    let outcome = import_file.execute(&file, "", mode).await.map_err(import_refused)?;
    note_import(&trail, &outcome).await;
    Ok(HttpResponse::Ok().json(outcome))
}

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
pub async fn export_products(_staff: Staff, export: web::Data<ExportProducts>) -> Result<HttpResponse, Problem> {
    Ok(csv_answer(&export).await?)
}

/// The export as a download.
pub async fn csv_answer(export: &ExportProducts) -> Result<HttpResponse, shared_kernel::StoreError> {
    let mut file = String::new();
    export.execute(|shelved| write_products(&mut file, shelved.product())).await?;
    let name = ContentDisposition::attachment("products.csv");
    Ok(HttpResponse::Ok().content_type("text/csv; charset=utf-8").insert_header(name).body(file))
}

/// Keep a picture
///
/// SVG, PNG, JPEG, WebP, GIF or AVIF up to 5 MiB, served at `/media/{name}`. The name ends like the kind of picture that the
/// file is. Another picture under the same name is shown at once.
#[utoipa::path(
    tag = "catalogue", operation_id = "put_media", security(("bearer" = ["staff"])),
    params(("name" = String, Path, description = "File name, such as `kea-14.svg`")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 204, description = "Kept"),
        (status = 422, description = "`invalid-media`"),
    ),
)]
#[put("/api/catalogue/v1/media/{name}")]
pub async fn put_media(
    _staff: Staff,
    keep_media: web::Data<KeepMedia>,
    name: web::Path<String>,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    let invalid = |detail: String| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-media", "The picture is not right").detail(detail)
    };
    let name = ImageName::parse(&name).map_err(|problem| invalid(problem.to_string()))?;
    let bytes = whole(body, Media::MAX_BYTES).await?;
    let media = Media::new(name, bytes.to_vec()).map_err(|error| match error {
        MediaError::TooLarge => body_too_large(error.to_string()),
        MediaError::NoPicture | MediaError::OtherKind(_) => invalid(error.to_string()),
    })?;
    keep_media.execute(media).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Keep many pictures
///
/// A ZIP archive of pictures, up to 64 MiB and 10,000 files. Each is kept under its own file name, as `PUT
/// /api/catalogue/v1/media/{name}` would; folders do not matter.
#[utoipa::path(
    tag = "catalogue", operation_id = "put_media_archive", security(("bearer" = ["staff"])),
    request_body(content = Vec<u8>, content_type = "application/zip"),
    responses(
        (status = 200, description = "What became of the files", body = ArchiveOutcome),
        (status = 413, description = "`body-too-large`: more than 64 MiB"),
        (status = 415, description = "`unsupported-media-type`: send `application/zip`"),
        (status = 422, description = "`invalid-archive`"),
    ),
)]
#[post("/api/catalogue/v1/media")]
pub async fn put_media_archive(
    req: HttpRequest,
    _staff: Staff,
    keep_media: web::Data<KeepMedia>,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    if essence(&req) != "application/zip" {
        return Err(unsupported_media_type("send `Content-Type: application/zip`"));
    }
    let bytes = whole(body, MAX_ARCHIVE_BYTES).await?;
    let outcome = keep_pictures(&keep_media, bytes.to_vec()).await.map_err(archive_refused)?;
    Ok(HttpResponse::Ok().json(outcome))
}

fn essence(req: &HttpRequest) -> String {
    let sent = req.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    sent.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

async fn whole(body: web::Payload, most: usize) -> Result<web::Bytes, Problem> {
    let bytes = body.to_bytes_limited(most).await;
    let bytes = bytes.map_err(|_| body_too_large(format!("at most {most} bytes are read")))?;
    let unreadable = |error: actix_web::Error| {
        Problem::new(StatusCode::BAD_REQUEST, "unreadable-body", "The body could not be read").detail(error.to_string())
    };
    bytes.map_err(unreadable)
}
