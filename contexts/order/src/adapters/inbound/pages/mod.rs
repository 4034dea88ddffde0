//! The pages of this context: cart, checkout, payment, orders, and the orders of the back office.
//!
//! Every page works without scripts. A handler reads the request, calls a use case, and renders a struct of finished
//! strings (`view_models`); what is said when something is refused is chosen in `messages`.

mod admin;
mod cart;
mod cart_cookie;
mod checkout;
mod countries;
mod format;
pub(super) mod messages;
mod orders;
mod payment;
pub mod routes;
mod view_models;

pub use self::cart_cookie::{CART_COOKIE, CART_COUNT_COOKIE};
