//! The error for a typed value that is not valid.

use shared_kernel::address::AddressError;

/// Which field is not right, and why. Both are words for people and programs alike; neither repeats what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field} {problem}")]
pub struct FieldError {
    /// The field's name on the wire.
    pub field: &'static str,
    /// What is wrong with it, to be read after the field's name.
    pub problem: &'static str,
}

impl From<AddressError> for FieldError {
    fn from(error: AddressError) -> Self {
        Self { field: error.field, problem: error.problem }
    }
}
