//! Which trace something is part of, as W3C `traceparent`: read from the thread that works, taken from what arrived, and put
//! on what leaves.
//!
//! Anybody can send a `traceparent`. One that a process of this shop has sent carries its signature in `tracestate` and is
//! continued; any other only becomes a link of a new trace, so that visitors can neither add to a trace nor have all of
//! their requests recorded. The payment provider is sent the signature, too, and could: it does not run out.

use std::sync::OnceLock;

use hmac::{Hmac, KeyInit, Mac};
use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The target of spans that are exported and not written into log lines. Where nothing is exported they are disabled, and
/// their fields are never evaluated.
pub const TRACE: &str = "store_trace";

/// The member of `tracestate` that is ours.
const MEMBER: &str = "store=";
/// Bytes of a signature that are sent.
const SIGNATURE_BYTES: usize = 16;

static KEY: OnceLock<Vec<u8>> = OnceLock::new();

/// Sets the key by which the processes of one shop know each other's `traceparent`. The first call of a process counts.
pub fn share_key(key: &[u8]) {
    KEY.get_or_init(|| key.to_vec());
}

/// The span that this thread works in, as `traceparent`; `None` where nothing is traced.
pub fn traceparent() -> Option<String> {
    Context::map_current(|context| {
        let span = context.span();
        let span = span.span_context();
        span.is_valid().then(|| write(span))
    })
}

/// The ids of the trace and the span that this thread works in.
pub(crate) fn current_ids() -> Option<(TraceId, SpanId)> {
    Context::map_current(|context| {
        let span = context.span();
        let span = span.span_context();
        span.is_valid().then(|| (span.trace_id(), span.span_id()))
    })
}

/// The trace's id in a `traceparent`; `None` if it is none.
pub fn trace_id(traceparent: &str) -> Option<String> {
    read(traceparent).map(|span| span.trace_id().to_string())
}

/// The headers `traceparent` and `tracestate` of a request that is made now; `None` where nothing is traced.
pub fn outgoing_headers() -> Option<[(&'static str, String); 2]> {
    let traceparent = traceparent()?;
    let state = KEY.get().map(|key| format!("{MEMBER}{}", hex::encode(sign(key, &traceparent))));
    Some([("traceparent", traceparent), ("tracestate", state.unwrap_or_default())])
}

/// Makes `span`, which must not have been entered, part of the trace of a message of this shop.
pub fn continue_trace(span: &Span, traceparent: Option<&str>) {
    if span.is_disabled() {
        return;
    }
    if let Some(parent) = traceparent.and_then(read) {
        set_parent(span, parent);
    }
}

/// Makes `span`, which must not have been entered, part of the trace of a request if a process of this shop has sent it;
/// links it to what anybody else says.
pub fn continue_request(span: &Span, traceparent: Option<&str>, tracestate: Option<&str>) {
    if span.is_disabled() {
        return;
    }
    let Some((text, parent)) = traceparent.and_then(|text| Some((text, read(text)?))) else { return };
    if KEY.get().is_some_and(|key| is_signed(key, text, tracestate.unwrap_or_default())) {
        set_parent(span, parent);
    } else {
        span.add_link(parent);
    }
}

/// Notes that `span` also belongs to another trace.
pub fn link(span: &Span, traceparent: &str) {
    if let Some(other) = read(traceparent).filter(|_| !span.is_disabled()) {
        span.add_link(other);
    }
}

fn set_parent(span: &Span, parent: SpanContext) {
    let set = span.set_parent(Context::new().with_remote_span_context(parent));
    debug_assert!(set.is_ok(), "the span was entered before: {set:?}");
}

fn write(span: &SpanContext) -> String {
    format!("00-{}-{}-{:02x}", span.trace_id(), span.span_id(), span.trace_flags().to_u8())
}

/// Reads version 00 and what later versions begin with.
fn read(text: &str) -> Option<SpanContext> {
    let mut parts = text.split('-');
    let [version, trace, span, flags] = [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    let is_hex = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let well_formed = is_hex(version, 2) && is_hex(trace, 32) && is_hex(span, 16) && is_hex(flags, 2);
    if !well_formed || version == "ff" || (version == "00" && parts.next().is_some()) {
        return None;
    }
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED;
    let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
    Some(SpanContext::new(trace, span, flags, true, TraceState::NONE)).filter(SpanContext::is_valid)
}

fn sign(key: &[u8], traceparent: &str) -> [u8; SIGNATURE_BYTES] {
    let mut signature = [0; SIGNATURE_BYTES];
    // A key of any length is taken.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) {
        mac.update(b"traceparent ");
        mac.update(traceparent.as_bytes());
        signature.copy_from_slice(&mac.finalize().into_bytes()[..SIGNATURE_BYTES]);
    }
    signature
}

fn is_signed(key: &[u8], traceparent: &str, tracestate: &str) -> bool {
    let sent = tracestate.split(',').find_map(|member| member.trim().strip_prefix(MEMBER));
    let sent = sent.and_then(|text| hex::decode(text).ok()).unwrap_or_default();
    sent.ct_eq(&sign(key, traceparent)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_is_read_and_written_as_the_standard_has_it() {
        let span = read(SENT).unwrap();
        assert!(span.is_sampled() && span.is_remote());
        assert_eq!(write(&span), SENT);
        assert_eq!(trace_id(SENT).as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
        assert!(read(&SENT.replace("00-4b", "cc-4b")).is_some(), "a later version");
        assert!(read(&format!("{}-more", SENT.replace("00-4b", "cc-4b"))).is_some());
        let zero = "00-00000000000000000000000000000000-00f067aa0ba902b7-01";
        for wrong in ["", "00", zero, &SENT.to_uppercase(), &SENT.replace("00-4b", "ff-4b"), &format!("{SENT}-more")] {
            assert!(read(wrong).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn only_what_is_signed_with_the_shops_own_key_is_believed() {
        let state = format!("vendor=1, store={}", hex::encode(sign(b"ours", SENT)));
        assert!(is_signed(b"ours", SENT, &state));
        assert!(!is_signed(b"theirs", SENT, &state));
        assert!(!is_signed(b"ours", &SENT.replace("-01", "-00"), &state), "another word about sampling");
        for nothing in ["", "store=", "store=zz", "vendor=1"] {
            assert!(!is_signed(b"ours", SENT, nothing), "{nothing:?}");
        }
    }

    #[test]
    fn where_nothing_is_traced_nothing_is_sent() {
        assert_eq!((traceparent(), outgoing_headers().is_none()), (None, true));
    }
}
