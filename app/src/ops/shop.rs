//! `/api/ops/v1`: the operator's API over all contexts, wherever they run. A context that does not answer is named, and
//! the others are shown.

use actix_web::{HttpResponse, get, post, web};
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{Admin, CallerContext, JsonBody, Problem, Staff};

use super::decisions::note_decision;
use super::shapes::{
    ConsumerList, ContextList, ContextView, DeadLetterList, ReplayRequest, SecurityLogList, no_such_letter, not_rebuilt,
};
use crate::peers::{Decision, LogQuery, Peers};

/// How each context stands
#[utoipa::path(
    tag = "operations", operation_id = "list_contexts", security(("bearer" = ["staff"])),
    responses(
        (status = 200, body = ContextList),
    ),
)]
#[get("/api/ops/v1/counts")]
pub async fn counts(_staff: Staff, asker: CallerContext, peers: web::Data<Peers>) -> HttpResponse {
    let mut all = ContextList { items: Vec::new(), unreachable: Vec::new() };
    for (context, counts) in peers.counts(&asker).await {
        match counts {
            Some(counts) => all.items.push(ContextView { context, counts }),
            None => all.unreachable.push(context),
        }
    }
    HttpResponse::Ok().json(all)
}

/// Messages that could not be handled
#[utoipa::path(
    tag = "operations", operation_id = "list_dead_letters", security(("bearer" = ["admin"])),
    responses(
        (status = 200, body = DeadLetterList, description = "newest failure first, at most 100"),
    ),
)]
#[get("/api/ops/v1/dead-letters")]
pub async fn dead_letters(_admin: Admin, asker: CallerContext, peers: web::Data<Peers>) -> HttpResponse {
    HttpResponse::Ok().json(DeadLetterList::from(peers.dead_letters(&asker).await))
}

/// Try one again
#[utoipa::path(
    tag = "operations", operation_id = "retry_dead_letter", security(("bearer" = ["admin"])),
    responses(
        (status = 204, description = "it will be tried again"),
    ),
)]
#[post("/api/ops/v1/dead-letters/{id}/retry")]
pub async fn retry(
    _admin: Admin,
    asker: CallerContext,
    trail: SecurityTrail,
    peers: web::Data<Peers>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let found = peers.decide(&asker, &id, Decision::Retry).await?;
    note_decision(&trail, &id, Decision::Retry, found).await;
    decided(found)
}

/// Give one up
#[utoipa::path(
    tag = "operations", operation_id = "discard_dead_letter", security(("bearer" = ["admin"])),
    responses(
        (status = 204, description = "it is gone, and what waited behind it moves on"),
    ),
)]
#[post("/api/ops/v1/dead-letters/{id}/discard")]
pub async fn discard(
    _admin: Admin,
    asker: CallerContext,
    trail: SecurityTrail,
    peers: web::Data<Peers>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let found = peers.decide(&asker, &id, Decision::Discard).await?;
    note_decision(&trail, &id, Decision::Discard, found).await;
    decided(found)
}

/// Who did what, from where and when
#[utoipa::path(
    tag = "operations", operation_id = "list_security_log", security(("bearer" = ["admin"])),
    params(LogQuery),
    responses(
        (status = 200, body = SecurityLogList, description = "newest first, at most 100"),
    ),
)]
#[get("/api/ops/v1/security-log")]
pub async fn security_log(
    _admin: Admin,
    asker: CallerContext,
    peers: web::Data<Peers>,
    query: web::Query<LogQuery>,
) -> HttpResponse {
    HttpResponse::Ok().json(SecurityLogList::from(peers.security_log(&asker, &query).await))
}

/// Read models that can be built again from the archive of events
#[utoipa::path(
    tag = "operations", operation_id = "list_replays", security(("bearer" = ["admin"])),
    responses(
        (status = 200, body = ConsumerList),
    ),
)]
#[get("/api/ops/v1/replays")]
pub async fn rebuildable(_admin: Admin, asker: CallerContext, peers: web::Data<Peers>) -> HttpResponse {
    HttpResponse::Ok().json(ConsumerList::from(peers.rebuildable(&asker).await))
}

/// Build one again
#[utoipa::path(
    tag = "operations", operation_id = "start_replay", security(("bearer" = ["admin"])),
    request_body = ReplayRequest,
    responses(
        (status = 202, description = "its tables are empty and the archive is on its way"),
        (status = 404, description = "`no-such-consumer`"),
        (status = 409, description = "its effects reach further"),
    ),
)]
#[post("/api/ops/v1/replays")]
pub async fn replay(
    _admin: Admin,
    asker: CallerContext,
    trail: SecurityTrail,
    peers: web::Data<Peers>,
    body: JsonBody<ReplayRequest>,
) -> Result<HttpResponse, Problem> {
    peers.replay(&asker, &body.0.consumer).await.map_err(not_rebuilt)?;
    trail.note(SecurityEvent::ReplayStarted, &body.0.consumer).await;
    Ok(HttpResponse::Accepted().finish())
}

/// A decision that was carried out, or about nothing.
pub(super) fn decided(found: bool) -> Result<HttpResponse, Problem> {
    if found { Ok(HttpResponse::NoContent().finish()) } else { Err(no_such_letter()) }
}
