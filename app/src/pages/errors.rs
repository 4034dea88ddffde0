//! `/admin/errors`: messages that could not be handled, newest first, to be retried or discarded. Contexts that do not
//! answer are named.

use actix_web::{HttpResponse, web};
use askama::Template;
use chassis::web::{Admin, Asker, CsrfForm, Flash, PageError, PageFrame, page, see_other_with};
use serde::Deserialize;

use crate::peers::{Decision, Letter, Peers};

#[derive(Template)]
#[template(path = "errors.html")]
struct ErrorsPage {
    frame: PageFrame,
    letters: Vec<LetterRow>,
    unreachable: Vec<&'static str>,
}

struct LetterRow {
    view: Letter,
    message: String,
}

/// The forms have no field of their own.
#[derive(Deserialize)]
pub(super) struct Decided {}

pub(super) async fn show(
    _admin: Admin,
    frame: PageFrame,
    asker: Asker,
    peers: web::Data<Peers>,
) -> Result<HttpResponse, PageError> {
    let row = |view: Letter| {
        let message = serde_json::to_string_pretty(&view.message).unwrap_or_default();
        LetterRow { view, message }
    };
    let all = peers.dead_letters(&asker).await;
    let letters = all.items.into_iter().map(row).collect();
    page(&ErrorsPage { frame, letters, unreachable: all.unreachable })
}

pub(super) async fn retry(
    _admin: Admin,
    asker: Asker,
    peers: web::Data<Peers>,
    id: web::Path<String>,
    _form: CsrfForm<Decided>,
) -> Result<HttpResponse, PageError> {
    let found = peers.decide(&asker, &id, Decision::Retry).await?;
    Ok(decided(found, "It is being tried again."))
}

pub(super) async fn discard(
    _admin: Admin,
    asker: Asker,
    peers: web::Data<Peers>,
    id: web::Path<String>,
    _form: CsrfForm<Decided>,
) -> Result<HttpResponse, PageError> {
    let found = peers.decide(&asker, &id, Decision::Discard).await?;
    Ok(decided(found, "It is gone; what waited behind it moves on."))
}

fn decided(found: bool, words: &str) -> HttpResponse {
    let flash = if found { Flash::notice(words) } else { Flash::error("That error is not there any more.") };
    see_other_with("/admin/errors", flash)
}
