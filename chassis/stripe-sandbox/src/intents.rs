//! `/v1/payment_intents`: create, retrieve, list, confirm, cancel.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use async_trait::async_trait;
use shared_kernel::{Currency, Money, StoreError};
use subtle::ConstantTimeEq as _;

use crate::answer::{Answer, answer};
use crate::call::{AnyCaller, Call, KeyHolder};
use crate::domain::card::{CardDetails, Expiry};
use crate::domain::currency as currencies;
use crate::domain::intent::{Details, Intent, Step};
use crate::domain::method::Method;
use crate::domain::object_id;
use crate::errors::ApiError;
use crate::form::Params;
use crate::listing::{Listing, Page, listing};
use crate::objects;
use crate::store::{Command, Ledger, record};

/// Makes an intent, and confirms it at once if that is asked for.
pub(crate) struct CreateIntent {
    amount: Money,
    details: Details,
    method: Option<Method>,
    confirm: bool,
    return_url: Option<String>,
}

#[async_trait]
impl Command for CreateIntent {
    async fn run(&self, ledger: &mut Ledger<'_>) -> Result<Answer, StoreError> {
        let created = new_intent(ledger, self.amount, self.details.clone());
        if !self.confirm {
            let intent = match &self.method {
                Some(method) => created.intent.clone().prepared(method.clone()),
                None => created.intent.clone(),
            };
            let intent = ledger.apply(Step { intent, ..created }).await?;
            return Ok(Answer::ok(&ledger.intent_object(&intent)));
        }
        let attempt = ledger.attempt(self.return_url.clone());
        match created.intent.clone().confirm(self.method.clone(), attempt) {
            Ok(step) => {
                ledger.apply(created).await?;
                attempted(ledger, step).await
            }
            Err(refused) => Ok(ApiError::refused(refused, ledger.intent_object(&created.intent)).answer()),
        }
    }
}

/// A new intent with an id and a client secret of its own.
pub(crate) fn new_intent(ledger: &Ledger<'_>, amount: Money, details: Details) -> Step {
    let id = ledger.new_id("pi");
    let client_secret = format!("{id}_secret_{}", hex::encode(&ledger.secret()[..16]));
    Intent::create(id, client_secret, amount, details, ledger.now())
}

/// Keeps an attempt's result; a failed one is answered with 402.
async fn attempted(ledger: &mut Ledger<'_>, step: Step) -> Result<Answer, StoreError> {
    let failure = step.failure;
    let intent = ledger.apply(step).await?;
    let object = ledger.intent_object(&intent);
    Ok(failure
        .map_or_else(|| Answer::ok(&object), |failure| ApiError::failed_attempt(failure, object.clone()).answer()))
}

/// Tries to pay an intent.
pub(crate) struct ConfirmIntent {
    /// Which.
    pub id: String,
    /// What the caller showed in place of the secret key; `None` if they hold the key.
    pub client_secret: Option<String>,
    /// What to pay with.
    pub method: Option<Method>,
    /// Where the buyer goes after authenticating.
    pub return_url: Option<String>,
}

#[async_trait]
impl Command for ConfirmIntent {
    async fn run(&self, ledger: &mut Ledger<'_>) -> Result<Answer, StoreError> {
        let Some(intent) = ledger.intent(&self.id).await? else { return Ok(no_such_intent(&self.id).answer()) };
        if self.client_secret.as_ref().is_some_and(|shown| !opens(shown, &intent)) {
            return Ok(ApiError::wrong_client_secret().answer());
        }
        let attempt = ledger.attempt(self.return_url.clone());
        match intent.clone().confirm(self.method.clone(), attempt) {
            Ok(step) => attempted(ledger, step).await,
            Err(refused) => Ok(ApiError::refused(refused, ledger.intent_object(&intent)).answer()),
        }
    }
}

/// The buyer has authenticated on the hosted page, or refused to.
pub(crate) struct AuthenticateIntent {
    /// Which.
    pub id: String,
    /// What they did.
    pub approved: bool,
}

#[async_trait]
impl Command for AuthenticateIntent {
    async fn run(&self, ledger: &mut Ledger<'_>) -> Result<Answer, StoreError> {
        let Some(intent) = ledger.intent(&self.id).await? else { return Ok(no_such_intent(&self.id).answer()) };
        match intent.clone().authenticate(self.approved, &ledger.attempt(None)) {
            Ok(step) => attempted(ledger, step).await,
            Err(refused) => Ok(ApiError::refused(refused, ledger.intent_object(&intent)).answer()),
        }
    }
}

/// Changes what an intent says, and its amount while it may still be paid.
pub(crate) struct UpdateIntent {
    id: String,
    amount: Option<i64>,
    currency: Option<Currency>,
    details: Details,
    forgotten: Vec<String>,
}

#[async_trait]
impl Command for UpdateIntent {
    async fn run(&self, ledger: &mut Ledger<'_>) -> Result<Answer, StoreError> {
        let Some(intent) = ledger.intent(&self.id).await? else { return Ok(no_such_intent(&self.id).answer()) };
        let currency = self.currency.unwrap_or(intent.amount().currency());
        let wanted = (self.amount.is_some() || self.currency.is_some())
            .then(|| checked_amount(self.amount.unwrap_or(intent.amount().minor()), currency, "amount"));
        let amount = match wanted.transpose() {
            Ok(amount) => amount,
            Err(refused) => return Ok(refused.answer()),
        };
        match intent.clone().updated(amount, &self.details, &self.forgotten) {
            Ok(intent) => {
                ledger.keep_intent(&intent).await?;
                Ok(Answer::ok(&ledger.intent_object(&intent)))
            }
            Err(refused) => Ok(ApiError::refused(refused, ledger.intent_object(&intent)).answer()),
        }
    }
}

/// Closes an intent for good.
pub(crate) struct CancelIntent {
    /// Which.
    pub id: String,
    /// One of Stripe's reasons.
    pub reason: Option<String>,
}

#[async_trait]
impl Command for CancelIntent {
    async fn run(&self, ledger: &mut Ledger<'_>) -> Result<Answer, StoreError> {
        let Some(intent) = ledger.intent(&self.id).await? else { return Ok(no_such_intent(&self.id).answer()) };
        match intent.clone().cancel(self.reason.clone(), ledger.now()) {
            Ok(step) => {
                let intent = ledger.apply(step).await?;
                Ok(Answer::ok(&ledger.intent_object(&intent)))
            }
            Err(refused) => Ok(ApiError::refused(refused, ledger.intent_object(&intent)).answer()),
        }
    }
}

/// The routes of this file.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/payment_intents", web::post().to(create))
        .route("/payment_intents", web::get().to(list))
        .route("/payment_intents/{id}", web::get().to(retrieve))
        .route("/payment_intents/{id}", web::post().to(update))
        .route("/payment_intents/{id}/confirm", web::post().to(confirm))
        .route("/payment_intents/{id}/cancel", web::post().to(cancel));
}

async fn create(KeyHolder(mut call): KeyHolder) -> Result<HttpResponse, ApiError> {
    let params = &mut call.params;
    let amount = amount(params)?;
    params.text("receipt_email"); // the sandbox sends no mail, and keeps no address
    let details = Details {
        metadata: metadata(params)?,
        description: params.text("description"),
        statement_descriptor: params.text("statement_descriptor"),
        session: None,
    };
    automatic_capture(params)?;
    let confirm = params.flag("confirm")?.unwrap_or(false);
    let return_url = params.text("return_url");
    let method = method(&mut call)?;
    call.params.nothing_else()?;
    call.carry_out(CreateIntent { amount, details, method, confirm, return_url }).await
}

async fn update(KeyHolder(mut call): KeyHolder, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let params = &mut call.params;
    let amount = params.integer("amount")?;
    let currency = params
        .text("currency")
        .map(|code| currencies::currency(&code).ok_or_else(|| ApiError::invalid_currency(&code, "currency")));
    let currency = currency.transpose()?;
    let mut notes = params.texts("metadata")?;
    let forgotten = notes.iter().filter(|(_, value)| value.is_empty()).map(|(key, _)| key.clone()).collect();
    notes.retain(|_, value| !value.is_empty());
    params.text("receipt_email"); // the sandbox sends no mail, and keeps no address
    let details = Details {
        metadata: checked_metadata(notes)?,
        description: params.text("description"),
        statement_descriptor: params.text("statement_descriptor"),
        session: None,
    };
    params.nothing_else()?;
    call.carry_out(UpdateIntent { id: id.into_inner(), amount, currency, details, forgotten }).await
}

async fn confirm(caller: AnyCaller, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let AnyCaller { mut call, holds_key } = caller;
    let client_secret = call.params.text("client_secret");
    if client_secret.is_none() && !holds_key {
        return Err(ApiError::no_key());
    }
    let return_url = call.params.text("return_url");
    let method = method(&mut call)?;
    call.params.nothing_else()?;
    call.carry_out(ConfirmIntent { id: id.into_inner(), client_secret, method, return_url }).await
}

async fn cancel(KeyHolder(mut call): KeyHolder, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let reason = call.params.text("cancellation_reason");
    let known = ["duplicate", "fraudulent", "requested_by_customer", "abandoned"];
    if reason.as_deref().is_some_and(|reason| !known.contains(&reason)) {
        let message = format!("Invalid cancellation_reason: must be one of {}", known.join(", "));
        return Err(ApiError::invalid(message, Some("cancellation_reason")));
    }
    call.params.nothing_else()?;
    call.carry_out(CancelIntent { id: id.into_inner(), reason }).await
}

async fn retrieve(caller: AnyCaller, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let AnyCaller { mut call, holds_key } = caller;
    let shown = call.params.text("client_secret");
    call.params.nothing_else()?;
    if shown.is_none() && !holds_key {
        return Err(ApiError::no_key());
    }
    let intent = call.core.store.intent(&id).await?.ok_or_else(|| no_such_intent(&id))?;
    let base_url = &call.core.settings.base_url;
    match shown {
        Some(shown) if !opens(&shown, &intent) => Err(ApiError::wrong_client_secret()),
        // What stands behind ids is for those who hold the key.
        Some(_) if !holds_key => Ok(answer(&objects::intent_for_buyer(&intent, base_url))),
        Some(_) | None => {
            let object = objects::intent(&intent, base_url);
            call.show(object).await
        }
    }
}

const ALL: Listing = listing!("payment_intent", "intent", "record", "");

async fn list(KeyHolder(mut call): KeyHolder) -> Result<HttpResponse, ApiError> {
    let page = Page::take(&mut call.params)?;
    call.params.nothing_else()?;
    let (intents, more) = page.read(call.core.store.database(), ALL, None, record::<Intent>).await?;
    let base_url = &call.core.settings.base_url;
    let data: Vec<_> = intents.iter().map(|intent| objects::intent(intent, base_url)).collect();
    call.show(objects::list("/v1/payment_intents", &data, more)).await
}

fn opens(client_secret: &str, intent: &Intent) -> bool {
    client_secret.as_bytes().ct_eq(intent.client_secret().as_bytes()).into()
}

/// The refusal for an intent that is not there.
pub(crate) fn no_such_intent(id: &str) -> ApiError {
    ApiError::no_such("payment_intent", id, "intent")
}

fn amount(params: &mut Params) -> Result<Money, ApiError> {
    let minor = params.integer("amount")?.ok_or_else(|| ApiError::missing("amount"))?;
    let currency = currency(params, "currency")?;
    checked_amount(minor, currency, "amount")
}

/// A currency's code in either case.
///
/// # Errors
/// A refusal when it is missing or not one of Stripe's.
pub(crate) fn currency(params: &mut Params, key: &str) -> Result<Currency, ApiError> {
    let code = params.required(key)?;
    currencies::currency(&code).ok_or_else(|| ApiError::invalid_currency(&code, &params.name(key)))
}

/// An amount that Stripe would take.
pub(crate) fn checked_amount(units: i64, currency: Currency, param: &str) -> Result<Money, ApiError> {
    currencies::charge(units, currency).map_err(|refused| ApiError::amount_refused(&refused, currency, param))
}

/// The shop's notes: at most 50, with keys of 40 and values of 500 characters. Empty values are left out.
///
/// # Errors
/// A refusal when there are more, or longer ones.
pub(crate) fn metadata(params: &mut Params) -> Result<BTreeMap<String, String>, ApiError> {
    let mut notes = params.texts("metadata")?;
    notes.retain(|_, value| !value.is_empty());
    checked_metadata(notes)
}

fn checked_metadata(notes: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, ApiError> {
    let fits = |(key, value): (&String, &String)| key.chars().count() <= 40 && value.chars().count() <= 500;
    if notes.len() > 50 || !notes.iter().all(fits) {
        let message = "Metadata can have up to 50 keys of 40 characters with values of 500 characters.";
        return Err(ApiError::invalid(message, Some("metadata")));
    }
    Ok(notes)
}

/// Takes the parameters that say how Stripe should choose and capture; refuses what the sandbox does not play.
fn automatic_capture(params: &mut Params) -> Result<(), ApiError> {
    let mut automatic = params.group("automatic_payment_methods");
    automatic.flag("enabled")?;
    automatic.text("allow_redirects");
    automatic.nothing_else()?;
    if params.texts("payment_method_types")?.values().any(|kind| kind != "card") {
        return Err(ApiError::invalid("The sandbox takes cards only.", Some("payment_method_types")));
    }
    if params.text("capture_method").is_some_and(|method| !method.starts_with("automatic")) {
        return Err(ApiError::invalid("The sandbox captures automatically only.", Some("capture_method")));
    }
    Ok(())
}

/// What to pay with: `payment_method=pm_card_visa`, or a card in `payment_method_data[card][..]`, whose expiry and
/// security code are checked if they are there.
fn method(call: &mut Call) -> Result<Option<Method>, ApiError> {
    let id = object_id("pm", call.core.ids.uuid());
    let named = call.params.text("payment_method");
    let mut data = call.params.group("payment_method_data");
    if let Some(name) = named {
        return Method::named(&name, id).map(Some).ok_or_else(|| ApiError::no_such_method(&name));
    }
    if data.is_empty() {
        return Ok(None);
    }
    if data.text("type").is_some_and(|kind| kind != "card") {
        return Err(ApiError::invalid("The sandbox takes cards only.", Some("payment_method_data[type]")));
    }
    let mut card = data.group("card");
    data.group("billing_details");
    data.nothing_else()?;
    if let Some(token) = card.text("token") {
        card.nothing_else()?;
        let name = token.replacen("tok_", "pm_card_", 1);
        return Method::named(&name, id).map(Some).ok_or_else(|| ApiError::no_such_method(&token));
    }
    let number = card.required("number")?;
    let expiry = match (card.integer("exp_month")?, card.integer("exp_year")?) {
        (None, None) => None,
        (month, year) => Some(Expiry { month: month.unwrap_or(0), year: year.unwrap_or(0) }),
    };
    let cvc = card.text("cvc");
    card.nothing_else()?;
    let details = CardDetails::check(&number, expiry, cvc.as_deref(), call.core.clock.now()).map_err(ApiError::card)?;
    Ok(Some(Method::of_card(&details, id)))
}
