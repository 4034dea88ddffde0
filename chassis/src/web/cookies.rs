//! The names of our cookies and how they are set.
//!
//! `Secure` is added by the edge when the shop is reached by https, so nobody has to know that here.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration as CookieAge;
use actix_web::cookie::{Cookie, SameSite};

/// The session token. Only pages look at it; `/api` ignores cookies.
pub const SESSION_COOKIE: &str = "sid";
/// The id of the cart.
pub const CART_COOKIE: &str = "cart";
/// How many things lie in the cart; for display only.
pub const CART_COUNT_COOKIE: &str = "cart_count";
/// Tells one anonymous browser from another, for form tokens only.
pub(crate) const VISITOR_COOKIE: &str = "visitor";
/// The message for the next page.
pub(crate) const FLASH_COOKIE: &str = "flash";

/// A cookie that scripts cannot read and other sites' forms do not send, for `age`.
pub(crate) fn cookie(name: &'static str, value: String, age: Duration) -> Cookie<'static> {
    let age = CookieAge::seconds(i64::try_from(age.as_secs()).unwrap_or(i64::MAX));
    Cookie::build(name, value).path("/").http_only(true).same_site(SameSite::Lax).max_age(age).finish()
}

/// The cookie that keeps somebody signed in for `age`.
#[must_use]
pub fn session_cookie(token: &str, age: Duration) -> Cookie<'static> {
    cookie(SESSION_COOKIE, token.to_owned(), age)
}

/// The cookie that signs somebody out.
#[must_use]
pub fn end_session_cookie() -> Cookie<'static> {
    forget_cookie(SESSION_COOKIE)
}

/// The cookie that makes the browser forget the one of that name.
#[must_use]
pub fn forget_cookie(name: &'static str) -> Cookie<'static> {
    cookie(name, String::new(), Duration::ZERO)
}

/// The value of a cookie of the request.
pub(crate) fn value(req: &HttpRequest, name: &str) -> Option<String> {
    req.cookie(name).map(|cookie| cookie.value().to_owned()).filter(|value| !value.is_empty())
}
