//! Status and words of every refusal of the API.

use actix_web::http::StatusCode;
use chassis::web::Problem;

use crate::application::{PutDigitalFileError, UpdateError};
use crate::domain::Refusal;
use crate::domain::digital::FileError;

fn refused(refusal: &Refusal) -> Problem {
    let (status, name, title) = match refusal {
        Refusal::BelowReserved { .. } => (StatusCode::CONFLICT, "below-reserved", "Fewer than are reserved"),
        Refusal::StockChanged { .. } => (StatusCode::CONFLICT, "stock-changed", "Stock has changed meanwhile"),
        Refusal::ShelfFull => (StatusCode::CONFLICT, "shelf-full", "Too many on hand"),
        Refusal::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused", "Idempotency-Key reused"),
        Refusal::NoSuchShippingOrder(_) => return Problem::not_found().detail(refusal.to_string()),
        Refusal::AlreadyCancelled => (StatusCode::CONFLICT, "already-cancelled", "The shipping order was cancelled"),
        Refusal::UnknownItem(_) => (StatusCode::UNPROCESSABLE_ENTITY, "unknown-item", "No such item"),
        Refusal::NotPhysical(_) => (StatusCode::UNPROCESSABLE_ENTITY, "not-physical", "The item is not packed"),
        Refusal::NothingToPack => (StatusCode::CONFLICT, "nothing-to-dispatch", "Nothing to dispatch"),
        Refusal::ClosedWithout(_) => (StatusCode::CONFLICT, "already-closed", "The item is not to be sent"),
        Refusal::NothingToClose => (StatusCode::CONFLICT, "nothing-to-close", "Everything has been sent"),
    };
    let problem = Problem::new(status, name, title).detail(refusal.to_string());
    match refusal {
        Refusal::BelowReserved { reserved, committed } => {
            problem.with("reserved", *reserved).with("committed", *committed)
        }
        Refusal::StockChanged { on_hand, available } => problem.with("on_hand", *on_hand).with("available", *available),
        Refusal::UnknownItem(sku) | Refusal::NotPhysical(sku) | Refusal::ClosedWithout(sku) => {
            problem.with("sku", sku.as_str())
        }
        Refusal::ShelfFull
        | Refusal::KeyReused
        | Refusal::NoSuchShippingOrder(_)
        | Refusal::AlreadyCancelled
        | Refusal::NothingToPack
        | Refusal::NothingToClose => problem,
    }
}

impl From<UpdateError> for Problem {
    fn from(error: UpdateError) -> Self {
        match error {
            UpdateError::Refused(refusal) => refused(&refusal),
            UpdateError::Store(error) => error.into(),
        }
    }
}

impl From<PutDigitalFileError> for Problem {
    fn from(error: PutDigitalFileError) -> Self {
        match error {
            PutDigitalFileError::Refused(FileError::TooLarge) => too_large(),
            PutDigitalFileError::Refused(error) => {
                unprocessable("invalid-file", "Not a file that can be sold", error.to_string())
            }
            PutDigitalFileError::Store(error) => error.into(),
        }
    }
}

pub(super) fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large")
        .detail(FileError::TooLarge.to_string())
}

pub(super) fn unprocessable(name: &'static str, title: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, name, title).detail(detail)
}

pub(super) fn unreadable(error: &actix_web::Error) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "unreadable-body", "The body could not be read").detail(error.to_string())
}
