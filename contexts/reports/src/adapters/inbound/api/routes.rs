//! Which call leads to which handler.

use std::sync::Arc;

use actix_web::web::Data;
use utoipa_actix_web::service_config::ServiceConfig;

use super::reports;
use crate::application::UseCases;

/// Registers every call and what the handlers need.
pub fn configure(cfg: &mut ServiceConfig, use_cases: &UseCases) {
    cfg.app_data(Data::from(Arc::clone(&use_cases.report_queries)))
        .app_data(Data::from(Arc::clone(&use_cases.show_sales_over_time)))
        .app_data(Data::from(Arc::clone(&use_cases.list_refunds)))
        .app_data(Data::from(Arc::clone(&use_cases.context)))
        .service(reports::monthly_sales)
        .service(reports::sales_over_time)
        .service(reports::top_products)
        .service(reports::sales_by_category)
        .service(reports::sales_by_country)
        .service(reports::refunds);
}
