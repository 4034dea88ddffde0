//! The AsyncAPI document at `/api/asyncapi.json`: every event with its schema and an example, who states it and who hears it.
//!
//! It is a file, which `tests/openapi` generates from the golden files and the subscriptions of all contexts and holds
//! against them: so it is the same whether the contexts run in this process or in others.

use actix_web::{HttpResponse, web};

/// The document.
const DOCUMENT: &str = include_str!("../../contract/asyncapi.json");

/// Registers the document.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/api/asyncapi.json", web::get().to(serve));
}

async fn serve() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(DOCUMENT)
}
