//! Serves the style sheet, logo and icons of the theme under `/assets/`.
//!
//! What is asked for under its digest may be kept forever; everything else is asked after each time.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use storefront_theme::asset;

use super::etag::has_it;
use super::page_error::PageError;

/// Registers `/assets/*` and `/favicon.ico`.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/assets/{name:.*}", web::get().to(serve)).route("/favicon.ico", web::get().to(favicon));
}

async fn serve(req: HttpRequest, name: web::Path<String>) -> Result<HttpResponse, PageError> {
    let file = asset(&name).ok_or(PageError::NotFound)?;
    let digest = file.digest;
    let tag = format!("\"{digest}\"");
    let exact = req.query_string() == format!("v={digest}");
    let caching = if exact { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut builder = if has_it(&req, &tag) { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    builder.insert_header((header::ETAG, tag.clone())).insert_header((header::CACHE_CONTROL, caching));
    if has_it(&req, &tag) {
        return Ok(builder.finish());
    }
    Ok(builder.content_type(file.content_type).body(file.bytes.into_owned()))
}

async fn favicon() -> HttpResponse {
    HttpResponse::MovedPermanently()
        .insert_header((header::LOCATION, "/assets/favicon.svg"))
        .insert_header((header::CACHE_CONTROL, "public, max-age=86400"))
        .finish()
}

#[cfg(test)]
mod tests {
    use actix_web::App;
    use actix_web::test::{TestRequest, call_service, init_service};
    use storefront_theme::url;

    use super::*;

    #[actix_web::test]
    async fn the_style_sheet_is_cached_forever_under_its_digest_only() {
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
