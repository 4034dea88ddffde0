//! `/admin`: what is to be done and how it goes.

use actix_web::{HttpResponse, web};
use askama::Template;
use chassis::messaging::DeadLetters;
use chassis::web::{PageError, PageFrame, Staff, page};

use super::peers::{Figure, Peers};

#[derive(Template)]
#[template(path = "dashboard.html")]
struct DashboardPage {
    frame: PageFrame,
    figures: Vec<Figure>,
    contexts: Vec<ContextRow>,
}

/// How far a context is behind its messages.
struct ContextRow {
    name: &'static str,
    waiting: u64,
    since: String,
    dead: u64,
}

pub(super) async fn show(
    _staff: Staff,
    frame: PageFrame,
    peers: web::Data<dyn Peers>,
    letters: web::Data<DeadLetters>,
) -> Result<HttpResponse, PageError> {
    let counts = letters.counts().await?;
    let mut figures = peers.to_do().await?;
    let dead: u64 = counts.iter().map(|(_, counts)| counts.dead).sum();
    figures.push(Figure { label: "errors", count: dead.to_string(), link: "/admin/errors", alarming: dead > 0 });
    let contexts = counts.into_iter().map(|(name, counts)| ContextRow {
        name,
        waiting: counts.open,
        since: counts.oldest.map(|time| time.to_string()).unwrap_or_default(),
        dead: counts.dead,
    });
    let contexts = contexts.collect();
    page(&DashboardPage { frame, figures, contexts })
}
