//! `/api/<context>/v1/ops`: the operator's API of one context, served by the process that holds it. The shop's own
//! (`/api/ops/v1`) asks it when the context runs elsewhere.

use actix_web::{HttpResponse, get, post, web};
use chassis::web::{Admin, Asker, JsonBody, Problem, ProblemBody, Staff};

use super::shapes::{ConsumerList, DeadLetterList, ReplayRequest, not_rebuilt};
use super::shop::decided;
use crate::peers::{Counts, Decision, Operations};

/// How this context stands
#[utoipa::path(tag = "operations", operation_id = "counts", responses(
    (status = 200, body = Counts), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
#[get("/counts")]
pub async fn counts(_staff: Staff, asker: Asker, context: web::Data<dyn Operations>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(context.counts(&asker).await?))
}

/// Messages that this context could not handle
#[utoipa::path(tag = "operations", operation_id = "dead_letters", responses(
    (status = 200, body = DeadLetterList, description = "newest failure first, at most 100"),
    (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
#[get("/dead-letters")]
pub async fn dead_letters(
    _admin: Admin,
    asker: Asker,
    context: web::Data<dyn Operations>,
) -> Result<HttpResponse, Problem> {
    let items = context.dead_letters(&asker).await?;
    Ok(HttpResponse::Ok().json(DeadLetterList { items, unreachable: Vec::new() }))
}

/// Try one again
#[utoipa::path(tag = "operations", operation_id = "retry_dead_letter", responses(
    (status = 204, description = "it will be tried again"),
    (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
#[post("/dead-letters/{id}/retry")]
pub async fn retry(
    _admin: Admin,
    asker: Asker,
    context: web::Data<dyn Operations>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    decided(context.decide(&asker, &id, Decision::Retry).await?)
}

/// Give one up
#[utoipa::path(tag = "operations", operation_id = "discard_dead_letter", responses(
    (status = 204, description = "it is gone, and what waited behind it moves on"),
    (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
#[post("/dead-letters/{id}/discard")]
pub async fn discard(
    _admin: Admin,
    asker: Asker,
    context: web::Data<dyn Operations>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    decided(context.decide(&asker, &id, Decision::Discard).await?)
}

/// Read models of this context that can be built again from the archive of events
#[utoipa::path(tag = "operations", operation_id = "replays", responses(
    (status = 200, body = ConsumerList), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
#[get("/replays")]
pub async fn rebuildable(
    _admin: Admin,
    asker: Asker,
    context: web::Data<dyn Operations>,
) -> Result<HttpResponse, Problem> {
    let items = context.rebuildable(&asker).await?;
    Ok(HttpResponse::Ok().json(ConsumerList { items, unreachable: Vec::new() }))
}

/// Build one again
#[utoipa::path(tag = "operations", operation_id = "start_replay", request_body = ReplayRequest, responses(
    (status = 202, description = "its tables are empty and the archive is on its way"),
    (status = 404, body = ProblemBody), (status = 409, body = ProblemBody, description = "its effects reach further"),
    (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
#[post("/replays")]
pub async fn replay(
    _admin: Admin,
    asker: Asker,
    context: web::Data<dyn Operations>,
    body: JsonBody<ReplayRequest>,
) -> Result<HttpResponse, Problem> {
    context.replay(&asker, &body.0.consumer).await.map_err(not_rebuilt)?;
    Ok(HttpResponse::Accepted().finish())
}
