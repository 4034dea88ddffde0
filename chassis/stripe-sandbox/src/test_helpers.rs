//! Failures on demand: `POST /v1/test_helpers/failures` makes the next requests to a path fail as Stripe may fail, with a 500
//! that is kept under the request's idempotency key; the work is done, or it is not.
//!
//! Stripe has no such endpoint. It is here because a shop that sends money must be seen to survive a saved failure.

use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::answer::answer;
use crate::call::KeyHolder;
use crate::errors::ApiError;
use crate::failures::Failure;

const MAX_TIMES: i64 = 100;

/// The routes of this file.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.route("/test_helpers/failures", web::post().to(create));
}

/// `path`, such as `/v1/refunds`; `work`: `done` or `none`; `times`.
async fn create(KeyHolder(mut call): KeyHolder) -> Result<HttpResponse, ApiError> {
    let path = call.params.required("path")?;
    let failure = match call.params.text("work").as_deref() {
        None | Some("none") => Failure::Before,
        Some("done") => Failure::After,
        Some(_) => return Err(ApiError::invalid("Invalid work: must be one of done, none", Some("work"))),
    };
    let times = call.params.integer("times")?.unwrap_or(1);
    if !(1..=MAX_TIMES).contains(&times) {
        return Err(ApiError::invalid("Invalid times: must be between 1 and 100", Some("times")));
    }
    call.params.nothing_else()?;
    call.core.failures.add(&path, failure, times);
    Ok(answer(&json!({ "object": "test_helpers.failure", "path": path, "times": times })))
}
