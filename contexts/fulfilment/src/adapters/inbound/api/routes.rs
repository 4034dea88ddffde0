//! Which call leads to which handler.

use utoipa_actix_web::service_config::ServiceConfig;

use super::{digital_files, shipping_orders, stock};
use crate::adapters::inbound::share;
use crate::application::UseCases;

/// Registers every call and what the handlers need.
pub fn configure(config: &mut ServiceConfig, use_cases: &UseCases) {
    config
        .map(|config| share(config, use_cases))
        .service(shipping_orders::list)
        .service(shipping_orders::show)
        .service(shipping_orders::dispatch)
        .service(shipping_orders::close)
        .service(stock::list)
        .service(stock::show)
        .service(stock::count)
        .service(stock::adjust)
        .service(stock::movements)
        .service(digital_files::put);
}
