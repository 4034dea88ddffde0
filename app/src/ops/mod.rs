//! The operator's API: counts ([`counts`]), dead letters, the security log and replays ([`handlers`]) of one context or of all
//! ([`scope`]), the catalogue of event types ([`events`]) and how they flow ([`topology`]), and the descriptions of the whole
//! API ([`openapi`]) and of all events ([`asyncapi`]).

pub mod asyncapi;
mod counts;
mod decisions;
mod events;
mod handlers;
pub mod openapi;
mod scope;
mod shapes;
mod topology;

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web;

use crate::config::parts::Part;
use crate::peers::{Operations, Peers};
use scope::Scope;

pub(crate) use decisions::note_decision;

/// Where the operator's API over all contexts is found.
const PATH: &str = "/api/ops/v1";

/// Where the operator's API of a context is found.
fn path_of(context: Part) -> String {
    format!("/api/{}/v1/ops", context.name())
}

/// Registers `/api/<context>/v1/ops` for each of these contexts.
pub fn of_contexts(contexts: BTreeMap<Part, Arc<dyn Operations>>) -> impl FnOnce(&mut web::ServiceConfig) {
    move |config| {
        for (part, context) in contexts {
            let scope = web::scope(&path_of(part))
                .app_data(web::Data::new(Scope::Context(Arc::clone(&context))))
                .app_data(web::Data::from(context))
                .service(counts::of_context)
                .service(topology::of_context)
                .configure(common);
            config.service(scope);
        }
    }
}

/// Registers `/api/ops/v1`, over all contexts.
pub fn of_shop(peers: Peers) -> impl FnOnce(&mut web::ServiceConfig) {
    move |config| {
        let scope = web::scope(PATH)
            .app_data(web::Data::new(Scope::Shop(peers.clone())))
            .app_data(web::Data::new(peers))
            .service(counts::of_shop)
            .service(events::list)
            .service(topology::of_shop)
            .configure(common);
        config.service(scope);
    }
}

/// What is asked of one context and of all in the same way.
fn common(config: &mut web::ServiceConfig) {
    config
        .service(handlers::dead_letters)
        .service(handlers::retry)
        .service(handlers::discard)
        .service(handlers::errors)
        .service(handlers::security_log)
        .service(handlers::rebuildable)
        .service(handlers::replay);
}
