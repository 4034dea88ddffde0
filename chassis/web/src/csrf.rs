//! Proof that a form was sent from one of our own pages.
//!
//! Two independent locks. The token in the form is an HMAC over the visitor cookie and the session cookie, masked again
//! for every page so that compression cannot leak it. And the browser itself says where the request comes from
//! (`Sec-Fetch-Site`, `Origin`); [`from_our_own_page`] believes it. `/api` needs neither, since it ignores cookies.

use std::future::{Ready, ready};
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::http::Uri;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpRequest};

use super::page_error::PageError;
use super::request_context::RequestContext;

/// Checks a token that did not come in a plain form, such as one in a multipart upload.
#[derive(Clone)]
pub struct CsrfGuard(Option<Rc<RequestContext>>);

impl CsrfGuard {
    /// Lets only tokens of this visitor and session pass.
    ///
    /// # Errors
    /// [`PageError::Forged`] for all others, and always when the edge has not seen the request.
    pub fn check(&self, token: &str) -> Result<(), PageError> {
        let genuine = self
            .0
            .as_ref()
            .is_some_and(|context| context.shop.csrf_key.verifies(token, &context.visitor, context.session.as_deref()));
        if genuine { Ok(()) } else { Err(PageError::Forged) }
    }
}

impl FromRequest for CsrfGuard {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(RequestContext::of(req))))
    }
}

/// Whether the browser says that one of our own pages sent this. A client that says nothing is not a browser of this
/// decade; the token alone decides about it.
pub(crate) fn from_our_own_page(headers: &HeaderMap, base_url: &str) -> bool {
    let text = |name| headers.get(name).map(|value: &header::HeaderValue| value.to_str().unwrap_or("?"));
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN) else { return true };
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    origin == origin_of(base_url) || (authority.is_some() && authority == text(header::HOST))
}

/// Scheme and authority of a URL: `https://shop.example/x` is of `https://shop.example`.
pub(crate) fn origin_of(url: &str) -> String {
    let uri: Uri = url.parse().unwrap_or_default();
    match (uri.scheme_str(), uri.authority()) {
        (Some(scheme), Some(authority)) => format!("{scheme}://{authority}"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn judged(headers: &[(&'static str, &str)]) -> bool {
        let map =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
        from_our_own_page(&map.collect(), "https://shop.example")
    }

    #[test]
    fn the_browsers_word_decides_where_a_form_came_from() {
        assert!(judged(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(!judged(&[("sec-fetch-site", "cross-site"), ("origin", "https://shop.example")]));
        assert!(!judged(&[("sec-fetch-site", "same-site")]));
        assert!(judged(&[("origin", "https://shop.example")]));
        assert!(judged(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")]));
        assert!(!judged(&[("origin", "https://evil.example"), ("host", "shop.example")]));
        assert!(!judged(&[("origin", "null"), ("host", "shop.example")]));
        assert!(judged(&[]));
    }
}
