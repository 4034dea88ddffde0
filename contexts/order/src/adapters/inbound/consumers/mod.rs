//! Facts of others, translated at the door. One file per foreign contract; each has its own tolerant view of it, which
//! names only the fields that are needed, and is held against the producer's golden files in `tests/contract`.

pub mod catalogue;
pub mod customer;
pub mod fulfilment;

use chassis::messaging::{Failure, Handled};
use serde::Deserialize;
use shared_kernel::StoreError;

use crate::domain::Kind;
use crate::ports::Updated;

/// How others name the two kinds of things.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum KindJson {
    Physical,
    Digital,
}

impl From<KindJson> for Kind {
    fn from(kind: KindJson) -> Self {
        match kind {
            KindJson::Physical => Self::Physical,
            KindJson::Digital => Self::Digital,
        }
    }
}

/// The words for a message that cannot be read. Never `Ignored`: it might have been about money or goods.
pub(super) fn unreadable(error: &serde_json::Error) -> Handled {
    Handled::Dead(Failure::new("unreadable", error))
}

/// The outcome of a change to one order.
pub(super) fn updated(outcome: Result<Updated, StoreError>) -> Handled {
    match outcome {
        Ok(Updated::Changed(_) | Updated::Unchanged(_) | Updated::Refused(_) | Updated::KeyReused) => Handled::Done,
        Ok(Updated::Missing) => Handled::Dead(Failure::new("unknown-order", "there is no such order here")),
        Err(error) => stored(Err(error)),
    }
}

/// The outcome of a plain write.
pub(super) fn stored(outcome: Result<(), StoreError>) -> Handled {
    match outcome {
        Ok(()) | Err(StoreError::AlreadyHandled) => Handled::Done,
        Err(error) => Handled::Retry(Failure::of(&error)),
    }
}
