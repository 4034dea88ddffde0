//! `/v1/events`: what happened, for shops that ask instead of waiting for webhooks.

use actix_web::{HttpResponse, web};
use chassis::params;
use chassis::sql::Row;
use serde_json::Value;
use shared_kernel::StoreError;

use super::call::KeyHolder;
use super::errors::ApiError;
use super::idempotency::answer;
use super::listing::Page;
use super::objects;

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/events", web::get().to(list)).route("/events/{id}", web::get().to(retrieve));
}

const ALL: &str = "SELECT body FROM webhook_event WHERE created >= $1 AND created < $2 AND (created, id) < ($3, $4)
    ORDER BY created DESC, id DESC LIMIT $5";
const OF_TYPE: &str = "SELECT body FROM webhook_event WHERE created >= $1 AND created < $2 AND (created, id) < ($3, $4)
    AND type = $6 ORDER BY created DESC, id DESC LIMIT $5";
const POSITION: &str = "SELECT created FROM webhook_event WHERE id = $1";

async fn list(KeyHolder(mut call): KeyHolder) -> Result<HttpResponse, ApiError> {
    let page = Page::take(&mut call.params)?;
    let kind = call.params.text("type");
    call.params.nothing_else()?;
    let sql = (if kind.is_some() { OF_TYPE } else { ALL }, POSITION);
    let after = page.after();
    let found = page.read(call.core.store.database(), sql, kind, body).await?;
    let (events, more) = found.ok_or_else(|| Page::no_such_item(after.as_deref(), "event"))?;
    Ok(answer(&objects::list("/v1/events", &events, more)))
}

async fn retrieve(KeyHolder(call): KeyHolder, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    call.params.nothing_else()?;
    let wanted = id.clone();
    let found = call.core.store.database().read(move |tx| {
        let id = wanted.clone();
        Box::pin(async move {
            let row = tx.fetch_optional("SELECT body FROM webhook_event WHERE id = $1", params![id]).await?;
            row.as_ref().map(body).transpose()
        })
    });
    let event = found.await?.ok_or_else(|| ApiError::no_such("event", &id, "id"))?;
    Ok(answer(&event))
}

fn body(row: &Row) -> Result<Value, StoreError> {
    row.get("body")
}
