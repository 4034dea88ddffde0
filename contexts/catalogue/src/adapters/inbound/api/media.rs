//! Pictures, one by one or many in an archive.

use actix_web::{HttpRequest, HttpResponse, post, put, web};
use chassis::web::{Problem, Staff};

use super::body::{essence, whole};
use super::errors::{archive_refused, invalid_media, picture_refused, unsupported_media_type};
use crate::adapters::inbound::import::picture_archive::{ArchiveOutcome, MAX_ARCHIVE_BYTES, keep_pictures};
use crate::application::KeepPicture;
use crate::domain::{ImageName, Media};

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
pub(crate) async fn put_media(
    _staff: Staff,
    keep_picture: web::Data<KeepPicture>,
    name: web::Path<String>,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    let name = ImageName::parse(&name).map_err(|problem| invalid_media(problem.to_string()))?;
    let bytes = whole(body, Media::MAX_BYTES).await?;
    keep_picture.execute(name, bytes.to_vec()).await.map_err(picture_refused)?;
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
pub(crate) async fn put_media_archive(
    req: HttpRequest,
    _staff: Staff,
    keep_picture: web::Data<KeepPicture>,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    if essence(&req) != "application/zip" {
        return Err(unsupported_media_type("send `Content-Type: application/zip`"));
    }
    let bytes = whole(body, MAX_ARCHIVE_BYTES).await?;
    let outcome = keep_pictures(&keep_picture, bytes.to_vec()).await.map_err(archive_refused)?;
    Ok(HttpResponse::Ok().json(outcome))
}
