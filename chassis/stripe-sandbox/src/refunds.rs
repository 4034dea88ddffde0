//! `/v1/refunds`: send money back in parts.

use actix_web::{HttpResponse, web};
use async_trait::async_trait;
use shared_kernel::StoreError;

use crate::answer::Answer;
use crate::call::KeyHolder;
use crate::domain::intent::Intent;
use crate::domain::refund::{self, Refund, RefundAsk, RefundStatus};
use crate::errors::ApiError;
use crate::intents::{metadata, no_such_intent};
use crate::listing::{Listing, Page, intent_filter, listing};
use crate::objects;
use crate::store::{Command, Ledger, record};

/// Sends money back.
pub(crate) struct CreateRefund {
    of: Of,
    amount: Option<i64>,
    reason: Option<String>,
    metadata: std::collections::BTreeMap<String, String>,
}

/// By what the payment is named.
enum Of {
    Intent(String),
    Charge(String),
}

#[async_trait]
impl Command for CreateRefund {
    async fn run(&self, ledger: &mut Ledger<'_>) -> Result<Answer, StoreError> {
        let id = match &self.of {
            Of::Intent(id) => id.clone(),
            Of::Charge(id) => match ledger.charge(id).await? {
                Some(charge) => charge.intent,
                None => return Ok(ApiError::no_such("charge", id, "charge").answer()),
            },
        };
        let Some(intent) = ledger.intent(&id).await? else { return Ok(no_such_intent(&id).answer()) };
        if let Some(disputed) = ledger.dispute_of(&id).await?.filter(|dispute| dispute.status.holds_the_money()) {
            return Ok(ApiError::charge_disputed(&disputed.charge).answer());
        }
        let ask = RefundAsk {
            id: ledger.new_id("re"),
            amount: self.amount,
            reason: self.reason.clone(),
            metadata: self.metadata.clone(),
            now: ledger.now(),
            slow: ledger.slow(),
        };
        let (intent, refund) = match refund::refund(intent, ask) {
            Ok(done) => done,
            Err(refused) => return Ok(ApiError::refund_refused(&refused).answer()),
        };
        keep(ledger, &intent, &refund).await?;
        let object = objects::refund(&refund);
        if let Some(charge) = ledger.charge(refund.charge()).await? {
            ledger.emit("charge.refunded", &objects::charge(&charge, &intent)).await?;
        }
        ledger.emit("refund.created", &object).await?;
        Ok(Answer::ok(&object))
    }
}

async fn keep(ledger: &mut Ledger<'_>, intent: &Intent, refund: &Refund) -> Result<(), StoreError> {
    ledger.keep_intent(intent).await?;
    ledger.keep_refund(refund).await
}

/// Adds to the shop's notes on a refund; nothing else of it can be changed.
pub(crate) struct NoteOnRefund {
    id: String,
    metadata: std::collections::BTreeMap<String, String>,
}

#[async_trait]
impl Command for NoteOnRefund {
    async fn run(&self, ledger: &mut Ledger<'_>) -> Result<Answer, StoreError> {
        let Some(refund) = ledger.refund(&self.id).await? else { return Ok(no_such_refund(&self.id).answer()) };
        let refund = refund.noted(&self.metadata);
        ledger.keep_refund(&refund).await?;
        let object = objects::refund(&refund);
        ledger.emit("refund.updated", &object).await?;
        Ok(Answer::ok(&object))
    }
}

/// Brings a slow refund that is due to its end.
pub(crate) struct SettleRefund {
    /// Which.
    pub id: String,
}

#[async_trait]
impl Command for SettleRefund {
    async fn run(&self, ledger: &mut Ledger<'_>) -> Result<Answer, StoreError> {
        let Some(found) = ledger.refund(&self.id).await? else { return Ok(no_such_refund(&self.id).answer()) };
        let Some(intent) = ledger.intent(found.intent()).await? else {
            return Ok(no_such_intent(found.intent()).answer());
        };
        let Some((intent, settled)) = refund::settle(intent, found.clone(), ledger.now()) else {
            return Ok(Answer::ok(&objects::refund(&found)));
        };
        keep(ledger, &intent, &settled).await?;
        let object = objects::refund(&settled);
        ledger.emit("refund.updated", &object).await?;
        if settled.status() == RefundStatus::Failed {
            ledger.emit("refund.failed", &object).await?;
        }
        Ok(Answer::ok(&object))
    }
}

/// The routes of this file.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/refunds", web::post().to(create))
        .route("/refunds", web::get().to(list))
        .route("/refunds/{id}", web::get().to(retrieve))
        .route("/refunds/{id}", web::post().to(update))
        .route("/refunds/{id}/cancel", web::post().to(cancel));
}

async fn create(KeyHolder(mut call): KeyHolder) -> Result<HttpResponse, ApiError> {
    let params = &mut call.params;
    let of = match (params.text("payment_intent"), params.text("charge")) {
        (Some(intent), None) => Of::Intent(intent),
        (None, Some(charge)) => Of::Charge(charge),
        (None, None) => return Err(ApiError::missing("payment_intent")),
        (Some(_), Some(_)) => {
            return Err(ApiError::invalid(
                "You may only specify one of these parameters: charge, payment_intent.",
                None,
            ));
        }
    };
    let amount = params.integer("amount")?;
    if amount.is_some_and(|amount| amount < 1) {
        return Err(ApiError::invalid("This value must be greater than or equal to 1.", Some("amount"))
            .with("code", "parameter_invalid_integer"));
    }
    let reason = params.text("reason");
    let known = ["duplicate", "fraudulent", "requested_by_customer"];
    if reason.as_deref().is_some_and(|reason| !known.contains(&reason)) {
        return Err(ApiError::invalid(format!("Invalid reason: must be one of {}", known.join(", ")), Some("reason")));
    }
    let metadata = metadata(params)?;
    params.nothing_else()?;
    call.carry_out(CreateRefund { of, amount, reason, metadata }).await
}

async fn update(KeyHolder(mut call): KeyHolder, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let metadata = metadata(&mut call.params)?;
    call.params.nothing_else()?;
    call.carry_out(NoteOnRefund { id: id.into_inner(), metadata }).await
}

/// Stripe cancels only refunds that wait for the buyer, which none of a card does.
async fn cancel(KeyHolder(call): KeyHolder, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    call.params.nothing_else()?;
    let refund = call.core.store.refund(&id).await?.ok_or_else(|| no_such_refund(&id))?;
    let status = refund.status().name();
    let message = format!("Refund {id} cannot be canceled because it has a status of {status}, not requires_action.");
    Err(ApiError::invalid(message, None))
}

async fn retrieve(KeyHolder(call): KeyHolder, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    call.params.nothing_else()?;
    let refund = call.core.store.refund(&id).await?.ok_or_else(|| no_such_refund(&id))?;
    call.show(objects::refund(&refund)).await
}

const ALL: Listing = listing!("refund", "refund", "record", "");
const OF_INTENT: Listing = listing!("refund", "refund", "record", "AND intent = $6");

async fn list(KeyHolder(mut call): KeyHolder) -> Result<HttpResponse, ApiError> {
    let page = Page::take(&mut call.params)?;
    let intent = intent_filter(&mut call).await?;
    call.params.nothing_else()?;
    let listing = if intent.is_some() { OF_INTENT } else { ALL };
    let (refunds, more) = page.read(call.core.store.database(), listing, intent, record::<Refund>).await?;
    let data: Vec<_> = refunds.iter().map(objects::refund).collect();
    call.show(objects::list("/v1/refunds", &data, more)).await
}

fn no_such_refund(id: &str) -> ApiError {
    ApiError::no_such("refund", id, "refund")
}
