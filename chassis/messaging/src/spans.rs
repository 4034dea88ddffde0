//! Spans of messages, by the semantic conventions for messaging: one for each trace that a relay carries facts of, and one for
//! each attempt of a consumer. Both are children of the unit of work that stated the fact.

use std::collections::HashSet;

use chassis_telemetry::{TRACE, continue_trace, trace_id};
use shared_kernel::{Destination, Envelope};
use tracing::Span;
use tracing::field::Empty;

use super::{Delivery, Settlement};

/// An attempt to handle a message.
pub(crate) fn of_delivery(consumer: &'static str, delivery: &Delivery) -> Span {
    let envelope = &delivery.envelope;
    let span = tracing::info_span!(
        target: TRACE,
        parent: None,
        "process",
        otel.name = %format_args!("process {} {consumer}", envelope.event_type),
        otel.kind = "consumer",
        otel.status_code = Empty,
        messaging.system = "store",
        messaging.operation.name = "process",
        "messaging.operation.type" = "process",
        messaging.destination.name = envelope.event_type,
        messaging.consumer.group.name = consumer,
        messaging.message.id = envelope.id.as_str(),
        messaging.message.conversation_id = envelope.correlationid,
        store.attempt = delivery.attempt,
        store.outcome = Empty,
        "error.type" = Empty,
    );
    continue_trace(&span, envelope.traceparent.as_deref());
    span
}

pub(crate) fn note_settlement(span: &Span, settlement: &Settlement) {
    let (outcome, failure) = match settlement {
        Settlement::Handled => ("handled", None),
        Settlement::Later(_, failure) => ("retried", Some(failure)),
        Settlement::Dead(failure) => ("dead", Some(failure)),
    };
    span.record("store.outcome", outcome);
    if let Some(failure) = failure {
        span.record("otel.status_code", "ERROR").record("error.type", failure.code);
    }
}

/// A batch on its way to a destination, once for each trace that it holds facts of.
pub(crate) fn of_batch(destination: &Destination, batch: &[Envelope]) -> Vec<Span> {
    if !tracing::enabled!(target: TRACE, tracing::Level::INFO) {
        return Vec::new();
    }
    let mut traces = HashSet::new();
    let traced = batch.iter().filter_map(|envelope| envelope.traceparent.as_deref());
    let firsts = traced.filter(|traceparent| trace_id(traceparent).is_some_and(|trace| traces.insert(trace)));
    let span = |traceparent: &str| {
        let span = tracing::info_span!(
            target: TRACE,
            parent: None,
            "send",
            otel.name = %format_args!("send {}", destination.as_str()),
            otel.kind = "producer",
            otel.status_code = Empty,
            messaging.system = "store",
            messaging.operation.name = "send",
            "messaging.operation.type" = "send",
            messaging.destination.name = destination.as_str(),
            messaging.batch.message_count = batch.len(),
            "error.type" = Empty,
        );
        continue_trace(&span, Some(traceparent));
        span
    };
    firsts.map(span).collect()
}

pub(crate) fn note_lost_batch(spans: &[Span]) {
    for span in spans {
        span.record("otel.status_code", "ERROR").record("error.type", "undelivered");
    }
}
