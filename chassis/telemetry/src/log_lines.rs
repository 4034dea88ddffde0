//! Trace ids in log lines, of both forms. A line that is written outside of any trace stays as it is.

use std::fmt;

use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::LogFormat;
use super::trace_context::current_ids;

/// Adds `trace_id` and `span_id` to what another format writes.
pub(crate) struct WithTraceIds<F> {
    pub(crate) inner: F,
    pub(crate) format: LogFormat,
}

impl<S, N, F> FormatEvent<S, N> for WithTraceIds<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let Some((trace, span)) = current_ids() else { return self.inner.format_event(context, to, event) };
        let mut line = String::new();
        self.inner.format_event(context, Writer::new(&mut line), event)?;
        match (self.format, line.strip_prefix('{')) {
            (LogFormat::Json, Some(rest)) => write!(to, "{{\"trace_id\":\"{trace}\",\"span_id\":\"{span}\",{rest}"),
            _ => writeln!(to, "{} trace_id={trace} span_id={span}", line.trim_end_matches('\n')),
        }
    }
}
