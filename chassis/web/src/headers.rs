//! The headers that every answer carries, so that a browser trusts our pages no further than they need.

use actix_web::cookie::Cookie;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::cookies::HOST_PREFIX;
use super::paths::is_api;

/// Where the API's documentation is browsed; its viewer sets style attributes.
const API_DOCS: &str = "/api/docs";

const PERMISSIONS: &str =
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=(), interest-cohort=()";

/// The same headers for all answers of one shop.
pub(crate) struct SecurityHeaders {
    https: bool,
    policy: HeaderValue,
    docs_policy: HeaderValue,
}

impl SecurityHeaders {
    /// For a shop at `base_url`, whose forms may also lead to `form_targets` (the payment provider's pages).
    pub(crate) fn new(base_url: &str, form_targets: &[String]) -> Self {
        let forms =
            std::iter::once("'self'").chain(form_targets.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
        let policy = |styles: &str| {
            let text = format!(
                "default-src 'none'; style-src {styles}; img-src 'self' data:; script-src 'self'; font-src 'self'; \
                 connect-src 'self'; manifest-src 'self'; form-action {forms}; frame-ancestors 'none'; base-uri 'none'"
            );
            HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
        };
        Self {
            https: base_url.starts_with("https://"),
            policy: policy("'self'"),
            docs_policy: policy("'self' 'unsafe-inline'"),
        }
    }

    /// Puts them on an answer for `path`. `known`: it may show what concerns one person only.
    pub(crate) fn put_on(&self, headers: &mut HeaderMap, path: &str, known: bool) {
        let policy = if path.starts_with(API_DOCS) { &self.docs_policy } else { &self.policy };
        if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone()); // a handler may have set a stricter one
        }
        let fixed = [
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "same-origin"),
            (header::X_FRAME_OPTIONS, "DENY"),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
            (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
            (HeaderName::from_static("permissions-policy"), PERMISSIONS),
        ];
        for (name, value) in fixed {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if self.https {
            let hsts = HeaderValue::from_static("max-age=31536000; includeSubDomains");
            headers.insert(header::STRICT_TRANSPORT_SECURITY, hsts);
            secure_cookies(headers);
        }
        if !headers.contains_key(header::CACHE_CONTROL) {
            let caching = if known || is_api(path) { "no-store" } else { "private, no-cache" };
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
        }
    }
}

/// Over https no cookie of ours ever travels in clear text, or comes from another host. One that is to be forgotten is
/// forgotten under its plain name, too: it may be from before there was a prefix.
fn secure_cookies(headers: &mut HeaderMap) {
    let cookies: Vec<String> =
        headers.get_all(header::SET_COOKIE).filter_map(|cookie| cookie.to_str().ok()).map(str::to_owned).collect();
    headers.remove(header::SET_COOKIE);
    for cookie in cookies.iter().filter_map(|cookie| Cookie::parse(cookie.as_str()).ok()) {
        let forgotten = cookie.max_age().is_some_and(actix_web::cookie::time::SignedDuration::is_zero);
        let mut protected = cookie.clone();
        if cookie.path() == Some("/") && cookie.domain().is_none() && !cookie.name().starts_with(HOST_PREFIX) {
            protected.set_name(format!("{HOST_PREFIX}{}", cookie.name()));
        }
        for mut cookie in std::iter::once(protected).chain(forgotten.then_some(cookie)) {
            cookie.set_secure(true);
            if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
                headers.append(header::SET_COOKIE, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_https_every_cookie_is_secure_and_nothing_else_of_it_changes() {
        let mut headers = HeaderMap::new();
        headers.append(
            header::SET_COOKIE,
            HeaderValue::from_static("sid=a%20b; HttpOnly; SameSite=Lax; Path=/; Max-Age=60"),
        );
        headers.append(header::SET_COOKIE, HeaderValue::from_static("cart=1; Path=/"));
        SecurityHeaders::new("https://shop.example", &[]).put_on(&mut headers, "/", false);
        let cookies: Vec<&str> = headers.get_all(header::SET_COOKIE).map(|value| value.to_str().unwrap()).collect();
        assert_eq!(cookies.len(), 2);
        assert!(cookies.iter().all(|cookie| cookie.contains("; Secure")), "{cookies:?}");
        assert!(cookies[0].starts_with("__Host-sid=a%20b;") && cookies[0].contains("Max-Age=60"), "{cookies:?}");
    }

    #[test]
    fn over_https_a_cookie_is_forgotten_under_both_names_and_never_gets_a_domain() {
        let mut headers = HeaderMap::new();
        headers.append(header::SET_COOKIE, HeaderValue::from_static("sid=; HttpOnly; Path=/; Max-Age=0"));
        headers.append(header::SET_COOKIE, HeaderValue::from_static("part=1; Path=/admin"));
        SecurityHeaders::new("https://shop.example", &[]).put_on(&mut headers, "/", false);
        let cookies: Vec<&str> = headers.get_all(header::SET_COOKIE).map(|value| value.to_str().unwrap()).collect();
        let names: Vec<&str> = cookies.iter().filter_map(|cookie| cookie.split('=').next()).collect();
        assert_eq!(names, ["__Host-sid", "sid", "part"], "a cookie of one path only cannot have the prefix");
        assert!(cookies.iter().all(|cookie| !cookie.contains("Domain")), "{cookies:?}");
    }

    #[test]
    fn forms_may_lead_to_the_payment_provider_and_nowhere_else() {
        let mut headers = HeaderMap::new();
        let targets = ["https://checkout.stripe.com".to_owned()];
        SecurityHeaders::new("http://localhost", &targets).put_on(&mut headers, "/", false);
        let policy = headers.get(header::CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
        assert!(policy.contains("form-action 'self' https://checkout.stripe.com;"), "{policy}");
        assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    }
}
