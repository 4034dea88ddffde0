//! The JSON API of this context, `/api/order/v1`.
//!
//! A handler reads the request, calls one use case, and renders. Shapes are in `dto`, status and words of refusals in
//! `errors`.

mod carts;
mod dto;
mod errors;
mod orders;
pub mod routes;
