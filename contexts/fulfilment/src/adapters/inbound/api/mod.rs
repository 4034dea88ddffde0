//! The JSON API under `/api/fulfilment/v1`, for staff. Handlers parse, call one use case, and render; `errors` chooses status
//! and words, `dto` holds the bodies.

mod digital_files;
mod dto;
mod errors;
pub mod routes;
mod shipping_orders;
mod stock;
