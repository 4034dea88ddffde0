//! Conditional reads: the same answer is not sent twice.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::problem::Problem;
use super::request_context::RequestContext;

/// A strong entity tag of a body, with its quotes.
pub fn etag(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(&digest[..16]))
}

/// `value` as JSON with an entity tag, or 304 if the caller has it already.
pub fn json_with_etag<T: Serialize + ?Sized>(req: &HttpRequest, value: &T) -> HttpResponse {
    let body = match serde_json::to_vec(value) {
        Ok(body) => body,
        Err(error) => return Problem::internal(error).error_response(),
    };
    let tag = etag(&body);
    let (mut builder, body) =
        if has_it(req, &tag) { (HttpResponse::NotModified(), Vec::new()) } else { (HttpResponse::Ok(), body) };
    // Pages for a logged-in user may hold personal data, so no cache may store them, not even the browser's.
    let known = RequestContext::of(req).is_some_and(|context| context.identity().is_some());
    let caching = if known { "no-store" } else { "private, no-cache" };
    builder.insert_header((header::ETAG, tag)).insert_header((header::CACHE_CONTROL, caching));
    if body.is_empty() { builder.finish() } else { builder.content_type("application/json").body(body) }
}

/// Whether `If-None-Match` names the tag. Weak tags count: compression makes them of strong ones.
pub(crate) fn has_it(req: &HttpRequest, tag: &str) -> bool {
    let sent = req.headers().get_all(header::IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    sent.flat_map(|list| list.split(',')).map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn what_the_caller_has_is_not_sent_again() {
        let first = json_with_etag(&TestRequest::get().to_http_request(), &["kea"]);
        let tag = first.headers().get(header::ETAG).unwrap().to_str().unwrap().to_owned();
        assert_eq!(first.status(), 200);
        for known in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
            let asked = TestRequest::get().insert_header((header::IF_NONE_MATCH, known)).to_http_request();
            assert_eq!(json_with_etag(&asked, &["kea"]).status(), 304);
            assert_eq!(
                json_with_etag(&asked, &["tui"]).status() == 304,
                asked.headers().get(header::IF_NONE_MATCH).unwrap() == "*"
            );
        }
    }
}
