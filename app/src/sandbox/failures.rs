//! Failures on demand: `POST /v1/test_helpers/failures` makes the next requests to a path fail as Stripe may fail, with a 500
//! that is kept under the request's idempotency key; the work is done, or it is not.
//!
//! Stripe has no such endpoint. It is here because whoever sends money must be seen to survive a saved failure. What is
//! asked for is kept in memory and forgotten with the process.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use actix_web::{HttpResponse, web};
use serde_json::json;

use super::call::KeyHolder;
use super::errors::ApiError;
use super::idempotency::answer;

const MOST: i64 = 100;

/// What becomes of the work of a request that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Nothing is done.
    Before,
    /// All is done, and the answer is a failure nevertheless.
    After,
}

/// The failures that were asked for.
#[derive(Debug, Default)]
pub struct Failures(Mutex<VecDeque<(String, Failure)>>);

impl Failures {
    /// The failure that this request meets, which is over with it.
    pub fn next(&self, path: &str) -> Option<Failure> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = waiting.iter().position(|(wanted, _)| path.ends_with(wanted.as_str()))?;
        waiting.remove(index).map(|(_, failure)| failure)
    }

    fn add(&self, path: &str, failure: Failure, times: i64) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.extend((0..times).map(|_| (path.to_owned(), failure)));
    }
}

/// The routes of this file.
pub fn routes(config: &mut web::ServiceConfig) {
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
    if !(1..=MOST).contains(&times) {
        return Err(ApiError::invalid("Invalid times: must be between 1 and 100", Some("times")));
    }
    call.params.nothing_else()?;
    call.core.failures.add(&path, failure, times);
    Ok(answer(&json!({ "object": "test_helpers.failure", "path": path, "times": times })))
}
