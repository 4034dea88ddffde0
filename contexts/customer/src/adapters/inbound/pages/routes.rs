//! Which page is found where.

use std::sync::Arc;

use actix_web::web::ServiceConfig;
use chassis::Site;

use super::{admin_customers, confirm, login, profile, reset, second_factor, sessions, sign_up, verify};
use crate::adapters::inbound::share;
use crate::application::UseCases;

/// Registers every page.
pub fn configure(use_cases: &UseCases, site: &Arc<Site>, config: &mut ServiceConfig) {
    share(config, use_cases, site)
        .service(sign_up::show)
        .service(sign_up::sign_up)
        .service(verify::show)
        .service(verify::verify)
        .service(verify::resend)
        .service(login::show)
        .service(login::log_in)
        .service(login::log_out)
        .service(login::code)
        .service(confirm::show)
        .service(confirm::confirm)
        .service(sessions::show)
        .service(sessions::end)
        .service(second_factor::show)
        .service(second_factor::begin)
        .service(second_factor::turn_on)
        .service(second_factor::remove)
        .service(reset::show)
        .service(reset::request)
        .service(reset::choose)
        .service(profile::show)
        .service(profile::edit)
        .service(profile::password)
        .service(profile::erase)
        .service(admin_customers::list)
        .service(admin_customers::change_role)
        .service(admin_customers::end_sessions);
}
