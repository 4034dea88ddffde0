//! The span of a unit of work. There is one only inside a trace: nobody wants to see each look into an empty inbox.

use chassis_telemetry::{TRACE, traceparent};
use shared_kernel::StoreError;
use tracing::Span;
use tracing::field::Empty;

use super::dialect::Dialect;

/// `namespace` is the file or the schema, `operation` is `read` or `write`.
pub(crate) fn of_work(dialect: Dialect, namespace: &str, operation: &'static str) -> Span {
    if !tracing::enabled!(target: TRACE, tracing::Level::INFO) || traceparent().is_none() {
        return Span::none();
    }
    let system = match dialect {
        Dialect::Sqlite => "sqlite",
        Dialect::Postgres => "postgresql",
    };
    tracing::info_span!(
        target: TRACE,
        "sql",
        otel.name = %format_args!("{operation} {namespace}"),
        otel.kind = "client",
        otel.status_code = Empty,
        db.system.name = system,
        db.namespace = namespace,
        db.operation.name = operation,
        db.operation.batch.size = Empty,
        db.response.returned_rows = Empty,
        store.queue.duration_ms = Empty,
        "error.type" = Empty,
    )
}

/// What was done in it.
pub(crate) fn note_work(span: &Span, statements: u64, rows: u64) {
    if !span.is_disabled() {
        span.record("db.operation.batch.size", statements).record("db.response.returned_rows", rows);
    }
}

/// Refusals are answers; what the database did not do is an error.
pub(crate) fn note_outcome<T>(span: &Span, outcome: &Result<T, StoreError>) {
    let failure = match outcome {
        Err(StoreError::Unavailable(_)) => "unavailable",
        Err(StoreError::Corrupt { .. }) => "corrupt",
        _ => return,
    };
    span.record("otel.status_code", "ERROR").record("error.type", failure);
}
