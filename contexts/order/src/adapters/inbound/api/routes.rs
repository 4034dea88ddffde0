//! The routes of the JSON API.

use chassis::Site;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{carts, orders};
use crate::adapters::inbound::share;
use crate::application::UseCases;

/// Registers every route.
pub fn configure(use_cases: &UseCases, site: &Site, config: &mut ServiceConfig<'_>) {
    config
        .map(|config| share(config, use_cases, site))
        .service(carts::create)
        .service(carts::show)
        .service(carts::put_item)
        .service(carts::delete_item)
        .service(orders::place)
        .service(orders::list)
        .service(orders::show)
        .service(orders::cancel)
        .service(orders::refund);
}
