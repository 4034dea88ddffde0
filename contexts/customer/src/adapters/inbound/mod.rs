//! Who calls this context: programs ([`api`]), people ([`pages`]), the edge of the shop or its gateway ([`identity`]), the
//! task engine ([`tasks`]) and the clock ([`jobs`]).

pub mod api;
pub mod identity;
pub mod jobs;
pub mod pages;
pub mod tasks;

mod caller;
mod fields;
mod security_log;

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};
use chassis::Site;

use crate::application::UseCases;

/// Gives the use cases to the handlers of API and pages.
fn share<'a>(config: &'a mut ServiceConfig, use_cases: &UseCases, site: &Arc<Site>) -> &'a mut ServiceConfig {
    config
        .app_data(Data::from(Arc::clone(site)))
        .app_data(Data::from(Arc::clone(&use_cases.account_queries)))
        .app_data(Data::from(Arc::clone(&use_cases.sign_up)))
        .app_data(Data::from(Arc::clone(&use_cases.verify_email)))
        .app_data(Data::from(Arc::clone(&use_cases.request_mail)))
        .app_data(Data::from(Arc::clone(&use_cases.reset_password)))
        .app_data(Data::from(Arc::clone(&use_cases.log_in)))
        .app_data(Data::from(Arc::clone(&use_cases.log_out)))
        .app_data(Data::from(Arc::clone(&use_cases.confirm_session)))
        .app_data(Data::from(Arc::clone(&use_cases.end_sessions)))
        .app_data(Data::from(Arc::clone(&use_cases.set_up_second_factor)))
        .app_data(Data::from(Arc::clone(&use_cases.change_password)))
        .app_data(Data::from(Arc::clone(&use_cases.edit_profile)))
        .app_data(Data::from(Arc::clone(&use_cases.erase_customer)))
        .app_data(Data::from(Arc::clone(&use_cases.change_role)))
        .app_data(Data::from(Arc::clone(&use_cases.create_api_key)))
        .app_data(Data::from(Arc::clone(&use_cases.revoke_api_key)))
}
