//! `/v1/charges`: list and retrieve the attempts to take money, those that failed, too.

use actix_web::{HttpResponse, web};

use crate::call::{Call, KeyHolder};
use crate::domain::attempt::Charge;
use crate::errors::ApiError;
use crate::listing::{Listing, Page, intent_filter, listing};
use crate::objects;
use crate::store::record;

const ALL: Listing = listing!("charge", "charge", "record", "");
const OF_INTENT: Listing = listing!("charge", "charge", "record", "AND intent = $6");

/// The routes of this file.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.route("/charges", web::get().to(list)).route("/charges/{id}", web::get().to(retrieve));
}

async fn list(KeyHolder(mut call): KeyHolder) -> Result<HttpResponse, ApiError> {
    let page = Page::take(&mut call.params)?;
    let intent = intent_filter(&mut call).await?;
    call.params.nothing_else()?;
    let listing = if intent.is_some() { OF_INTENT } else { ALL };
    let (charges, more) = page.read(call.core.store.database(), listing, intent, record::<Charge>).await?;
    let mut data = Vec::new();
    for charge in &charges {
        data.push(object(&call, charge).await?);
    }
    call.show(objects::list("/v1/charges", &data, more)).await
}

async fn retrieve(KeyHolder(call): KeyHolder, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    call.params.nothing_else()?;
    let charge = call.core.store.charge(&id).await?.ok_or_else(|| ApiError::no_such("charge", &id, "id"))?;
    let object = object(&call, &charge).await?;
    call.show(object).await
}

async fn object(call: &Call, charge: &Charge) -> Result<serde_json::Value, ApiError> {
    let intent = call.core.store.intent(&charge.intent).await?;
    let intent = intent.ok_or_else(|| ApiError::no_such("payment_intent", &charge.intent, "id"))?;
    Ok(objects::charge(charge, &intent))
}
