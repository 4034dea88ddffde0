//! The routes of the JSON API, and the use cases that their handlers get.

use actix_web::web::Data;
use chassis::Site;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{carts, orders};
use crate::application::UseCases;

/// Registers every route, with the use cases behind them.
pub fn configure(use_cases: &UseCases, site: Site) -> impl FnOnce(&mut ServiceConfig) + Clone + use<> {
    let (use_cases, site) = (use_cases.clone(), Data::new(site));
    move |services: &mut ServiceConfig| {
        services
            .app_data(site)
            .app_data(Data::from(use_cases.create_cart))
            .app_data(Data::from(use_cases.view_cart))
            .app_data(Data::from(use_cases.set_cart_item))
            .app_data(Data::from(use_cases.claim_cart))
            .app_data(Data::from(use_cases.place_order))
            .app_data(Data::from(use_cases.wait_until_payable))
            .app_data(Data::from(use_cases.list_orders))
            .app_data(Data::from(use_cases.view_order))
            .app_data(Data::from(use_cases.request_cancellation))
            .app_data(Data::from(use_cases.refund_order))
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
}
