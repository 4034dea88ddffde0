//! The two cookies of a cart: its id, which is the key to it, and how many things it holds, for the menu only.

use std::time::Duration;

use actix_web::cookie::time::Duration as Age;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse};
use chassis::web::{CART_COOKIE, CART_COUNT_COOKIE, cookie_value};

use crate::application::CartView;
use crate::domain::CartId;

/// As long as carts are kept.
const CART_COOKIE_MAX_AGE: Duration = Duration::from_hours(30 * 24);

/// The cart that the browser says is its own.
pub fn cart_of(req: &HttpRequest) -> Option<CartId> {
    cookie_value(req, CART_COOKIE).and_then(|cookie| CartId::parse(&cookie))
}

/// The answer, with the cart remembered by the browser.
pub fn remembering(mut response: HttpResponse, cart: &CartView) -> HttpResponse {
    for (name, value) in [(CART_COOKIE, cart.id.to_string()), (CART_COUNT_COOKIE, cart.count().to_string())] {
        let age = Age::seconds(i64::try_from(CART_COOKIE_MAX_AGE.as_secs()).unwrap_or(i64::MAX));
        let cookie =
            Cookie::build(name, value).path("/").http_only(true).same_site(SameSite::Lax).max_age(age).finish();
        // A name and digits always make a header, so the refusal that the signature knows cannot happen.
        let _ = response.add_cookie(&cookie);
    }
    response
}
