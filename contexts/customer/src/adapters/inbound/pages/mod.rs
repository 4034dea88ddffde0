//! The pages on which people sign up, log in and look after their account, and the one on which administrators appoint.
//!
//! A page that tells whether an address has an account does not exist: see [`crate::application::sign_up`].

use actix_web::web::{self, ServiceConfig};
use chassis::Site;

use crate::use_cases::UseCases;

mod address;
mod admin;
mod confirm;
mod login;
mod profile;
mod reset;
mod second_factor;
mod sessions;
mod signup;
mod verify;

/// Registers every page.
pub fn configure(use_cases: &UseCases, site: &web::Data<Site>, config: &mut ServiceConfig) {
    config
        .app_data(use_cases.sign_up.clone())
        .app_data(use_cases.verify_email.clone())
        .app_data(use_cases.request_mail.clone())
        .app_data(use_cases.reset_password.clone())
        .app_data(use_cases.log_in.clone())
        .app_data(use_cases.log_out.clone())
        .app_data(use_cases.confirm.clone())
        .app_data(use_cases.second_factor.clone())
        .app_data(use_cases.sessions.clone())
        .app_data(site.clone())
        .app_data(use_cases.change_password.clone())
        .app_data(use_cases.edit_profile.clone())
        .app_data(use_cases.erase_customer.clone())
        .app_data(use_cases.view_customers.clone())
        .app_data(use_cases.appoint.clone());
    config
        .service(signup::show)
        .service(signup::sign_up)
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
        .service(second_factor::first_code)
        .service(second_factor::remove)
        .service(reset::show)
        .service(reset::request)
        .service(reset::choose)
        .service(profile::show)
        .service(profile::edit)
        .service(profile::password)
        .service(profile::erase)
        .service(admin::list)
        .service(admin::change_role)
        .service(admin::end_sessions);
}

/// Fields of a form that has none but the token.
#[derive(serde::Deserialize)]
pub(super) struct NoFields {}
