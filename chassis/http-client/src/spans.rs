//! The span of a call, and the headers by which the other side continues its trace.

use chassis_telemetry::{TRACE, outgoing_headers};
use reqwest::Request;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tracing::Span;
use tracing::field::Empty;

use super::caller::{Answer, CallError};

/// A call with all its repeats. The path is told, never the query.
pub(crate) fn of_call(peer: &str, request: &Request) -> Span {
    let url = request.url();
    tracing::info_span!(
        target: TRACE,
        "call",
        otel.name = %format_args!("{} {peer}", request.method()),
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = %request.method(),
        http.response.status_code = Empty,
        server.address = url.host_str().unwrap_or_default(),
        server.port = url.port_or_known_default(),
        url.path = url.path(),
        peer.service = peer,
        "error.type" = Empty,
    )
}

/// Says which span the request is part of.
pub(crate) fn announce(headers: &mut HeaderMap) {
    for (name, value) in outgoing_headers().into_iter().flatten() {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

pub(crate) fn note_outcome(span: &Span, called: &Result<Answer, CallError>) {
    if span.is_disabled() {
        return;
    }
    let (status, failure) = match called {
        Ok(answer) => (Some(answer.status.as_u16()), None),
        Err(CallError::Refused { status, code, .. }) => (Some(*status), Some(code.as_str())),
        Err(CallError::Uncertain(_)) => (None, Some("uncertain")),
        Err(CallError::Unavailable { .. }) => (None, Some("unavailable")),
    };
    if let Some(status) = status {
        span.record("http.response.status_code", status);
    }
    if let Some(failure) = failure {
        span.record("otel.status_code", "ERROR").record("error.type", failure);
    }
}
