//! Which page leads to which handler.

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};

use super::{categories, monthly, overview, products, refunds, sales};
use crate::application::UseCases;

/// Registers every page and what the handlers need.
pub fn configure(cfg: &mut ServiceConfig, use_cases: &UseCases) {
    cfg.app_data(Data::from(Arc::clone(&use_cases.report_queries)))
        .app_data(Data::from(Arc::clone(&use_cases.show_sales_over_time)))
        .app_data(Data::from(Arc::clone(&use_cases.list_refunds)))
        .app_data(Data::from(Arc::clone(&use_cases.context)))
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
