//! `/api/ops/v1/replays`: read models built again from the archive of events.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use chassis::messaging::{Replay, ReplayError};
use chassis::web::{Admin, JsonBody, Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
struct Rebuildable {
    /// Consumers that can be rebuilt, as `context/consumer`.
    items: Vec<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReplayRequest {
    /// Such as `reports/record-sales`.
    consumer: String,
}

#[utoipa::path(tag = "operations", responses(
    (status = 200, body = Rebuildable), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
#[get("/api/ops/v1/replays")]
pub async fn list(_admin: Admin, replay: web::Data<Replay>) -> HttpResponse {
    HttpResponse::Ok().json(Rebuildable { items: replay.rebuildable() })
}

#[utoipa::path(tag = "operations", request_body = ReplayRequest, responses(
    (status = 202, description = "its tables are empty and the archive is on its way"),
    (status = 404, body = ProblemBody), (status = 409, body = ProblemBody, description = "its effects reach further"),
    (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
#[post("/api/ops/v1/replays")]
pub async fn start(
    _admin: Admin,
    replay: web::Data<Replay>,
    body: JsonBody<ReplayRequest>,
) -> Result<HttpResponse, Problem> {
    match replay.start(&body.0.consumer).await {
        Ok(()) => Ok(HttpResponse::Accepted().finish()),
        Err(error @ ReplayError::NoSuchConsumer(_)) => {
            Err(Problem::new(StatusCode::NOT_FOUND, "no-such-consumer", "No such consumer").detail(error.to_string()))
        }
        Err(error @ ReplayError::NotRebuildable(_)) => {
            Err(Problem::new(StatusCode::CONFLICT, "not-rebuildable", "Not rebuildable").detail(error.to_string()))
        }
        Err(ReplayError::Store(error)) => Err(error.into()),
    }
}
