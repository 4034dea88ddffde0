//! Why something is wanted, in a person's words or in the shop's own.

use std::fmt;

/// A reason: one line, parsed once where it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(String);

/// The text is too long, or no line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reason has at most {} printable characters", Reason::MAX_CHARS)]
pub struct ReasonError;

impl Reason {
    pub const MAX_CHARS: usize = 200;

    /// What a person has written; `None` if that is nothing.
    pub fn parse(text: &str) -> Result<Option<Self>, ReasonError> {
        if text.chars().count() > Self::MAX_CHARS || text.chars().any(char::is_control) {
            return Err(ReasonError);
        }
        Ok(Some(Self::new(text)).filter(|_| !text.trim().is_empty()))
    }

    /// Takes the text as it is: the shop's own words, or what was stored before.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
