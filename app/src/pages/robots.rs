//! `/robots.txt` and `/sitemap.xml`: for search engines.

use std::fmt::Write as _;

use actix_web::{HttpResponse, web};
use chassis::web::{CallerContext, PageError};

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

/// What one file of a sitemap may hold (sitemaps.org).
const MAX_SITEMAP_URLS: usize = 50_000;
const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// `/sitemap.xml`: all addresses, or where there are too many for one file, an index of files.
pub(super) async fn sitemap(
    settings: web::Data<PageSettings>,
    asker: CallerContext,
    peers: web::Data<Peers>,
) -> Result<HttpResponse, PageError> {
    let paths = all_paths(&peers, &asker).await?;
    let text = if paths.len() > MAX_SITEMAP_URLS {
        index_of_files(&settings.base_url, paths.len())
    } else {
        addresses(&settings.base_url, &paths)
    };
    Ok(xml(text))
}

/// `/sitemap/{number}.xml`: one file of several, from 1.
pub(super) async fn sitemap_file(
    settings: web::Data<PageSettings>,
    asker: CallerContext,
    peers: web::Data<Peers>,
    number: web::Path<usize>,
) -> Result<HttpResponse, PageError> {
    let paths = all_paths(&peers, &asker).await?;
    let file = number.checked_sub(1).and_then(|index| paths.chunks(MAX_SITEMAP_URLS).nth(index));
    Ok(xml(addresses(&settings.base_url, file.ok_or(PageError::NotFound)?)))
}

async fn all_paths(peers: &Peers, asker: &CallerContext) -> Result<Vec<String>, PageError> {
    let mut paths = vec!["/".to_owned()];
    paths.extend(peers.shopfront().public_paths(asker).await?);
    Ok(paths)
}

fn addresses(base_url: &str, paths: &[String]) -> String {
    let path = |path: &String| format!("<url><loc>{}{}</loc></url>\n", escaped(base_url), escaped(path));
    document("urlset", &paths.iter().map(path).collect::<Vec<_>>().concat())
}

fn index_of_files(base_url: &str, addresses: usize) -> String {
    let file = |n: usize| format!("<sitemap><loc>{}/sitemap/{n}.xml</loc></sitemap>\n", escaped(base_url));
    document("sitemapindex", &(1..=addresses.div_ceil(MAX_SITEMAP_URLS)).map(file).collect::<Vec<_>>().concat())
}

fn document(root: &str, content: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"{NAMESPACE}\">\n{content}</{root}>\n")
}

fn xml(text: String) -> HttpResponse {
    HttpResponse::Ok().content_type("application/xml; charset=utf-8").body(text)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_fifty_thousand_addresses_and_the_index_names_all_files() {
        let index = index_of_files("http://shop.test", 100_001);
        assert!(index.contains("<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">"), "{index}");
        assert_eq!(index.matches("<loc>").count(), 3);
        assert!(index.contains("<loc>http://shop.test/sitemap/3.xml</loc>"), "{index}");
        let paths: Vec<String> = (0..MAX_SITEMAP_URLS).map(|n| format!("/products/{}{n}", "x".repeat(90))).collect();
        let file = addresses("http://shop.test", &paths);
        assert_eq!(file.matches("<url><loc>").count(), 50_000);
        assert!(file.len() < 50 << 20, "sitemaps.org: at most 50 MiB");
    }
}
