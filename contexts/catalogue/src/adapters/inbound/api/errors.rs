//! Which problem each refusal is, and its words.

use actix_web::http::StatusCode;
use chassis::web::Problem;
use serde_json::{Value, json};

use crate::adapters::inbound::import::ImportFileError;
use crate::adapters::inbound::import::outcome::LineNote;
use crate::adapters::inbound::import::picture_archive::ArchiveError;
use crate::application::{KeepPictureError, SaveProductError, WithdrawProductError};
use crate::domain::{FieldError, Handle, MediaError, ProductRefused};

/// There is no such product, or none that the caller may see.
pub(super) fn unknown_product(handle: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "unknown-product", "Unknown product")
        .detail(format!("there is no product {handle}"))
}

/// The body is JSON of the right shape, but no product.
pub(super) fn invalid_product(refused: &ProductRefused) -> Problem {
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-product", "The product is not right");
    let problem = problem.detail(refused.to_string());
    match refused {
        ProductRefused::Field(FieldError { field, .. }) => problem.with("field", *field),
        ProductRefused::Variant { sku, problem: FieldError { field, .. } } => {
            problem.with("field", *field).with("sku", sku.as_str())
        }
        ProductRefused::SkuTwice(sku)
        | ProductRefused::Price(sku)
        | ProductRefused::Currencies(sku)
        | ProductRefused::OptionNames(sku)
        | ProductRefused::SameOptions(sku) => problem.with("sku", sku.as_str()),
        ProductRefused::NoVariant | ProductRefused::TooMany(_) => problem,
    }
}

/// The handle in the path can belong to no product.
pub(super) fn handle_of(path: &str) -> Result<Handle, Problem> {
    Handle::parse(path).map_err(|_| unknown_product(path))
}

pub(super) fn save_refused(error: SaveProductError) -> Problem {
    let detail = error.to_string();
    let conflict = |name: &'static str, title: &'static str| {
        Problem::new(StatusCode::CONFLICT, name, title).detail(detail.clone())
    };
    match error {
        SaveProductError::HandleTaken(handle) => {
            conflict("handle-taken", "The handle is taken").with("handle", handle.as_str())
        }
        SaveProductError::SkuTaken { sku, owner } => {
            conflict("sku-taken", "The SKU is taken").with("sku", sku.as_str()).with("owner", owner.as_str())
        }
        SaveProductError::ChangedMeanwhile(_) => conflict("changed-meanwhile", "Somebody else changed it"),
        SaveProductError::NoSuchProduct(handle) => unknown_product(handle.as_str()),
        SaveProductError::Refused(refused) => invalid_product(&refused),
        SaveProductError::Store(error) => error.into(),
    }
}

pub(super) fn withdraw_refused(error: WithdrawProductError) -> Problem {
    match error {
        WithdrawProductError::NoSuchProduct(handle) => unknown_product(handle.as_str()),
        WithdrawProductError::Store(error) => error.into(),
    }
}

pub(super) fn import_refused(error: ImportFileError) -> Problem {
    let detail = error.to_string();
    match error {
        ImportFileError::TooLarge => body_too_large(detail),
        ImportFileError::File(_) => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unreadable-csv", "The file cannot be read").detail(detail)
        }
        ImportFileError::NotAll(outcome) => {
            let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "import-refused", "Nothing was imported");
            let problem = problem.detail("`errors` says what is not right, by row");
            let errors: Vec<Value> = outcome.errors.iter().map(line_note).collect();
            problem.with("failed", outcome.failed).with("errors", errors)
        }
        ImportFileError::Store(error) => error.into(),
    }
}

fn line_note(LineNote { line, row, product, sku, message }: &LineNote) -> Value {
    json!({ "line": line, "row": row, "product": product, "sku": sku, "message": message })
}

pub(super) fn invalid_media(detail: impl Into<String>) -> Problem {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Problem::new(status, "invalid-media", "The picture is not right").detail(detail)
}

pub(super) fn picture_refused(error: KeepPictureError) -> Problem {
    let detail = error.to_string();
    match error {
        KeepPictureError::Picture(MediaError::TooLarge) => body_too_large(detail),
        KeepPictureError::Picture(MediaError::NoPicture | MediaError::OtherKind(_)) => invalid_media(detail),
        KeepPictureError::Store(error) => error.into(),
    }
}

pub(super) fn archive_refused(error: ArchiveError) -> Problem {
    let detail = error.to_string();
    match error {
        ArchiveError::TooLarge => body_too_large(detail),
        ArchiveError::TooMany | ArchiveError::NoArchive => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Problem::new(status, "invalid-archive", "The archive cannot be read").detail(detail)
        }
        ArchiveError::Store(error) => error.into(),
    }
}

pub(super) fn body_too_large(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large").detail(detail)
}

pub(super) fn unsupported_media_type(detail: &'static str) -> Problem {
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Problem::new(status, "unsupported-media-type", "Unsupported media type").detail(detail)
}
