//! The operator's API: counts, dead letters and replays of each context ([`context`]) and over all of them ([`shop`]), the
//! catalogue of event types ([`events`]), and the description of the whole API ([`openapi`]).

mod context;
mod decisions;
mod events;
pub mod openapi;
mod shapes;
mod shop;

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web;

use crate::config::parts::Part;
use crate::peers::{Operations, Peers};

pub(crate) use decisions::note_decision;

/// Where the operator's API of a context is found.
fn path_of(context: Part) -> String {
    format!("/api/{}/v1/ops", context.name())
}

/// Registers `/api/<context>/v1/ops` for each of these contexts.
pub fn of_contexts(contexts: BTreeMap<Part, Arc<dyn Operations>>) -> impl FnOnce(&mut web::ServiceConfig) {
    move |config| {
        for (part, context) in contexts {
            let scope = web::scope(&path_of(part))
                .app_data(web::Data::from(context))
                .service(context::counts)
                .service(context::dead_letters)
                .service(context::retry)
                .service(context::discard)
                .service(context::security_log)
                .service(context::rebuildable)
                .service(context::replay);
            config.service(scope);
        }
    }
}

/// Registers `/api/ops/v1`, over all contexts.
pub fn of_shop(peers: Peers) -> impl FnOnce(&mut web::ServiceConfig) {
    move |config| {
        config
            .app_data(web::Data::new(peers))
            .service(shop::counts)
            .service(shop::dead_letters)
            .service(shop::retry)
            .service(shop::discard)
            .service(shop::security_log)
            .service(shop::rebuildable)
            .service(shop::replay)
            .service(events::list);
    }
}
