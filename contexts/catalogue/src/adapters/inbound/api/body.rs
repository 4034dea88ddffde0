//! Bodies that are files.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, web};
use chassis::web::Problem;

use super::errors::body_too_large;

/// The media type that the request names, without its parameters.
pub(super) fn essence(req: &HttpRequest) -> String {
    let sent = req.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    sent.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// All of the body, unless it has more than `max_bytes`.
pub(super) async fn whole(body: web::Payload, max_bytes: usize) -> Result<web::Bytes, Problem> {
    let bytes = body.to_bytes_limited(max_bytes).await;
    let bytes = bytes.map_err(|_| body_too_large(format!("at most {max_bytes} bytes are read")))?;
    let unreadable = |error: actix_web::Error| {
        Problem::new(StatusCode::BAD_REQUEST, "unreadable-body", "The body could not be read").detail(error.to_string())
    };
    bytes.map_err(unreadable)
}
