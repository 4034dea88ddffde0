//! Which call leads to which handler.

use utoipa_actix_web::service_config::ServiceConfig;

use super::reports;
use crate::adapters::inbound::share;
use crate::application::UseCases;

/// Registers every call and what the handlers need.
pub fn configure(cfg: &mut ServiceConfig, use_cases: &UseCases) {
    cfg.map(|cfg| share(cfg, use_cases))
        .service(reports::monthly_sales)
        .service(reports::sales_over_time)
        .service(reports::top_products)
        .service(reports::sales_by_category)
        .service(reports::sales_by_country)
        .service(reports::refunds);
}
