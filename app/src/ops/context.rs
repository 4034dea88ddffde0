//! `/api/<context>/v1/ops`: the operator's API of one context, served by the process that holds it. The shop's own
//! (`/api/ops/v1`) asks it when the context runs elsewhere.

use actix_web::{HttpResponse, get, post, web};
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{Admin, CallerContext, JsonBody, Problem, Staff};

use super::decisions::note_decision;
use super::shapes::{ConsumerList, DeadLetterList, ReplayRequest, SecurityLogList, not_rebuilt};
use super::shop::decided;
use crate::peers::{Counts, Decision, LogQuery, Operations};

/// How this context stands
#[utoipa::path(
    tag = "operations", operation_id = "counts", security(("bearer" = ["staff"])),
    responses(
        (status = 200, body = Counts),
    ),
)]
#[get("/counts")]
pub async fn counts(
    _staff: Staff,
    asker: CallerContext,
    context: web::Data<dyn Operations>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(context.counts(&asker).await?))
}

/// Messages that this context could not handle
#[utoipa::path(
    tag = "operations", operation_id = "dead_letters", security(("bearer" = ["admin"])),
    responses(
        (status = 200, body = DeadLetterList, description = "newest failure first, at most 100"),
    ),
)]
#[get("/dead-letters")]
pub async fn dead_letters(
    _admin: Admin,
    asker: CallerContext,
    context: web::Data<dyn Operations>,
) -> Result<HttpResponse, Problem> {
    let items = context.dead_letters(&asker).await?;
    Ok(HttpResponse::Ok().json(DeadLetterList { items, unreachable: Vec::new() }))
}

/// Try one again
#[utoipa::path(
    tag = "operations", operation_id = "retry_dead_letter", security(("bearer" = ["admin"])),
    responses(
        (status = 204, description = "it will be tried again"),
    ),
)]
#[post("/dead-letters/{id}/retry")]
pub async fn retry(
    _admin: Admin,
    asker: CallerContext,
    trail: SecurityTrail,
    context: web::Data<dyn Operations>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let found = context.decide(&asker, &id, Decision::Retry).await?;
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
#[post("/dead-letters/{id}/discard")]
pub async fn discard(
    _admin: Admin,
    asker: CallerContext,
    trail: SecurityTrail,
    context: web::Data<dyn Operations>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let found = context.decide(&asker, &id, Decision::Discard).await?;
    note_decision(&trail, &id, Decision::Discard, found).await;
    decided(found)
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
pub async fn security_log(
    _admin: Admin,
    asker: CallerContext,
    context: web::Data<dyn Operations>,
    query: web::Query<LogQuery>,
) -> Result<HttpResponse, Problem> {
    let items = context.security_log(&asker, &query).await?;
    Ok(HttpResponse::Ok().json(SecurityLogList { items, unreachable: Vec::new() }))
}

/// Read models of this context that can be built again from the archive of events
#[utoipa::path(
    tag = "operations", operation_id = "replays", security(("bearer" = ["admin"])),
    responses(
        (status = 200, body = ConsumerList),
    ),
)]
#[get("/replays")]
pub async fn rebuildable(
    _admin: Admin,
    asker: CallerContext,
    context: web::Data<dyn Operations>,
) -> Result<HttpResponse, Problem> {
    let items = context.rebuildable(&asker).await?;
    Ok(HttpResponse::Ok().json(ConsumerList { items, unreachable: Vec::new() }))
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
pub async fn replay(
    _admin: Admin,
    asker: CallerContext,
    trail: SecurityTrail,
    context: web::Data<dyn Operations>,
    body: JsonBody<ReplayRequest>,
) -> Result<HttpResponse, Problem> {
    context.replay(&asker, &body.0.consumer).await.map_err(not_rebuilt)?;
    trail.note(SecurityEvent::ReplayStarted, &body.0.consumer).await;
    Ok(HttpResponse::Accepted().finish())
}
