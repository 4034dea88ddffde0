//! The JSON API under `/api/catalogue/v1`, one file for each resource.
//!
//! Reads are public, writes are for staff. A handler parses, calls one use case, renders; words and status codes of
//! refusals are chosen in `errors`.

mod body;
mod categories;
pub mod dto;
mod errors;
mod exports;
mod featured;
mod imports;
mod media;
mod paths;
mod products;
mod response_cache;
pub mod routes;

pub(super) use exports::csv_answer;
pub(super) use products::category_of;
pub use response_cache::ResponseCache;
pub(super) use response_cache::has_it;
