//! Facts that other contexts publish, translated at the door: one file per foreign contract, each with a tolerant view
//! that names only the fields needed here.
//!
//! The contracts are pinned by the producers' golden files, which this context's contract test reads. A fact about money
//! that cannot be read is a dead letter at once, never ignored: an operator must see it.

pub mod catalogue;
pub mod order;

use chassis::messaging::{Failure, Handled};
use shared_kernel::{StoreError, Timestamp};

use crate::domain::SaleError;

/// A message that cannot be understood, however often it is tried.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// This context does not know facts of this type.
    #[error("facts of type {0} are not known here")]
    Type(String),
    /// A needed field is missing, or is not what it should be.
    #[error("the data cannot be read: {0}")]
    Data(#[from] serde_json::Error),
    /// A field holds a word that is not known here.
    #[error("{field} is {value:?}, which is not known here")]
    Word {
        field: &'static str,
        /// What it holds.
        value: String,
    },
    /// Its amounts cannot be those of a sale.
    #[error(transparent)]
    Money(#[from] SaleError),
}

impl Unreadable {
    /// For the operator.
    pub fn failure(&self) -> Failure {
        let code = match self {
            Self::Type(_) => "unknown-type",
            Self::Data(_) | Self::Word { .. } => "unreadable",
            Self::Money(_) => "not-money",
        };
        Failure::new(code, self)
    }
}

fn acknowledge(outcome: Result<(), StoreError>) -> Handled {
    match outcome {
        Ok(()) => Handled::Done,
        Err(error) => handle_store_error(&error),
    }
}

fn handle_store_error(error: &StoreError) -> Handled {
    match error {
        StoreError::AlreadyHandled => Handled::Done,
        StoreError::Corrupt { .. } => Handled::Dead(Failure::of(error)),
        StoreError::Stale | StoreError::LeaseLost | StoreError::Conflict(_) | StoreError::Unavailable(_) => {
            Handled::Retry(Failure::of(error))
        }
    }
}

/// A time as the databases keep it, whatever the precision with which it was written.
fn truncate_to_stored_precision(time: Timestamp) -> Timestamp {
    Timestamp::from_micros(time.micros())
}
