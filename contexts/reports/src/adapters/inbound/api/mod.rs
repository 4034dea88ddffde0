//! The JSON API: `/api/reports/v1`, for administrators.
//!
//! `reports` parses, asks one use case and renders; `dto` holds the bodies that clients rely on, `errors` the refusals. Each
//! report is also given as CSV to a caller who asks for `text/csv`.

mod dto;
mod errors;
mod reports;
pub mod routes;
