//! `/api/ops/v1/events`: the types of events that this shop publishes, with the schema of each.

use actix_web::{HttpResponse, get};
use chassis::web::{Admin, Problem};
use rust_embed::RustEmbed;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(RustEmbed)]
#[folder = "../contexts"]
#[include = "*/contract/events/*.schema.json"]
struct Schemas;

#[derive(Serialize, ToSchema)]
struct EventTypes {
    items: Vec<EventType>,
}

#[derive(Serialize, ToSchema)]
struct EventType {
    /// Such as `store.order.paid.v1`.
    #[serde(rename = "type")]
    name: String,
    /// The context that publishes it.
    source: String,
    /// JSON Schema of its data.
    #[schema(value_type = Object)]
    schema: serde_json::Value,
}

/// Types of events that this shop publishes, with the schema of each
#[utoipa::path(
    tag = "operations", operation_id = "list_event_types", security(("bearer" = ["admin"])),
    responses(
        (status = 200, body = EventTypes),
    ),
)]
#[get("/events")]
pub(crate) async fn list(_admin: Admin) -> Result<HttpResponse, Problem> {
    let mut items = Vec::new();
    for path in Schemas::iter() {
        let Some(file) = Schemas::get(&path) else { continue };
        let schema = serde_json::from_slice(&file.data).map_err(Problem::internal)?;
        let source = path.split('/').next().unwrap_or_default();
        let name = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".schema.json");
        items.push(EventType { name: name.to_owned(), source: format!("/{source}"), schema });
    }
    items.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(HttpResponse::Ok().json(EventTypes { items }))
}
