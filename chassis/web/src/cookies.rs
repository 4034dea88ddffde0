//! The names of the cookies that every shop has, and how cookies are set. A context has names for its own.
//!
//! When the shop is reached by https, the edge adds `Secure` and puts [`HOST_PREFIX`] before the name, so that no other
//! host of the same domain can plant a cookie of ours; only the edge has to know that. On the way in the name with the
//! prefix wins; the name alone still counts, as sessions from before the prefix go on under it.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration as CookieAge;
use actix_web::cookie::{Cookie, SameSite};

/// What browsers accept over https only, from the very host, for all its paths.
pub(crate) const HOST_PREFIX: &str = "__Host-";
/// The session token. Only pages look at it; `/api` ignores cookies.
pub const SESSION_COOKIE: &str = "sid";
/// Marks a browser from which a customer has logged in before.
pub const DEVICE_COOKIE: &str = "device";
/// Tells one anonymous browser from another, for form tokens only.
pub(crate) const VISITOR_COOKIE: &str = "visitor";
/// The message for the next page.
pub(crate) const FLASH_COOKIE: &str = "flash";

/// A cookie that scripts cannot read and other sites' forms do not send, for `age`.
pub fn cookie(name: &'static str, value: String, age: Duration) -> Cookie<'static> {
    let age = CookieAge::seconds(i64::try_from(age.as_secs()).unwrap_or(i64::MAX));
    Cookie::build(name, value).path("/").http_only(true).same_site(SameSite::Lax).max_age(age).finish()
}

pub fn session_cookie(token: &str, age: Duration) -> Cookie<'static> {
    cookie(SESSION_COOKIE, token.to_owned(), age)
}

pub fn end_session_cookie() -> Cookie<'static> {
    forget_cookie(SESSION_COOKIE)
}

/// The cookie that makes the browser forget the one of that name.
pub(crate) fn forget_cookie(name: &'static str) -> Cookie<'static> {
    cookie(name, String::new(), Duration::ZERO)
}

pub fn device_cookie(token: &str) -> Cookie<'static> {
    cookie(DEVICE_COOKIE, token.to_owned(), Duration::from_hours(24 * 400))
}

/// The value of a cookie of the request, by its name without prefix.
pub fn cookie_value(req: &HttpRequest, name: &str) -> Option<String> {
    let found = req.cookie(&format!("{HOST_PREFIX}{name}")).or_else(|| req.cookie(name));
    found.map(|cookie| cookie.value().to_owned()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn seen(cookies: &[(&str, &str)]) -> Option<String> {
        let with = |request: TestRequest, (name, value): &(&str, &str)| {
            request.cookie(Cookie::new((*name).to_owned(), (*value).to_owned()))
        };
        cookie_value(&cookies.iter().fold(TestRequest::default(), with).to_http_request(), SESSION_COOKIE)
    }

    #[test]
    fn a_planted_cookie_never_wins_over_our_own_and_one_from_before_the_prefix_still_counts() {
        assert_eq!(seen(&[("sid", "planted"), ("__Host-sid", "ours")]).as_deref(), Some("ours"));
        assert_eq!(seen(&[("sid", "old")]).as_deref(), Some("old"));
        assert_eq!(seen(&[("__Host-sid", ""), ("other", "x")]), None);
    }
}
