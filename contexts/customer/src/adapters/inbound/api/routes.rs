//! Which operation is found where.

use std::sync::Arc;

use chassis::Site;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{api_keys, customers, me, second_factor, sessions, sign_up};
use crate::adapters::inbound::share;
use crate::application::UseCases;

/// Registers every operation.
pub fn configure(use_cases: &UseCases, site: &Arc<Site>, config: &mut ServiceConfig<'_>) {
    config
        .map(|config| share(config, use_cases, site))
        .service(sign_up::sign_up)
        .service(sign_up::verify)
        .service(sign_up::resend)
        .service(sign_up::request_reset)
        .service(sign_up::reset)
        .service(sessions::log_in)
        .service(sessions::log_out)
        .service(sessions::confirm)
        .service(sessions::list)
        .service(sessions::end)
        .service(sessions::end_all)
        .service(second_factor::show)
        .service(second_factor::begin)
        .service(second_factor::turn_on)
        .service(second_factor::turn_off)
        .service(second_factor::remove)
        .service(me::show)
        .service(me::edit)
        .service(me::password)
        .service(me::erase)
        .service(customers::list)
        .service(customers::one)
        .service(customers::change_role)
        .service(customers::erase)
        .service(api_keys::list)
        .service(api_keys::create)
        .service(api_keys::revoke);
}
