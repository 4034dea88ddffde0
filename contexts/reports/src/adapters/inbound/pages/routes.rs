//! Which page leads to which handler.

use actix_web::web::ServiceConfig;

use super::{categories, monthly, overview, products, refunds, sales};
use crate::adapters::inbound::share;
use crate::application::UseCases;

/// Registers every page and what the handlers need.
pub fn configure(cfg: &mut ServiceConfig, use_cases: &UseCases) {
    share(cfg, use_cases)
        .service(overview::show)
        .service(monthly::show)
        .service(monthly::file)
        .service(sales::show)
        .service(sales::file)
        .service(products::show)
        .service(products::file)
        .service(categories::show)
        .service(categories::file)
        .service(refunds::show)
        .service(refunds::file);
}
