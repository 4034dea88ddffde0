//! Log lines: to standard error, as text for people or as JSON for machines.
//!
//! Chooses the form and what is worth saying, nothing else. Numbers are counted where they arise and served by the web.

use std::io::IsTerminal;
use std::str::FromStr;

use tracing_subscriber::filter::{LevelFilter, ParseError};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{EnvFilter, Layer, fmt};

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
    #[error("logging was started before")]
    Started(#[from] TryInitError),
}

/// Starts logging in this process. `filter` is as in `info,order=debug`.
///
/// # Errors
/// [`TelemetryError`] if the filter is none, or logging was started before.
pub fn start(format: LogFormat, filter: &str) -> Result<(), TelemetryError> {
    let filter = parse_filter(filter)?;
    let lines = match format {
        LogFormat::Text => fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => fmt::layer().json().flatten_event(true).with_writer(std::io::stderr).boxed(),
    };
    tracing_subscriber::registry().with(filter).with(lines).try_init()?;
    Ok(())
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
    // The server logs every malformed request and every broken connection as an error of its own; outsiders can cause
    // those.
    Ok(EnvFilter::builder().parse(format!("actix_http=off,{text}"))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_is_none_is_refused_by_name() {
        assert!(matches!(start(LogFormat::Text, "order=loud=yes"), Err(TelemetryError::Filter(_))));
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
