//! Which call leads to which handler.

use std::sync::Arc;

use actix_web::web::Data;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{digital_files, shipping_orders, stock};
use crate::application::UseCases;

/// Registers every call and what the handlers need.
pub fn configure(config: &mut ServiceConfig, use_cases: &UseCases) {
    config
        .app_data(Data::from(Arc::clone(&use_cases.shipping_orders)))
        .app_data(Data::from(Arc::clone(&use_cases.stock)))
        .app_data(Data::from(Arc::clone(&use_cases.set_stock)))
        .app_data(Data::from(Arc::clone(&use_cases.adjust_stock)))
        .app_data(Data::from(Arc::clone(&use_cases.dispatch_items)))
        .app_data(Data::from(Arc::clone(&use_cases.close_shipping_order)))
        .app_data(Data::from(Arc::clone(&use_cases.put_digital_file)))
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
