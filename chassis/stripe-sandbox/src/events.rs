//! `/v1/events`: what happened, for shops that ask instead of waiting for webhooks.

use actix_web::{HttpResponse, web};
use chassis_sql::Row;
use chassis_sql::params;
use serde_json::Value;
use shared_kernel::StoreError;

use crate::answer::answer;
use crate::call::KeyHolder;
use crate::errors::ApiError;
use crate::form::Params;
use crate::listing::{Listing, Page, listing};
use crate::objects;

/// The routes of this file.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.route("/events", web::get().to(list)).route("/events/{id}", web::get().to(retrieve));
}

const MAX_TYPES: usize = 20;
const ALL: Listing = listing!("event", "webhook_event", "body", "");
const OF_TYPE: Listing = listing!("event", "webhook_event", "body", "AND $6 LIKE '%,' || type || ',%'");

async fn list(KeyHolder(mut call): KeyHolder) -> Result<HttpResponse, ApiError> {
    let page = Page::take(&mut call.params)?;
    let kinds = kinds(&mut call.params)?;
    call.params.nothing_else()?;
    let listing = if kinds.is_some() { OF_TYPE } else { ALL };
    let (events, more) = page.read(call.core.store.database(), listing, kinds, body).await?;
    Ok(answer(&objects::list("/v1/events", &events, more)))
}

/// `type`, or up to twenty `types`; as a text in which each stands between commas.
fn kinds(params: &mut Params) -> Result<Option<String>, ApiError> {
    let (one, several) = (params.text("type"), params.texts("types")?);
    if several.len() > MAX_TYPES {
        return Err(ApiError::invalid("You may specify at most 20 types.", Some("types")));
    }
    if one.is_some() && !several.is_empty() {
        return Err(ApiError::invalid("You may only specify one of these parameters: type, types.", Some("types")));
    }
    let kinds: Vec<String> = one.into_iter().chain(several.into_values()).collect();
    Ok((!kinds.is_empty()).then(|| format!(",{},", kinds.join(","))))
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
