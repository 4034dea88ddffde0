//! What statuses mean, and the problem document.

use actix_web::http::StatusCode;
use serde_json::{Map, Value, json};
use utoipa::PartialSchema;

use crate::problem::ProblemBody;

pub(super) const PROBLEM_JSON: &str = "application/problem+json";

/// The problems that operations share. 409 is here because a write may always lose a race.
const SHARED: [u16; 12] = [400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 500, 503];

/// `components/responses`.
pub(super) fn shared() -> Value {
    let one = |status: u16| {
        let mut response = json!({
            "description": meaning(status), "content": { PROBLEM_JSON: { "schema": problem_reference() } }
        });
        if let Some(headers) = headers(status) {
            response["headers"] = headers;
        }
        (name(status), response)
    };
    Value::Object(SHARED.into_iter().map(one).collect::<Map<_, _>>())
}

/// Refers to the shared response of that status.
pub(super) fn reference(status: u16) -> Value {
    json!({ "$ref": format!("#/components/responses/{}", name(status)) })
}

fn name(status: u16) -> String {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    reason.unwrap_or("Error").replace([' ', '-'], "")
}

pub(super) fn problem_reference() -> Value {
    json!({ "$ref": "#/components/schemas/Problem" })
}

/// The schema of problem documents.
pub(super) fn problem() -> serde_json::Result<Value> {
    serde_json::to_value(ProblemBody::schema())
}

/// What a status says when nothing more is known.
pub(super) fn meaning(status: u16) -> &'static str {
    match status {
        200 => "Done",
        201 => "Made",
        202 => "Accepted; it is done in a moment",
        204 => "Done; there is nothing to say",
        304 => "The caller has it already (`If-None-Match`)",
        400 => {
            "The request, its address or one of its headers cannot be read: `bad-request`, `malformed-json`, \
                `invalid-<parameter>`, `idempotency-key-required`"
        }
        401 => "`unauthorized`: no token, or one that is not valid (any more)",
        403 => "`forbidden`: the role does not suffice",
        404 => "`not-found`: there is no such thing, or none that the caller may see",
        408 => "`request-timeout`: the body did not arrive in time",
        409 => "`conflict`: another change came first; read it again and retry",
        413 => "`body-too-large`",
        415 => "`unsupported-media-type`: send `Content-Type: application/json`, not compressed",
        422 => "`invalid-body`: the body can be read and does not fit",
        429 => "`quota-exceeded`: too many requests; `Retry-After` says when to come back",
        500 => "`internal`: a defect; `request_id` finds it in the shop's log",
        503 => "`temporarily-unavailable` or `temporary-reduced-capacity`; `Retry-After` says when to come back",
        _ => "See the status",
    }
}

/// The headers that come with a status.
pub(super) fn headers(status: u16) -> Option<Value> {
    let header = |name: &str, text: &str, schema: Value| json!({ name: { "description": text, "schema": schema } });
    match status {
        401 => Some(header("WWW-Authenticate", "How to log in", json!({ "type": "string" }))),
        429 | 503 => {
            let seconds = json!({ "type": "integer", "minimum": 0 });
            Some(header("Retry-After", "In how many seconds to come back", seconds))
        }
        _ => None,
    }
}
