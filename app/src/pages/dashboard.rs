//! `/admin`: what is to be done and how it goes, as far as each context answers.

use actix_web::{HttpResponse, web};
use askama::Template;
use chassis::web::{CallerContext, PageError, PageFrame, Staff, page};

use crate::peers::{Counts, DashboardCount, Peers};

#[derive(Template)]
#[template(path = "dashboard.html")]
struct DashboardPage {
    frame: PageFrame,
    figures: Vec<DashboardCount>,
    contexts: Vec<ContextRow>,
}

/// How far a context is behind its messages; no numbers when it does not answer.
struct ContextRow {
    name: &'static str,
    counts: Option<Counts>,
}

pub(super) async fn show(
    _staff: Staff,
    frame: PageFrame,
    asker: CallerContext,
    peers: web::Data<Peers>,
) -> Result<HttpResponse, PageError> {
    let contexts = peers.counts(&asker).await.into_iter().map(|(name, counts)| ContextRow { name, counts });
    let contexts: Vec<ContextRow> = contexts.collect();
    let answered = || contexts.iter().filter_map(|row| row.counts.as_ref());
    let mut figures: Vec<DashboardCount> = answered().flat_map(|counts| counts.to_do.clone()).collect();
    let dead: u64 = answered().map(|counts| counts.dead).sum();
    figures.push(DashboardCount {
        label: "errors".to_owned(),
        count: dead.to_string(),
        link: "/admin/errors".to_owned(),
        alarming: dead > 0,
    });
    page(&DashboardPage { frame, figures, contexts })
}
