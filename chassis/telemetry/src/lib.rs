//! What a running process tells of itself: log lines for people or machines, spans for a collector ([`otlp`]), and a list of
//! what went wrong ([`errors`](fn@errors)).
//!
//! Numbers are counted where they arise and served by the web. Spans have the target [`TRACE`]; where no collector is set,
//! no layer is there to hear them, so that a span costs one look at a flag.

#![warn(unreachable_pub)]

mod errors;
mod log_lines;
mod otlp;
mod trace_context;

use std::io::IsTerminal;
use std::str::FromStr;
use std::sync::Arc;

use opentelemetry_sdk::trace::Tracer;
use shared_kernel::Clock;
use tracing::Dispatch;
use tracing_subscriber::filter::{LevelFilter, ParseError, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use errors::ErrorLog;
pub use errors::{ErrorRecord, MAX_FINGERPRINTS, errors};
use log_lines::WithTraceIds;
use otlp::Export;
pub use otlp::OtlpSettings;
pub use trace_context::{
    TRACE, continue_request, continue_trace, link, outgoing_headers, share_key, trace_id, traceparent,
};

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// One readable line each, in colour on a terminal.
    #[default]
    Text,
    /// One JSON object each.
    Json,
}

impl FromStr for LogFormat {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            other => Err(UnknownFormat(other.to_owned())),
        }
    }
}

/// The setting names no form.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no log format; say text or json")]
pub struct UnknownFormat(String);

/// Why logging did not start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter cannot be read.
    #[error("the log filter cannot be read")]
    Filter(#[from] ParseError),
    /// One word that is no level: it would silence everything but a module of that name.
    #[error("{0:?} is no level; say trace, debug, info, warn, error or off, or a filter such as info,order=debug")]
    NotALevel(String),
    /// The collector cannot be sent anything.
    #[error("spans cannot be sent")]
    Export(#[from] opentelemetry_otlp::ExporterBuildError),
    #[error("telemetry was started before")]
    Started(#[from] TryInitError),
}

/// What telemetry has to know.
pub struct TelemetrySettings {
    /// The form of log lines.
    pub format: LogFormat,
    /// What is logged, as in `info,order=debug`.
    pub filter: String,
    /// Where spans go; without it there are none.
    pub otlp: Option<OtlpSettings>,
    /// Says when an error happened.
    pub clock: Arc<dyn Clock>,
    /// Names this process.
    pub instance: String,
}

/// Telemetry at work.
pub struct Telemetry {
    export: Option<Export>,
}

impl Telemetry {
    /// Sends the spans that wait, for a few seconds at most.
    pub async fn close(self) {
        let Some(export) = self.export else { return };
        if let Err(error) = tokio::task::spawn_blocking(|| export.close()).await {
            tracing::debug!("the last spans were not sent: {error}");
        }
    }
}

/// Starts telemetry in this process, inside its runtime.
///
/// # Errors
/// [`TelemetryError`] if the filter is none, the collector has no address, or telemetry was started before.
pub fn start(settings: TelemetrySettings) -> Result<Telemetry, TelemetryError> {
    let filter = parse_filter(&settings.filter)?;
    let log = ErrorLog::new(settings.clock, &settings.instance);
    let (export, tracer) = settings.otlp.map(Export::start).transpose()?.unzip();
    subscriber(log_lines(settings.format).with_filter(filter), log.clone(), tracer).try_init()?;
    log.install();
    Ok(Telemetry { export })
}

/// Each layer has a filter of its own, so that a span is disabled if none of them wants it. There is no empty layer in the
/// place of spans: it would want everything.
fn subscriber(lines: impl Layer<Registry> + Send + Sync, log: ErrorLog, tracer: Option<Tracer>) -> Dispatch {
    let lines_and_errors = tracing_subscriber::registry().with(lines).with(log.with_filter(LevelFilter::ERROR));
    let Some(tracer) = tracer else { return lines_and_errors.into() };
    let spans = tracing_opentelemetry::layer().with_tracer(tracer);
    let spans = spans.with_location(false).with_threads(false).with_target(false).with_tracked_inactivity(false);
    lines_and_errors.with(spans.with_filter(Targets::new().with_target(TRACE, LevelFilter::INFO))).into()
}

fn log_lines(format: LogFormat) -> Box<dyn Layer<Registry> + Send + Sync> {
    match format {
        LogFormat::Text => {
            let colours = std::io::stderr().is_terminal();
            let inner = fmt::format().with_ansi(colours);
            let lines = fmt::layer().with_ansi(colours).event_format(WithTraceIds { inner, format });
            lines.with_writer(std::io::stderr).boxed()
        }
        LogFormat::Json => {
            let lines = fmt::layer().json().flatten_event(true).with_writer(std::io::stderr);
            lines.map_event_format(|inner| WithTraceIds { inner, format }).boxed()
        }
    }
}

/// Whether [`start`] would accept the filter.
pub fn check_filter(filter: &str) -> Result<(), TelemetryError> {
    parse_filter(filter).map(drop)
}

fn parse_filter(text: &str) -> Result<EnvFilter, TelemetryError> {
    let is_one_word = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':');
    if is_one_word && (text.is_empty() || text.parse::<LevelFilter>().is_err()) {
        return Err(TelemetryError::NotALevel(text.to_owned()));
    }
    // Spans go to the collector alone. The server logs every malformed request and every broken connection as an error of
    // its own; outsiders can cause those.
    Ok(EnvFilter::builder().parse(format!("actix_http=off,{TRACE}=off,{text}"))?)
}

#[cfg(test)]
mod tests {
    use std::fmt::{Display, Formatter, Result as FmtResult};
    use std::io::Write;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicU32, Ordering};

    use opentelemetry::trace::TracerProvider;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use shared_kernel::Timestamp;

    use super::*;

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(1_795_348_800_000_000)
        }
    }

    /// Counts how often anybody wants to see it.
    #[derive(Default)]
    struct Counted(AtomicU32);

    impl Display for Counted {
        fn fmt(&self, to: &mut Formatter<'_>) -> FmtResult {
            self.0.fetch_add(1, Ordering::Relaxed);
            to.write_str("seen")
        }
    }

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn of_process(sink: &Sink, format: LogFormat, tracer: Option<Tracer>) -> Dispatch {
        let (sink, filter) = (sink.clone(), parse_filter("info").unwrap());
        let lines = match format {
            LogFormat::Text => fmt::layer()
                .event_format(WithTraceIds { inner: fmt::format(), format })
                .with_ansi(false)
                .with_writer(move || sink.clone())
                .boxed(),
            LogFormat::Json => fmt::layer()
                .json()
                .flatten_event(true)
                .map_event_format(|inner| WithTraceIds { inner, format })
                .with_writer(move || sink.clone())
                .boxed(),
        };
        subscriber(lines.with_filter(filter), ErrorLog::new(Arc::new(Noon), "here"), tracer)
    }

    #[test]
    fn where_nothing_is_exported_a_span_is_disabled_and_no_field_of_it_is_looked_at() {
        let (sink, counted) = (Sink::default(), Counted::default());
        tracing::dispatcher::with_default(&of_process(&sink, LogFormat::Text, None), || {
            let span = tracing::info_span!(target: TRACE, "work", field = %counted);
            span.record("field", tracing::field::display(&counted));
            assert!(span.is_disabled());
            span.in_scope(|| assert_eq!(traceparent(), None));
        });
        assert_eq!(counted.0.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn log_lines_inside_a_trace_name_it_in_both_forms_and_spans_are_no_part_of_them() {
        for format in [LogFormat::Text, LogFormat::Json] {
            let (sink, tracer) = (Sink::default(), SdkTracerProvider::builder().build().tracer("test"));
            let trace = tracing::dispatcher::with_default(&of_process(&sink, format, Some(tracer)), || {
                tracing::info!("outside");
                let span = tracing::info_span!(target: TRACE, "work", detail = "hidden");
                span.in_scope(|| {
                    tracing::info!("inside");
                    trace_id(&traceparent().unwrap()).unwrap()
                })
            });
            let text = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
            let lines: Vec<_> = text.lines().collect();
            assert!(!lines[0].contains("trace_id") && !text.contains("hidden"), "{text}");
            let named = match format {
                LogFormat::Text => format!("inside trace_id={trace} span_id="),
                LogFormat::Json => format!("{{\"trace_id\":\"{trace}\",\"span_id\":"),
            };
            assert!(lines.len() == 2 && lines[1].contains(&named), "{text}");
        }
    }

    #[test]
    fn a_message_of_the_shop_is_a_child_and_what_outsiders_say_a_link() {
        let tracer = SdkTracerProvider::builder().build().tracer("test");
        let sent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        tracing::dispatcher::with_default(&of_process(&Sink::default(), LogFormat::Text, Some(tracer)), || {
            let child = tracing::info_span!(target: TRACE, parent: None, "child");
            continue_trace(&child, Some(sent));
            assert_eq!(child.in_scope(|| trace_id(&traceparent().unwrap())), trace_id(sent));
            let other = tracing::info_span!(target: TRACE, parent: None, "other");
            continue_request(&other, Some(sent), None);
            assert_ne!(other.in_scope(|| trace_id(&traceparent().unwrap())), trace_id(sent));
            share_key(b"ours");
            let [(_, traceparent_of_other), (_, state)] = other.in_scope(outgoing_headers).unwrap();
            let peer = tracing::info_span!(target: TRACE, parent: None, "peer");
            continue_request(&peer, Some(&traceparent_of_other), Some(&state));
            assert_eq!(peer.in_scope(|| trace_id(&traceparent().unwrap())), trace_id(&traceparent_of_other));
        });
    }

    #[test]
    fn a_filter_that_is_none_is_refused_by_name() {
        assert!(matches!(check_filter("order=loud=yes"), Err(TelemetryError::Filter(_))));
        for wrong in ["blah", "ordre"] {
            assert!(matches!(check_filter(wrong), Err(TelemetryError::NotALevel(_))), "{wrong:?}");
        }
        for right in ["warn", "INFO", "info,order=debug", "order=debug", "error,hyper"] {
            assert!(check_filter(right).is_ok(), "{right}");
        }
        assert!("xml".parse::<LogFormat>().is_err());
        assert_eq!("json".parse::<LogFormat>().unwrap(), LogFormat::Json);
    }
}
