//! Files of products that come in.

use actix_web::{HttpRequest, HttpResponse, post, web};
use chassis::security::SecurityTrail;
use chassis::web::{Problem, Staff};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::body::{essence, whole};
use super::errors::{import_refused, unsupported_media_type};
use crate::adapters::inbound::import::import_file::MAX_FILE_BYTES;
use crate::adapters::inbound::import::{ImportFile, ImportMode, ImportOutcome, note_import};

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportQuery {
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
pub(super) enum RepeatedSkusWord {
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
pub(crate) async fn import_products(
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
