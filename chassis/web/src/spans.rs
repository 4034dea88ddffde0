//! The span of a request, by the semantic conventions for HTTP servers. Files and probes have none.

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use chassis_telemetry::{TRACE, continue_request};
use tracing::Span;
use tracing::field::Empty;

use super::admission::RequestInfo;
use super::edge::Edge;
use super::request_context::RequestContext;

/// Continues the trace of another process of the shop; begins one for anybody else, linked to what they say.
pub(crate) fn of_request(edge: &Edge, context: &RequestContext, visit: &RequestInfo, headers: &HeaderMap) -> Span {
    if !tracing::enabled!(target: TRACE, tracing::Level::INFO) || edge.is_plumbing(&context.path) {
        return Span::none();
    }
    let span = tracing::info_span!(
        target: TRACE,
        "request",
        otel.name = %format_args!("{} {}", visit.method, visit.route),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = %visit.method,
        http.route = visit.route,
        http.response.status_code = Empty,
        store.request.id = context.request_id,
    );
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    continue_request(&span, header("traceparent"), header("tracestate"));
    span
}

pub(crate) fn note_status(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}
