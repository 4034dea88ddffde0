//! What travels between the joining pages and the contexts.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chassis::OpenWork;
use chassis::messaging::{DeadLetter, InboxCounts};
use chassis::security::SecurityRecord;
use chassis::telemetry::ErrorRecord;
use serde::{Deserialize, Serialize};
use shared_kernel::Limit;
use utoipa::ToSchema;

/// A category as the home page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CategorySummary {
    /// Its name.
    pub name: String,
    /// What `/products?category=` asks for.
    pub slug: String,
    /// How many products it holds.
    pub products: u64,
}

/// Whose account it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// First and last name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
}

/// One number of the back office's first page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DashboardCount {
    /// What is counted.
    #[schema(example = "to send")]
    pub label: String,
    /// How many, written for people.
    #[schema(example = "100 or more")]
    pub count: String,
    /// The page where more of it is found.
    #[schema(example = "/admin/shipping-orders")]
    pub link: String,
    /// Whether the number needs attention.
    pub alarming: bool,
}

impl From<&OpenWork> for DashboardCount {
    fn from(work: &OpenWork) -> Self {
        let more = if work.count < Limit::MAX.get() as usize { "" } else { " or more" };
        Self {
            label: work.label.to_owned(),
            count: format!("{}{more}", work.count),
            link: work.link.to_owned(),
            alarming: work.is_urgent,
        }
    }
}

/// How a context stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// Messages that wait to be handled.
    pub waiting: u64,
    /// Since when the oldest of them waits (RFC 3339).
    pub oldest: Option<String>,
    /// Messages that could not be handled.
    pub dead: u64,
    /// What waits for staff.
    pub to_do: Vec<DashboardCount>,
}

impl Counts {
    /// Of an inbox, and what waits for staff.
    pub fn of(inbox: &InboxCounts, to_do: Vec<DashboardCount>) -> Self {
        Self { waiting: inbox.open, oldest: inbox.oldest.map(|time| time.to_string()), dead: inbox.dead, to_do }
    }
}

/// A message that could not be handled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = DeadLetter)]
pub struct DeadLetterView {
    /// Names the letter in the paths of this API.
    pub id: String,
    /// The context in whose inbox it lies.
    pub context: String,
    /// The consumer that failed.
    pub consumer: String,
    /// The message's type.
    #[serde(rename = "type")]
    pub event_type: String,
    /// What it is about.
    pub subject: String,
    /// How often it was tried.
    pub attempts: u32,
    /// A stable name of the failure.
    pub code: String,
    /// The error with its causes.
    pub error: String,
    /// The original message, a CloudEvents envelope.
    #[schema(value_type = Object)]
    pub message: serde_json::Value,
    /// When it was given up (RFC 3339).
    pub failed_at: String,
}

impl From<DeadLetter> for DeadLetterView {
    fn from(letter: DeadLetter) -> Self {
        Self {
            id: URL_SAFE_NO_PAD.encode(letter.id()),
            context: letter.context,
            consumer: letter.consumer,
            event_type: letter.event_type,
            subject: letter.subject,
            attempts: letter.attempts,
            code: letter.code,
            error: letter.error,
            message: letter.message,
            failed_at: letter.failed_at.to_string(),
        }
    }
}

/// All occurrences of one defect in one process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ProgramError)]
pub struct ErrorView {
    /// Names the defect, the same in every run.
    #[schema(example = "ea41260a0712f568")]
    pub fingerprint: String,
    /// The process in which it happened; another one after each start.
    pub instance: String,
    /// `panic`, the stable name of a failure, or `error`.
    #[schema(example = "panic")]
    pub code: String,
    /// The part of the program, or the file and line of a panic.
    pub place: String,
    /// What was said, with `#` for ids, numbers, addresses and what was quoted.
    pub text: String,
    /// How often, since the process was started.
    pub count: u64,
    /// When first (RFC 3339).
    pub first_seen: String,
    /// When last (RFC 3339).
    pub last_seen: String,
    /// The trace of the last time that it happened in one.
    pub trace_id: Option<String>,
}

impl From<ErrorRecord> for ErrorView {
    fn from(record: ErrorRecord) -> Self {
        Self {
            fingerprint: record.fingerprint,
            instance: record.instance,
            code: record.code,
            place: record.place,
            text: record.text,
            count: record.count,
            first_seen: record.first_seen.to_string(),
            last_seen: record.last_seen.to_string(),
            trace_id: record.trace_id,
        }
    }
}

/// A record of the security log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogEntry {
    /// Names it; later records have greater ids.
    pub id: String,
    /// When (RFC 3339).
    pub at: String,
    /// What, such as `login-failed` or `role-changed`.
    #[schema(example = "login-failed")]
    pub event: String,
    /// The customer who did it, if they were known.
    #[schema(value_type = Option<String>, format = Uuid)]
    pub actor: Option<String>,
    /// What it was about: a path, or a thing and its id; may be empty.
    pub subject: String,
    /// From which address; empty where that is not known, or was forgotten with the person.
    pub address: String,
    /// What the browser or program called itself; empty in the same cases.
    pub agent: String,
    /// The id of the request.
    pub request_id: String,
}

impl From<SecurityRecord> for LogEntry {
    fn from(record: SecurityRecord) -> Self {
        Self {
            id: record.id,
            at: record.at.to_string(),
            event: record.event,
            actor: record.actor.map(|actor| actor.to_string()),
            subject: record.subject,
            address: record.address,
            agent: record.agent,
            request_id: record.request_id,
        }
    }
}
