//! `/media/{name}`: pictures.
//!
//! An SVG is a program: whatever it holds, it is served inside a sandbox without scripts, and never as a page of ours.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use chassis::web::PageError;

use crate::adapters::inbound::api::has_it;
use crate::application::Browse;
use crate::domain::ImageName;

const SANDBOX: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'";
/// For a name that changes with the content.
const CACHE_IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// For any other: the picture under it may be replaced, which has to be seen at once.
const CACHE_REVALIDATE: &str = "public, no-cache";

/// Shown where a picture is missing: browsers draw it although the status says 404.
const MISSING: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300" role="img" aria-label="No picture"><rect width="400" height="300" fill="#dcdfdc"/><path d="M120 210l50-62 36 40 26-30 48 52z" fill="#b4bab5"/><circle cx="256" cy="112" r="18" fill="#b4bab5"/></svg>"##;

pub(super) async fn show(
    req: HttpRequest,
    browse: web::Data<Browse>,
    name: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let name = ImageName::parse(&name).map_err(|_| PageError::NotFound)?;
    let Some(media) = browse.picture(&name).await? else { return Ok(missing()) };
    let tag = format!("\"{}\"", media.digest());
    let has_it = has_it(&req, &tag);
    let mut answer = if has_it { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::ETAG, tag))
        .insert_header((
            header::CACHE_CONTROL,
            if media.is_named_by_content() { CACHE_IMMUTABLE } else { CACHE_REVALIDATE },
        ))
        .insert_header((header::CONTENT_SECURITY_POLICY, SANDBOX))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if has_it {
        return Ok(answer.finish());
    }
    Ok(answer.content_type(media.kind().content_type()).body(media.into_bytes()))
}

fn missing() -> HttpResponse {
    HttpResponse::NotFound()
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::CONTENT_SECURITY_POLICY, SANDBOX))
        .content_type("image/svg+xml")
        .body(MISSING)
}
