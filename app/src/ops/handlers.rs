//! What both scopes of the operator's API answer in the same way: dead letters, the security log, and what can be rebuilt.
//!
//! The paths are inside `/api/<context>/v1/ops` and `/api/ops/v1`; the [`Scope`] says of which contexts.

use actix_web::{HttpResponse, get, post, web};
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{Admin, CallerContext, JsonBody, Problem};

use super::decisions::note_decision;
use super::scope::Scope;
use super::shapes::{
    ConsumerList, DeadLetterList, ErrorList, ReplayRequest, SecurityLogList, no_such_letter, not_rebuilt,
};
use crate::peers::{Decision, LogQuery};

/// Messages that this context could not handle
#[utoipa::path(
    tag = "operations", operation_id = "dead_letters", security(("bearer" = ["admin"])),
    responses(
        (status = 200, body = DeadLetterList, description = "newest failure first, at most 100"),
    ),
)]
#[get("/dead-letters")]
pub(crate) async fn dead_letters(
    _admin: Admin,
    asker: CallerContext,
    scope: web::Data<Scope>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(DeadLetterList::from(scope.dead_letters(&asker).await?)))
}

/// Try one again
#[utoipa::path(
    tag = "operations", operation_id = "retry_dead_letter", security(("bearer" = ["admin"])),
    responses(
        (status = 204, description = "it will be tried again"),
    ),
)]
#[post("/dead-letters/{id}/retry")]
pub(crate) async fn retry(
    _admin: Admin,
    asker: CallerContext,
    trail: SecurityTrail,
    scope: web::Data<Scope>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    decide(&scope, &asker, &trail, &id, Decision::Retry).await
}

/// Give one up
#[utoipa::path(
    tag = "operations", operation_id = "discard_dead_letter", security(("bearer" = ["admin"])),
    responses(
        (status = 204, description = "it is gone, and what waited behind it moves on"),
    ),
)]
#[post("/dead-letters/{id}/discard")]
pub(crate) async fn discard(
    _admin: Admin,
    asker: CallerContext,
    trail: SecurityTrail,
    scope: web::Data<Scope>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    decide(&scope, &asker, &trail, &id, Decision::Discard).await
}

async fn decide(
    scope: &Scope,
    asker: &CallerContext,
    trail: &SecurityTrail,
    letter: &str,
    decision: Decision,
) -> Result<HttpResponse, Problem> {
    let found = scope.decide(asker, letter, decision).await?;
    note_decision(trail, letter, decision, found).await;
    if found { Ok(HttpResponse::NoContent().finish()) } else { Err(no_such_letter()) }
}

/// What went wrong in this context's process since it was started
#[utoipa::path(
    tag = "operations", operation_id = "errors", security(("bearer" = ["admin"])),
    responses(
        (status = 200, body = ErrorList, description = "one entry for each kind of error, the one that happened last first"),
    ),
)]
#[get("/errors")]
pub(crate) async fn errors(
    _admin: Admin,
    asker: CallerContext,
    scope: web::Data<Scope>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(ErrorList::from(scope.errors(&asker).await?)))
}

/// This context's part of the security log
#[utoipa::path(
    tag = "operations", operation_id = "security_log", security(("bearer" = ["admin"])),
    params(LogQuery),
    responses(
        (status = 200, body = SecurityLogList, description = "newest first, at most 100"),
    ),
)]
#[get("/security-log")]
pub(crate) async fn security_log(
    _admin: Admin,
    asker: CallerContext,
    scope: web::Data<Scope>,
    query: web::Query<LogQuery>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(SecurityLogList::from(scope.security_log(&asker, &query).await?)))
}

/// Read models of this context that can be built again from the archive of events
#[utoipa::path(
    tag = "operations", operation_id = "replays", security(("bearer" = ["admin"])),
    responses(
        (status = 200, body = ConsumerList),
    ),
)]
#[get("/replays")]
pub(crate) async fn rebuildable(
    _admin: Admin,
    asker: CallerContext,
    scope: web::Data<Scope>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(ConsumerList::from(scope.rebuildable(&asker).await?)))
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
#[post("/replays")]
pub(crate) async fn replay(
    _admin: Admin,
    asker: CallerContext,
    trail: SecurityTrail,
    scope: web::Data<Scope>,
    body: JsonBody<ReplayRequest>,
) -> Result<HttpResponse, Problem> {
    scope.replay(&asker, &body.0.consumer).await.map_err(not_rebuilt)?;
    trail.note(SecurityEvent::ReplayStarted, &body.0.consumer).await;
    Ok(HttpResponse::Accepted().finish())
}
