//! The operator's API: dead letters, replays and the catalogue of event types, over all contexts.

mod dead_letters;
pub use dead_letters::{LetterView, letter_name};
mod events;
pub mod openapi;
mod replays;

use actix_web::web;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::shop::Shop;

/// Registers `/api/ops/v1/*`.
pub fn api(shop: &Shop) -> impl FnOnce(&mut ServiceConfig) + Clone + use<> {
    let (letters, replay) = (shop.dead_letters.clone(), shop.replay.clone());
    move |config| {
        config
            .app_data(web::Data::new(letters))
            .app_data(web::Data::new(replay))
            .service(dead_letters::list)
            .service(dead_letters::retry)
            .service(dead_letters::discard)
            .service(replays::list)
            .service(replays::start)
            .service(events::list);
    }
}
