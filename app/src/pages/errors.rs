//! `/admin/errors`: messages that could not be handled, newest first, to be retried or discarded.

use actix_web::{HttpResponse, web};
use askama::Template;
use chassis::messaging::DeadLetters;
use chassis::web::{Admin, CsrfForm, Flash, PageError, PageFrame, page, see_other_with};
use serde::Deserialize;

use crate::ops::{LetterView, letter_name};

#[derive(Template)]
#[template(path = "errors.html")]
struct ErrorsPage {
    frame: PageFrame,
    letters: Vec<LetterRow>,
}

struct LetterRow {
    view: LetterView,
    message: String,
}

/// The forms have no field of their own.
#[derive(Deserialize)]
pub(super) struct Decision {}

pub(super) async fn show(
    _admin: Admin,
    frame: PageFrame,
    letters: web::Data<DeadLetters>,
) -> Result<HttpResponse, PageError> {
    let row = |view: LetterView| {
        let message = serde_json::to_string_pretty(&view.message).unwrap_or_default();
        LetterRow { view, message }
    };
    let letters = letters.list(100).await?.into_iter().map(LetterView::from).map(row).collect();
    page(&ErrorsPage { frame, letters })
}

pub(super) async fn retry(
    _admin: Admin,
    letters: web::Data<DeadLetters>,
    id: web::Path<String>,
    _form: CsrfForm<Decision>,
) -> Result<HttpResponse, PageError> {
    let name = letter_name(&id).ok_or(PageError::NotFound)?;
    let found = letters.retry(&name).await?;
    Ok(decided(found, "It is being tried again."))
}

pub(super) async fn discard(
    _admin: Admin,
    letters: web::Data<DeadLetters>,
    id: web::Path<String>,
    _form: CsrfForm<Decision>,
) -> Result<HttpResponse, PageError> {
    let name = letter_name(&id).ok_or(PageError::NotFound)?;
    let found = letters.discard(&name).await?;
    Ok(decided(found, "It is gone; what waited behind it moves on."))
}

fn decided(found: bool, words: &str) -> HttpResponse {
    let flash = if found { Flash::notice(words) } else { Flash::error("That error is not there any more.") };
    see_other_with("/admin/errors", flash)
}
