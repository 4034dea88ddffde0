//! The paths of the pages.

use std::sync::Arc;

use actix_web::web::{self, Data, ServiceConfig};
use chassis::Site;
use shared_kernel::Ids;

use super::{admin, cart, checkout, orders, payment};
use crate::adapters::inbound::share;
use crate::application::UseCases;

/// Registers every page.
pub fn configure(use_cases: &UseCases, site: &Site, ids: Arc<dyn Ids>, config: &mut ServiceConfig) {
    share(config, use_cases, site)
        .app_data(Data::from(ids))
        .route("/cart", web::get().to(cart::show))
        .route("/cart", web::post().to(cart::apply))
        .route("/cart/items", web::post().to(cart::add))
        .route("/cart/remove", web::post().to(cart::remove))
        .route("/checkout", web::get().to(checkout::start))
        .route("/checkout", web::post().to(checkout::confirm))
        .route("/checkout/confirm", web::post().to(checkout::place))
        .route("/orders", web::get().to(orders::list))
        .route("/orders/{id}", web::get().to(orders::show))
        .route("/orders/{id}/pay", web::get().to(payment::pay))
        .route("/orders/{id}/return", web::get().to(payment::come_back))
        .route("/orders/{id}/cancel", web::post().to(orders::cancel))
        .route("/admin/orders", web::get().to(admin::list))
        .route("/admin/orders/{id}", web::get().to(admin::show))
        .route("/admin/orders/{id}/refunds", web::post().to(admin::refund))
        .route("/admin/orders/{id}/cancel", web::post().to(admin::cancel))
        .route("/admin/orders/{id}/payment-check", web::post().to(admin::check_payment))
        .route("/admin/orders/{id}/attention", web::post().to(admin::resolve));
}
