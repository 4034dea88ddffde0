//! The bodies of the operator's API, and its refusals.

use actix_web::http::StatusCode;
use chassis::messaging::ReplayError;
use chassis::web::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::peers::{Collected, Counts, DeadLetterView, ErrorView, LogEntry};

/// Messages that could not be handled.
#[derive(Serialize, ToSchema)]
pub(super) struct DeadLetterList {
    /// Newest failure first.
    pub items: Vec<DeadLetterView>,
    /// Contexts in other processes that did not answer.
    pub unreachable: Vec<&'static str>,
}

impl From<Collected<DeadLetterView>> for DeadLetterList {
    fn from(all: Collected<DeadLetterView>) -> Self {
        Self { items: all.items, unreachable: all.unreachable }
    }
}

/// Records of the security log.
#[derive(Serialize, ToSchema)]
pub(super) struct SecurityLogList {
    /// Newest first, at most 100.
    pub items: Vec<LogEntry>,
    /// Contexts in other processes that did not answer.
    pub unreachable: Vec<&'static str>,
}

impl From<Collected<LogEntry>> for SecurityLogList {
    fn from(all: Collected<LogEntry>) -> Self {
        Self { items: all.items, unreachable: all.unreachable }
    }
}

/// What went wrong in the program.
#[derive(Serialize, ToSchema)]
pub(super) struct ErrorList {
    /// The one that happened last comes first; at most 100.
    pub items: Vec<ErrorView>,
    /// Contexts in other processes that did not answer.
    pub unreachable: Vec<&'static str>,
}

impl From<Collected<ErrorView>> for ErrorList {
    fn from(all: Collected<ErrorView>) -> Self {
        Self { items: all.items, unreachable: all.unreachable }
    }
}

/// Consumers that can be rebuilt.
#[derive(Serialize, ToSchema)]
pub(super) struct ConsumerList {
    /// As `context/consumer`.
    pub items: Vec<String>,
    /// Contexts in other processes that did not answer.
    pub unreachable: Vec<&'static str>,
}

impl From<Collected<String>> for ConsumerList {
    fn from(all: Collected<String>) -> Self {
        Self { items: all.items, unreachable: all.unreachable }
    }
}

/// How all contexts stand.
#[derive(Serialize, ToSchema)]
pub(super) struct ContextList {
    /// Each that answered.
    pub items: Vec<ContextView>,
    /// Contexts in other processes that did not answer.
    pub unreachable: Vec<&'static str>,
}

/// How a context stands.
#[derive(Serialize, ToSchema)]
pub(super) struct ContextView {
    /// Its name.
    pub context: &'static str,
    /// Its numbers.
    #[serde(flatten)]
    pub counts: Counts,
}

/// What is to be rebuilt.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReplayRequest {
    /// Such as `reports/record-sales`.
    pub consumer: String,
}

/// There is none of that name (any more).
pub(super) fn no_such_letter() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "no-such-dead-letter", "There is no such dead letter")
}

/// Why a consumer is not rebuilt.
pub(super) fn not_rebuilt(error: ReplayError) -> Problem {
    match error {
        ReplayError::NoSuchConsumer(_) => {
            Problem::new(StatusCode::NOT_FOUND, "no-such-consumer", "No such consumer").detail(error.to_string())
        }
        ReplayError::NotRebuildable(_) => {
            Problem::new(StatusCode::CONFLICT, "not-rebuildable", "Not rebuildable").detail(error.to_string())
        }
        ReplayError::Store(error) => error.into(),
    }
}
