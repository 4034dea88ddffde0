//! What went wrong in this process: every error that is logged and every panic, grouped by fingerprint.
//!
//! Bounded, and in memory alone: log lines tell each occurrence, this tells which kinds there are, how often and since when.
//! Ids, numbers, addresses and quoted words are taken out of texts before they are kept, so that one defect is one entry and
//! no entry holds anything of a person.

use std::collections::HashMap;
use std::panic::PanicHookInfo;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use opentelemetry::trace::{Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};
use sha2::{Digest, Sha256};
use shared_kernel::{Clock, Timestamp};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer;

use super::trace_context::current_ids;

/// Fingerprints that are kept; a new one takes the place of the one that was not seen for longest.
pub const MAX_FINGERPRINTS: usize = 100;
const MAX_TEXT_CHARS: usize = 300;
/// The code of a panic, which is counted where it happens and not again where it is logged.
const PANIC: &str = "panic";

static LOG: OnceLock<ErrorLog> = OnceLock::new();

/// The errors of this process; empty before telemetry was started.
pub fn errors() -> Vec<ErrorRecord> {
    LOG.get().map(ErrorLog::list).unwrap_or_default()
}

/// All occurrences of one defect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorRecord {
    /// 16 hex digits, the same in every run.
    pub fingerprint: String,
    /// The process in which it happened.
    pub instance: String,
    /// `panic`, the stable name of a failure, or `error`.
    pub code: String,
    /// The module, or the file and line of a panic.
    pub place: String,
    /// The first occurrence's words, without what differs from one to the next.
    pub text: String,
    pub count: u64,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    /// The trace of the last occurrence that was part of one.
    pub trace_id: Option<String>,
}

/// One occurrence.
struct Occurrence<'a> {
    code: &'a str,
    /// What the fingerprint knows of the place: it must not move when lines are added above it.
    module: &'a str,
    place: &'a str,
    text: &'a str,
}

/// Keeps and counts.
#[derive(Clone)]
pub(crate) struct ErrorLog {
    clock: Arc<dyn Clock>,
    instance: Arc<str>,
    known: Arc<Mutex<HashMap<String, ErrorRecord>>>,
}

impl ErrorLog {
    pub(crate) fn new(clock: Arc<dyn Clock>, instance: &str) -> Self {
        Self { clock, instance: instance.into(), known: Arc::default() }
    }

    /// Answers [`errors`] from now on, and hears of every panic. Once per process.
    pub(crate) fn install(&self) {
        if LOG.set(self.clone()).is_ok() {
            let (log, before) = (self.clone(), std::panic::take_hook());
            std::panic::set_hook(Box::new(move |panic| {
                log.hear_panic(panic);
                before(panic);
            }));
        }
    }

    fn list(&self) -> Vec<ErrorRecord> {
        let mut all: Vec<_> = self.known().values().cloned().collect();
        all.sort_by(|one, other| (other.last_seen, &other.fingerprint).cmp(&(one.last_seen, &one.fingerprint)));
        all
    }

    fn hear_panic(&self, panic: &PanicHookInfo<'_>) {
        let (file, line) = panic.location().map_or((String::new(), 0), |at| (short_path(at.file()), at.line()));
        let text = panic.payload_as_str().unwrap_or("no message");
        self.note(&Occurrence { code: PANIC, module: &file, place: &format!("{file}:{line}"), text });
    }

    fn note(&self, it: &Occurrence<'_>) {
        let text = without_particulars(it.text);
        let fingerprint = fingerprint([it.code, it.module, &text]);
        metrics::counter!("store_errors_total", "kind" => if it.code == PANIC { PANIC } else { "error" }).increment(1);
        report_exception(it, &text, &fingerprint);
        let (now, trace) = (self.clock.now(), current_ids().map(|(trace, _)| trace.to_string()));
        let mut known = self.known();
        if !known.contains_key(&fingerprint) && known.len() >= MAX_FINGERPRINTS {
            let oldest = known.values().min_by_key(|record| record.last_seen).map(|record| record.fingerprint.clone());
            oldest.map(|oldest| known.remove(&oldest));
        }
        let record = known.entry(fingerprint.clone()).or_insert_with(|| ErrorRecord {
            fingerprint,
            instance: self.instance.to_string(),
            code: it.code.to_owned(),
            place: it.place.to_owned(),
            text,
            count: 0,
            first_seen: now,
            last_seen: now,
            trace_id: None,
        });
        (record.count, record.last_seen) = (record.count + 1, now);
        record.trace_id = trace.or_else(|| record.trace_id.take());
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, ErrorRecord>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Subscriber> Layer<S> for ErrorLog {
    fn on_event(&self, event: &Event<'_>, _: layer::Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        if fields.code == PANIC || fields.error.starts_with("panic: ") {
            return;
        }
        let target = event.metadata().target();
        let module = if fields.actor.is_empty() { target.to_owned() } else { format!("{target} {}", fields.actor) };
        let code = if fields.code.is_empty() { "error" } else { &fields.code };
        self.note(&Occurrence { code, module: &module, place: &module, text: &fields.message });
    }
}

/// An exception event of the span that this thread works in, if any.
fn report_exception(it: &Occurrence<'_>, text: &str, fingerprint: &str) {
    Context::map_current(|context| {
        if context.has_active_span() {
            let attributes = vec![
                KeyValue::new("exception.type", it.code.to_owned()),
                KeyValue::new("exception.message", text.to_owned()),
                KeyValue::new("code.function.name", it.place.to_owned()),
                KeyValue::new("store.error.fingerprint", fingerprint.to_owned()),
            ];
            context.span().add_event("exception", attributes);
            context.span().set_status(Status::error(it.code.to_owned()));
        }
    });
}

/// The fields of an event that say what went wrong, and where.
#[derive(Default)]
struct Fields {
    message: String,
    error: String,
    code: String,
    /// The consumer or the job that failed.
    actor: String,
}

impl Fields {
    fn place_of(&mut self, name: &str) -> Option<&mut String> {
        match name {
            "message" => Some(&mut self.message),
            "error" => Some(&mut self.error),
            "code" => Some(&mut self.code),
            "consumer" | "job" => Some(&mut self.actor),
            _ => None,
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if let Some(place) = self.place_of(field.name()) {
            value.clone_into(place);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if let Some(place) = self.place_of(field.name()) {
            *place = format!("{value:?}");
        }
    }
}

/// The words with `#` for each that may differ between two occurrences: one with a digit or an `@`, and what is quoted.
fn without_particulars(text: &str) -> String {
    let mut quoted = None;
    let unquoted: String = text
        .chars()
        .filter_map(|char| match quoted {
            Some(end) if char == end => {
                quoted = None;
                Some('#')
            }
            Some(_) => None,
            None if char == '"' || char == '`' => {
                quoted = Some(char);
                None
            }
            None => Some(char),
        })
        .collect();
    let word = |word: &str| {
        let differs = word.contains(|char: char| char.is_ascii_digit() || char == '@');
        if differs { "#".to_owned() } else { word.to_owned() }
    };
    let words: Vec<_> = unquoted.split_whitespace().map(word).collect();
    words.join(" ").chars().take(MAX_TEXT_CHARS).collect()
}

fn fingerprint(parts: [&str; 3]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hex::encode(&hash.finalize()[..8])
}

/// The end of a path: where a program was built is nobody's business, and differs.
fn short_path(file: &str) -> String {
    let mut parts: Vec<_> = file.rsplit(['/', '\\']).take(4).collect();
    parts.reverse();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(1_795_348_800_000_000)
        }
    }

    fn log() -> ErrorLog {
        ErrorLog::new(Arc::new(Noon), "here")
    }

    fn note(log: &ErrorLog, code: &str, text: &str) {
        log.note(&Occurrence { code, module: "m", place: "m", text });
    }

    #[test]
    fn what_differs_between_two_occurrences_is_not_kept() {
        let text = "order 0198-ab of kea@example.org says \"Hello World\" after 12 ms";
        assert_eq!(without_particulars(text), "order # of # says # after # ms");
        assert_eq!(short_path("/home/me/shop/chassis/web/src/guard.rs"), "chassis/web/src/guard.rs");
        assert_eq!(fingerprint(["panic", "a.rs", "boom"]), "ea41260a0712f568", "the same in every run");
        assert_ne!(fingerprint(["a", "bc", ""]), fingerprint(["ab", "c", ""]));
    }

    #[test]
    fn logged_errors_of_one_kind_are_one_entry_and_a_panic_is_not_counted_twice() {
        let log = log();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(log.clone()), || {
            for attempt in 1..=3 {
                tracing::error!(consumer = "mail", code = "refused", attempt, "task {attempt} became a dead letter");
            }
            tracing::error!(error = "panic: boom", "a request failed: panic: boom");
        });
        let all = log.list();
        assert_eq!(all.len(), 1, "{all:?}");
        assert_eq!((all[0].count, all[0].code.as_str()), (3, "refused"));
        assert_eq!(all[0].place, "chassis_telemetry::errors::tests mail");
        assert_eq!(all[0].text, "task # became a dead letter");
        assert_eq!((all[0].instance.as_str(), &all[0].trace_id), ("here", &None));
    }

    #[test]
    fn memory_is_bounded() {
        let log = log();
        for kind in 0..300 {
            note(&log, &format!("kind-{kind}"), "text");
        }
        assert_eq!(log.list().len(), MAX_FINGERPRINTS);
        note(&log, "long", &"word ".repeat(1_000));
        assert!(log.list().iter().all(|record| record.text.chars().count() <= MAX_TEXT_CHARS));
    }
}
