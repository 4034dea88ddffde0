//! The two cookies of a cart: its id, which is the key to it, and how many things it holds, for the menu only. The app hands
//! their names to the edge, so that logging out makes the browser forget them.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse};
use chassis::web::{cookie, cookie_value};

use crate::application::CartView;
use crate::domain::CartId;

/// The id of the cart.
pub const CART_COOKIE: &str = "cart";
/// How many things lie in the cart; for display only.
pub const CART_COUNT_COOKIE: &str = "cart_count";

/// As long as carts are kept.
const MAX_AGE: Duration = Duration::from_hours(30 * 24);

/// The cart that the browser says is its own.
pub(super) fn cart_of(req: &HttpRequest) -> Option<CartId> {
    cookie_value(req, CART_COOKIE).and_then(|cookie| CartId::parse(&cookie))
}

/// The answer, with the cart remembered by the browser.
pub(super) fn remembering(mut response: HttpResponse, cart: &CartView) -> HttpResponse {
    for (name, value) in [(CART_COOKIE, cart.id.to_string()), (CART_COUNT_COOKIE, cart.count().to_string())] {
        // A name and digits always make a header, so the refusal that the signature knows cannot happen.
        let _ = response.add_cookie(&cookie(name, value, MAX_AGE));
    }
    response
}
