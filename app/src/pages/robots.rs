//! `/robots.txt` and `/sitemap.xml`: what search engines are told.

use std::fmt::Write as _;

use actix_web::{HttpResponse, web};
use chassis::web::{Asker, PageError};

use super::PageSettings;
use crate::peers::Peers;

pub(super) async fn robots(settings: web::Data<PageSettings>) -> HttpResponse {
    let closed = ["/admin", "/cart", "/checkout", "/orders", "/profile", "/login", "/signup", "/pay/", "/api/"];
    let mut text = String::from("User-agent: *\n");
    for path in closed {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "Disallow: {path}");
    }
    let _ = writeln!(text, "Sitemap: {}/sitemap.xml", settings.base_url);
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text)
}

pub(super) async fn sitemap(
    settings: web::Data<PageSettings>,
    asker: Asker,
    peers: web::Data<Peers>,
) -> Result<HttpResponse, PageError> {
    let paths = peers.shopfront().public_paths(&asker).await?;
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    text.push_str("<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
    for path in std::iter::once("/".to_owned()).chain(paths) {
        let _ = writeln!(text, "<url><loc>{}{}</loc></url>", escaped(&settings.base_url), escaped(&path));
    }
    text.push_str("</urlset>\n");
    Ok(HttpResponse::Ok().content_type("application/xml; charset=utf-8").body(text))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
