//! What calls the order context: JSON ([`api`]), pages ([`pages`]), events of others ([`consumers`]), its own tasks
//! ([`tasks`]), timers ([`jobs`]), and files of past orders ([`import`]).

pub mod api;
pub mod consumers;
pub mod import;
pub mod jobs;
pub mod pages;
pub mod tasks;

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};
use chassis::Site;

use crate::application::UseCases;

/// Gives the use cases to the handlers of API and pages.
fn share<'a>(config: &'a mut ServiceConfig, use_cases: &UseCases, site: &Site) -> &'a mut ServiceConfig {
    config
        .app_data(Data::new(site.clone()))
        .app_data(Data::from(Arc::clone(&use_cases.create_cart)))
        .app_data(Data::from(Arc::clone(&use_cases.view_cart)))
        .app_data(Data::from(Arc::clone(&use_cases.set_cart_item)))
        .app_data(Data::from(Arc::clone(&use_cases.claim_cart)))
        .app_data(Data::from(Arc::clone(&use_cases.place_order)))
        .app_data(Data::from(Arc::clone(&use_cases.wait_until_payable)))
        .app_data(Data::from(Arc::clone(&use_cases.list_orders)))
        .app_data(Data::from(Arc::clone(&use_cases.view_order)))
        .app_data(Data::from(Arc::clone(&use_cases.request_cancellation)))
        .app_data(Data::from(Arc::clone(&use_cases.refund_order)))
        .app_data(Data::from(Arc::clone(&use_cases.wait_for_payment)))
        .app_data(Data::from(Arc::clone(&use_cases.open_card_page)))
        .app_data(Data::from(Arc::clone(&use_cases.resolve_attention)))
        .app_data(Data::from(Arc::clone(&use_cases.check_payment)))
}
