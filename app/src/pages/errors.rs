//! `/admin/errors`: messages that could not be handled, newest first, to be retried or discarded, and what went wrong in the
//! program itself. Contexts that do not answer are named.

use actix_web::{HttpResponse, web};
use askama::Template;
use chassis::security::SecurityTrail;
use chassis::web::{Admin, CallerContext, CsrfForm, Flash, PageError, PageFrame, page, see_other_with};
use serde::Deserialize;
use shared_kernel::Timestamp;

use super::PageSettings;
use crate::ops::note_decision;
use crate::peers::{DeadLetterView, Decision, ErrorView, Peers};

#[derive(Template)]
#[template(path = "errors.html")]
struct ErrorsPage {
    frame: PageFrame,
    letters: Vec<DeadLetterRow>,
    faults: Vec<FaultRow>,
    unreachable: Vec<&'static str>,
}

struct DeadLetterRow {
    view: DeadLetterView,
    message: String,
    /// As the shop's clocks show it.
    failed_at: String,
}

/// What went wrong in the program itself.
struct FaultRow {
    view: ErrorView,
    /// As the shop's clocks show it.
    last_seen: String,
}

/// The forms have no field of their own.
#[derive(Deserialize)]
pub(super) struct Decided {}

pub(super) async fn show(
    _admin: Admin,
    frame: PageFrame,
    asker: CallerContext,
    (peers, settings): (web::Data<Peers>, web::Data<PageSettings>),
) -> Result<HttpResponse, PageError> {
    let row = |view: DeadLetterView| {
        let message = format!("{:#}", view.message); // a value writes itself over several lines, and never fails
        DeadLetterRow { failed_at: local(&view.failed_at, &settings.time_zone), view, message }
    };
    let fault = |view: ErrorView| FaultRow { last_seen: local(&view.last_seen, &settings.time_zone), view };
    let faults = peers.errors(&asker).await.items.into_iter().map(fault).collect();
    let all = peers.dead_letters(&asker).await;
    let letters = all.items.into_iter().map(row).collect();
    page(&ErrorsPage { frame, letters, faults, unreachable: all.unreachable })
}

fn local(time: &str, zone: &str) -> String {
    Timestamp::parse(time).map_or_else(|_| time.to_owned(), |at| at.format_in(zone))
}

pub(super) async fn retry(
    _admin: Admin,
    asker: CallerContext,
    trail: SecurityTrail,
    peers: web::Data<Peers>,
    id: web::Path<String>,
    _form: CsrfForm<Decided>,
) -> Result<HttpResponse, PageError> {
    let found = peers.decide(&asker, &id, Decision::Retry).await?;
    note_decision(&trail, &id, Decision::Retry, found).await;
    Ok(decided(found, "It is being tried again."))
}

pub(super) async fn discard(
    _admin: Admin,
    asker: CallerContext,
    trail: SecurityTrail,
    peers: web::Data<Peers>,
    id: web::Path<String>,
    _form: CsrfForm<Decided>,
) -> Result<HttpResponse, PageError> {
    let found = peers.decide(&asker, &id, Decision::Discard).await?;
    note_decision(&trail, &id, Decision::Discard, found).await;
    Ok(decided(found, "Message discarded. Later messages will now be processed."))
}

fn decided(found: bool, words: &str) -> HttpResponse {
    let flash = if found { Flash::notice(words) } else { Flash::error("That error is not there any more.") };
    see_other_with("/admin/errors", flash)
}
