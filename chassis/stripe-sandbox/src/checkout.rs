//! `/v1/checkout/sessions`: a hosted page for one payment, with the intent that it pays.
//!
//! Plays `mode=payment` with prices given in the request; no customers, no coupons, no stored prices.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use async_trait::async_trait;
use shared_kernel::{Money, StoreError, Timestamp};

use crate::answer::Answer;
use crate::call::KeyHolder;
use crate::domain::checkout::{Session, SessionStatus};
use crate::domain::intent::Details;
use crate::errors::ApiError;
use crate::form::Params;
use crate::intents::{checked_amount, currency, metadata, new_intent};
use crate::listing::Page;
use crate::objects;
use crate::store::{Command, Ledger};

const OPEN: Duration = Duration::from_hours(24);

/// Since this version of the API a session has no intent until the buyer confirms.
const INTENT_AT_CONFIRMATION: &str = "2022-08-01";

/// Makes a session and its intent.
pub(crate) struct CreateSession {
    amount: Money,
    expires: Timestamp,
    success_url: String,
    cancel_url: Option<String>,
    client_reference_id: Option<String>,
    metadata: BTreeMap<String, String>,
    intent: Details,
    intent_is_hidden: bool,
}

#[async_trait]
impl Command for CreateSession {
    async fn run(&self, ledger: &mut Ledger<'_>) -> Result<Answer, StoreError> {
        let id = ledger.new_id("cs_test");
        let details = Details { session: Some(id.clone()), ..self.intent.clone() };
        let step = new_intent(ledger, self.amount, details);
        let intent = ledger.apply(step).await?;
        let session = Session {
            id,
            intent: intent.id().to_owned(),
            created: ledger.now(),
            expires: self.expires,
            amount: self.amount,
            success_url: self.success_url.clone(),
            cancel_url: self.cancel_url.clone(),
            client_reference_id: self.client_reference_id.clone(),
            metadata: self.metadata.clone(),
            status: SessionStatus::Open,
            intent_is_hidden: self.intent_is_hidden,
        };
        ledger.keep_session(&session).await?;
        Ok(Answer::ok(&ledger.session_object(&session)))
    }
}

/// Closes a session, and the intent if its money is not under way.
pub(crate) struct ExpireSession {
    /// Which.
    pub id: String,
}

#[async_trait]
impl Command for ExpireSession {
    async fn run(&self, ledger: &mut Ledger<'_>) -> Result<Answer, StoreError> {
        let Some(session) = ledger.session(&self.id).await? else { return Ok(no_such_session(&self.id).answer()) };
        let status = session.status.name();
        let Some(session) = session.expired() else {
            let message =
                format!("Only Checkout Sessions with a status in [\"open\"] can be expired. This one is {status}.");
            return Ok(ApiError::invalid(message, None).answer());
        };
        ledger.keep_session(&session).await?;
        let object = ledger.session_object(&session);
        ledger.emit("checkout.session.expired", &object).await?;
        let intent = ledger.intent(&session.intent).await?;
        if let Some(Ok(step)) = intent.map(|intent| intent.cancel(Some("abandoned".to_owned()), ledger.now())) {
            ledger.apply(step).await?;
        }
        Ok(Answer::ok(&object))
    }
}

/// The routes of this file.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/checkout/sessions", web::post().to(create))
        .route("/checkout/sessions", web::get().to(list))
        .route("/checkout/sessions/{id}", web::get().to(retrieve))
        .route("/checkout/sessions/{id}/expire", web::post().to(expire));
}

async fn create(KeyHolder(mut call): KeyHolder) -> Result<HttpResponse, ApiError> {
    let now = call.core.clock.now();
    let params = &mut call.params;
    if params.required("mode")? != "payment" {
        return Err(ApiError::invalid("The sandbox plays mode=payment only.", Some("mode")));
    }
    let success_url = web_address(params, "success_url")?.ok_or_else(|| ApiError::missing("success_url"))?;
    let cancel_url = web_address(params, "cancel_url")?;
    let expires = expiry(params, now)?;
    let amount = total(params)?;
    let client_reference_id = params.text("client_reference_id");
    params.text("customer_email"); // the sandbox sends no mail, and keeps no address
    let metadata_of_session = metadata(params)?;
    params.texts("payment_method_types")?;
    let mut data = params.group("payment_intent_data");
    data.text("receipt_email");
    let intent = Details {
        metadata: metadata(&mut data)?,
        description: data.text("description"),
        statement_descriptor: data.text("statement_descriptor"),
        session: None,
    };
    data.nothing_else()?;
    params.nothing_else()?;
    let metadata = metadata_of_session;
    let session = CreateSession {
        amount,
        expires,
        success_url,
        cancel_url,
        client_reference_id,
        metadata,
        intent,
        intent_is_hidden: call.version.as_str() >= INTENT_AT_CONFIRMATION,
    };
    call.carry_out(session).await
}

async fn retrieve(KeyHolder(call): KeyHolder, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    call.params.nothing_else()?;
    let session = call.core.store.session(&id).await?.ok_or_else(|| no_such_session(&id))?;
    let object = objects::session(&session, &call.core.settings.base_url);
    call.show(object).await
}

/// An intent belongs to one session at most, so this list has no second page.
async fn list(KeyHolder(mut call): KeyHolder) -> Result<HttpResponse, ApiError> {
    let intent = call.params.required("payment_intent")?;
    Page::take(&mut call.params)?;
    call.params.nothing_else()?;
    let found = call.core.store.session_of(&intent).await?;
    let data: Vec<_> = found.iter().map(|session| objects::session(session, &call.core.settings.base_url)).collect();
    call.show(objects::list("/v1/checkout/sessions", &data, false)).await
}

async fn expire(KeyHolder(call): KeyHolder, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    call.params.nothing_else()?;
    call.carry_out(ExpireSession { id: id.into_inner() }).await
}

fn no_such_session(id: &str) -> ApiError {
    ApiError::no_such("checkout.session", id, "session")
}

/// Half an hour to a day from now, as Stripe allows.
fn expiry(params: &mut Params, now: Timestamp) -> Result<Timestamp, ApiError> {
    let Some(seconds) = params.integer("expires_at")? else { return Ok(now.plus(OPEN)) };
    let at = Timestamp::from_micros(seconds.saturating_mul(1_000_000));
    let ahead = at.since(now).as_secs();
    if (29 * 60..=24 * 60 * 60).contains(&ahead) {
        return Ok(at);
    }
    let message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.";
    Err(ApiError::invalid(message, Some("expires_at")))
}

fn web_address(params: &mut Params, key: &str) -> Result<Option<String>, ApiError> {
    let Some(text) = params.text(key) else { return Ok(None) };
    let plain = text.replace("{CHECKOUT_SESSION_ID}", "x");
    let known = reqwest::Url::parse(&plain).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if known {
        Ok(Some(text))
    } else {
        Err(ApiError::invalid("Not a valid URL", Some(key)).with("code", "url_invalid"))
    }
}

/// The sum of the lines.
fn total(params: &mut Params) -> Result<Money, ApiError> {
    let mut sum: Option<Money> = None;
    for mut line in params.groups("line_items") {
        let quantity = line.integer("quantity")?.unwrap_or(1);
        let mut price = line.group("price_data");
        line.nothing_else()?;
        let currency = currency(&mut price, "currency")?;
        let unit = price.integer("unit_amount")?.ok_or_else(|| ApiError::missing(&price.name("unit_amount")))?;
        price.text("tax_behavior");
        let mut product = price.group("product_data");
        product.required("name")?;
        product.text("description");
        product.nothing_else()?;
        price.nothing_else()?;
        if unit < 0 || quantity < 1 {
            return Err(ApiError::invalid("Quantities start at 1, unit amounts at 0.", Some("line_items")));
        }
        let wrong =
            |_| ApiError::invalid("All lines need one currency, and a sum that is not too large.", Some("line_items"));
        let amount = Money::new(unit, currency).times(quantity).map_err(wrong)?;
        sum = Some(match sum {
            Some(sum) => sum.plus(amount).map_err(wrong)?,
            None => amount,
        });
    }
    let sum = sum.ok_or_else(|| ApiError::missing("line_items"))?;
    checked_amount(sum.minor(), sum.currency(), "line_items")
}
