//! Messages from other contexts. One file per foreign contract: each keeps its own tolerant view of the message, reads only
//! what the warehouse needs, and turns it into a command.
//!
//! Acknowledged by outcome: what cannot be read is a dead letter at once, what the store could not do is tried again,
//! what was handled before is done.

pub mod catalogue;
pub mod order;

use chassis::messaging::{Failure, Handled};
use shared_kernel::StoreError;

/// The message cannot be what its type says.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unreadable(String);

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<Unreadable> for Handled {
    fn from(unreadable: Unreadable) -> Self {
        Self::Dead(Failure::new("unreadable", unreadable))
    }
}

pub(super) fn acknowledge(outcome: Result<(), StoreError>) -> Handled {
    match outcome {
        Ok(()) | Err(StoreError::AlreadyHandled) => Handled::Done,
        Err(error) => Handled::Retry(Failure::of(&error)),
    }
}
