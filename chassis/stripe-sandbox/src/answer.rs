//! A finished answer of the API: kept under an idempotency key, and sent.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::Value;

/// A finished answer, ready to be kept and sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// JSON.
    pub body: String,
}

impl Answer {
    /// Success.
    pub(crate) fn ok(object: &Value) -> Self {
        Self { status: 200, body: object.to_string() }
    }

    /// The answer on its way to the caller.
    pub(crate) fn response(self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        HttpResponse::build(status).content_type("application/json").body(self.body)
    }
}

/// An object that was read, on its way to the caller.
pub(crate) fn answer(object: &Value) -> HttpResponse {
    Answer::ok(object).response()
}
