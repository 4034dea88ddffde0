//! The paths of the pages, and the use cases that their handlers get.

use std::sync::Arc;

use actix_web::web::{self, Data, ServiceConfig};
use chassis::Site;
use shared_kernel::Ids;

use super::{admin, cart, checkout, orders, payment};
use crate::application::UseCases;

/// Registers every page, with the use cases behind them.
pub fn configure(
    use_cases: &UseCases,
    site: Site,
    ids: Arc<dyn Ids>,
) -> impl FnOnce(&mut ServiceConfig) + Clone + use<> {
    let use_cases = use_cases.clone();
    let (site, ids) = (Data::new(site), Data::from(ids));
    move |services: &mut ServiceConfig| {
        services
            .app_data(site)
            .app_data(ids)
            .app_data(Data::from(use_cases.create_cart))
            .app_data(Data::from(use_cases.view_cart))
            .app_data(Data::from(use_cases.set_cart_item))
            .app_data(Data::from(use_cases.place_order))
            .app_data(Data::from(use_cases.wait_until_payable))
            .app_data(Data::from(use_cases.wait_for_payment))
            .app_data(Data::from(use_cases.open_card_page))
            .app_data(Data::from(use_cases.list_orders))
            .app_data(Data::from(use_cases.view_order))
            .app_data(Data::from(use_cases.request_cancellation))
            .app_data(Data::from(use_cases.refund_order))
            .app_data(Data::from(use_cases.resolve_attention))
            .app_data(Data::from(use_cases.check_payment))
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
}
