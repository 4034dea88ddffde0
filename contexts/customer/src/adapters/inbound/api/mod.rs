//! The JSON API of this context, under `/api/customer/v1`.
//!
//! Signing up and asking for a mail never tell whether an address has an account: status, shape and time of the answer
//! are the same. `POST /customers` answers 201 with the account as it was asked for; if the address has an account
//! already, nothing is made, the id in the answer is nobody's, and the owner gets a mail.

use actix_web::web;
use chassis::Site;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::use_cases::UseCases;

mod admin;
mod bodies;
mod keys;
mod me;
mod own_sessions;
mod second_factor;
mod security_bodies;
mod sessions;
mod sign_up;

/// Registers every operation.
pub fn configure(use_cases: &UseCases, site: &web::Data<Site>, config: &mut ServiceConfig<'_>) {
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
        .app_data(use_cases.appoint.clone())
        .app_data(use_cases.create_api_key.clone())
        .app_data(use_cases.revoke_api_key.clone());
    config
        .service(sign_up::sign_up)
        .service(sign_up::verify)
        .service(sign_up::resend)
        .service(sign_up::request_reset)
        .service(sign_up::reset)
        .service(sessions::log_in)
        .service(sessions::log_out)
        .service(own_sessions::confirm)
        .service(own_sessions::list)
        .service(own_sessions::end)
        .service(own_sessions::end_all)
        .service(second_factor::show)
        .service(second_factor::begin)
        .service(second_factor::turn_on)
        .service(second_factor::turn_off)
        .service(second_factor::remove)
        .service(me::show)
        .service(me::edit)
        .service(me::password)
        .service(me::erase)
        .service(admin::list)
        .service(admin::one)
        .service(admin::change_role)
        .service(admin::erase)
        .service(keys::list)
        .service(keys::create)
        .service(keys::revoke);
}
