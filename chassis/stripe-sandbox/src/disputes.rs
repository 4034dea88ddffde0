//! `/v1/disputes`: list, retrieve, answer with evidence, give in.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use async_trait::async_trait;
use shared_kernel::StoreError;

use crate::answer::Answer;
use crate::call::KeyHolder;
use crate::domain::dispute::{Dispute, DisputeFact};
use crate::errors::ApiError;
use crate::intents::metadata;
use crate::listing::{Listing, Page, intent_filter, listing};
use crate::objects;
use crate::store::{Command, Ledger, record};

/// What happens to a dispute.
enum Change {
    /// The shop writes evidence, and perhaps sends it.
    Answer { evidence: BTreeMap<String, String>, metadata: BTreeMap<String, String>, sent: bool },
    /// The shop gives in.
    Accept,
    /// The shop's time is over.
    Expire,
}

pub(crate) struct ChangeDispute {
    id: String,
    change: Change,
}

impl ChangeDispute {
    /// Lets a dispute come to its end that the shop has not answered.
    pub(crate) const fn expire(id: String) -> Self {
        Self { id, change: Change::Expire }
    }
}

#[async_trait]
impl Command for ChangeDispute {
    async fn run(&self, ledger: &mut Ledger<'_>) -> Result<Answer, StoreError> {
        let Some(found) = ledger.dispute(&self.id).await? else { return Ok(no_such_dispute(&self.id).answer()) };
        let changed = match &self.change {
            Change::Answer { evidence, metadata, sent } => {
                let mut notes = found.metadata.clone();
                notes.extend(metadata.clone());
                let noted = Dispute { metadata: notes, ..found.clone() };
                if evidence.is_empty() && !metadata.is_empty() {
                    Some((noted, vec![DisputeFact::Updated]))
                } else {
                    noted.answered(evidence.clone(), *sent)
                }
            }
            Change::Accept => found.clone().accepted(),
            Change::Expire => match found.clone().overdue(ledger.now()) {
                Some(overdue) => Some(overdue),
                None => return Ok(Answer::ok(&objects::dispute(&found))),
            },
        };
        match changed {
            Some((dispute, facts)) => {
                ledger.keep_dispute(&dispute, &facts).await?;
                Ok(Answer::ok(&objects::dispute(&dispute)))
            }
            None => Ok(ApiError::invalid("This dispute is already closed", None).answer()),
        }
    }
}

/// The routes of this file.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/disputes", web::get().to(list))
        .route("/disputes/{id}", web::get().to(retrieve))
        .route("/disputes/{id}", web::post().to(update))
        .route("/disputes/{id}/close", web::post().to(close));
}

const ALL: Listing = listing!("dispute", "dispute", "record", "");
const OF_INTENT: Listing = listing!("dispute", "dispute", "record", "AND intent = $6");

async fn list(KeyHolder(mut call): KeyHolder) -> Result<HttpResponse, ApiError> {
    let page = Page::take(&mut call.params)?;
    let intent = intent_filter(&mut call).await?;
    call.params.nothing_else()?;
    let listing = if intent.is_some() { OF_INTENT } else { ALL };
    let (disputes, more) = page.read(call.core.store.database(), listing, intent, record::<Dispute>).await?;
    let data: Vec<_> = disputes.iter().map(objects::dispute).collect();
    call.show(objects::list("/v1/disputes", &data, more)).await
}

async fn retrieve(KeyHolder(call): KeyHolder, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    call.params.nothing_else()?;
    let dispute = call.core.store.dispute(&id).await?.ok_or_else(|| no_such_dispute(&id))?;
    call.show(objects::dispute(&dispute)).await
}

async fn update(KeyHolder(mut call): KeyHolder, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let evidence = call.params.texts("evidence")?;
    let metadata = metadata(&mut call.params)?;
    let sent = call.params.flag("submit")?.unwrap_or(true);
    call.params.nothing_else()?;
    let change = Change::Answer { evidence, metadata, sent };
    call.carry_out(ChangeDispute { id: id.into_inner(), change }).await
}

async fn close(KeyHolder(call): KeyHolder, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    call.params.nothing_else()?;
    call.carry_out(ChangeDispute { id: id.into_inner(), change: Change::Accept }).await
}

fn no_such_dispute(id: &str) -> ApiError {
    ApiError::no_such("dispute", id, "dispute")
}
