//! Style sheet, logo and icons, embedded in the binary and served under `/assets/`.
//!
//! Addresses made by [`url`] carry the digest of the content and may be kept for ever; others are asked after each time.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::etag::has_it;
use super::page_error::PageError;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Assets;

/// Where the file is found, such as `/assets/shop.css?v=1a2b3c4d5e`.
#[must_use]
pub fn url(name: &str) -> String {
    Assets::get(name).map_or_else(|| format!("/assets/{name}"), |file| format!("/assets/{name}?v={}", digest(&file)))
}

/// Registers `/assets/*` and `/favicon.ico`.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/assets/{name:.*}", web::get().to(serve)).route("/favicon.ico", web::get().to(favicon));
}

async fn serve(req: HttpRequest, name: web::Path<String>) -> Result<HttpResponse, PageError> {
    let file = Assets::get(&name).ok_or(PageError::NotFound)?;
    let digest = digest(&file);
    let tag = format!("\"{digest}\"");
    let exact = req.query_string() == format!("v={digest}");
    let caching = if exact { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut builder = if has_it(&req, &tag) { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    builder.insert_header((header::ETAG, tag.clone())).insert_header((header::CACHE_CONTROL, caching));
    if has_it(&req, &tag) {
        return Ok(builder.finish());
    }
    Ok(builder.content_type(content_type(&file)).body(file.data.into_owned()))
}

async fn favicon() -> HttpResponse {
    HttpResponse::MovedPermanently()
        .insert_header((header::LOCATION, "/assets/favicon.svg"))
        .insert_header((header::CACHE_CONTROL, "public, max-age=86400"))
        .finish()
}

fn digest(file: &EmbeddedFile) -> String {
    URL_SAFE_NO_PAD.encode(&file.metadata.sha256_hash()[..9])
}

fn content_type(file: &EmbeddedFile) -> String {
    let mime = file.metadata.mimetype();
    if mime.starts_with("text/") { format!("{mime}; charset=utf-8") } else { mime.to_owned() }
}

#[cfg(test)]
mod tests {
    use actix_web::App;
    use actix_web::test::{TestRequest, call_service, init_service};

    use super::*;

    #[actix_web::test]
    async fn the_style_sheet_is_kept_for_ever_under_its_digest_only() {
        let app = init_service(App::new().configure(routes)).await;
        let versioned = call_service(&app, TestRequest::with_uri(&url("shop.css")).to_request()).await;
        assert_eq!(versioned.status(), 200);
        assert_eq!(versioned.headers().get(header::CONTENT_TYPE).unwrap(), "text/css; charset=utf-8");
        assert_eq!(versioned.headers().get(header::CACHE_CONTROL).unwrap(), "public, max-age=31536000, immutable");
        let plain = call_service(&app, TestRequest::with_uri("/assets/shop.css?v=old").to_request()).await;
        assert_eq!(plain.headers().get(header::CACHE_CONTROL).unwrap(), "no-cache");
        let tag = plain.headers().get(header::ETAG).unwrap();
        let again = TestRequest::with_uri("/assets/shop.css").insert_header((header::IF_NONE_MATCH, tag)).to_request();
        assert_eq!(call_service(&app, again).await.status(), 304);
    }

    #[actix_web::test]
    async fn nothing_but_the_embedded_files_is_served() {
        let app = init_service(App::new().configure(routes)).await;
        for path in ["/assets/none.css", "/assets/../Cargo.toml", "/assets/%2e%2e/Cargo.toml", "/assets//etc/passwd"] {
            let answer = call_service(&app, TestRequest::with_uri(path).to_request()).await;
            assert_eq!(answer.status(), 404, "{path}");
        }
    }
}
