//! Which page leads to which handler.

use std::sync::Arc;

use actix_web::web::{self, Data, ServiceConfig};
use shared_kernel::Ids;

use super::view_models::TimeZone;
use super::{digital_files, downloads, shelf, shipping_order, shipping_orders, stock};
use crate::adapters::inbound::share;
use crate::application::UseCases;

/// Registers the pages and what the handlers need: `ids` name what a form does, so that it is not done twice; `time_zone`,
/// such as `Pacific/Auckland`, is that of the clocks that pages show.
pub fn configure(config: &mut ServiceConfig, use_cases: &UseCases, ids: Arc<dyn Ids>, time_zone: String) {
    share(config, use_cases)
        .app_data(Data::from(ids))
        .app_data(Data::new(TimeZone(time_zone)))
        .route("/admin/shipping-orders", web::get().to(shipping_orders::show))
        .route("/admin/shipping-orders/{id}", web::get().to(shipping_order::show))
        .route("/admin/shipping-orders/{id}/dispatch", web::post().to(shipping_order::dispatch))
        .route("/admin/shipping-orders/{id}/close", web::post().to(shipping_order::close))
        .service(digital_files::resource())
        .route("/admin/stock", web::get().to(stock::show))
        .route("/admin/stock", web::post().to(stock::count))
        .route("/admin/stock/{sku}", web::get().to(shelf::show))
        .route("/admin/stock/{sku}", web::post().to(shelf::adjust))
        .route("/downloads/{token}", web::get().to(downloads::fetch));
}
