//! Errors of the edge under the payment sandbox's address, in the words of the API that is played there: its client
//! libraries read no other document.

use actix_web::http::StatusCode;
use serde_json::json;

/// Whether the path belongs to the sandbox's API.
pub(super) fn is_payment_api(path: &str) -> bool {
    path.starts_with("/sandbox/v1/")
}

pub(super) fn error_document(status: StatusCode) -> String {
    let (kind, code, message) = match status {
        StatusCode::TOO_MANY_REQUESTS => ("invalid_request_error", Some("rate_limit"), "Too many requests. Slow down."),
        StatusCode::PAYLOAD_TOO_LARGE => ("invalid_request_error", None, "The request's body is too large."),
        _ if status.is_server_error() => ("api_error", None, "The request could not be carried out."),
        _ => ("invalid_request_error", None, "The request could not be understood."),
    };
    json!({ "error": { "type": kind, "code": code, "message": message } }).to_string()
}
