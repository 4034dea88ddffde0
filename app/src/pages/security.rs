//! `/admin/security`: who did what, from where and when.

use actix_web::{HttpResponse, web};
use askama::Template;
use chassis::web::{Admin, Asker, PageError, PageFrame, page};

use crate::peers::{LogEntry, LogQuery, MOST_LETTERS, Peers};

#[derive(Template)]
#[template(path = "security.html")]
struct SecurityPage {
    frame: PageFrame,
    event: String,
    entries: Vec<LogEntry>,
    unreachable: Vec<&'static str>,
    /// Empty on the last page.
    next: String,
}

pub(super) async fn show(
    _admin: Admin,
    frame: PageFrame,
    asker: Asker,
    peers: web::Data<Peers>,
    query: web::Query<LogQuery>,
) -> Result<HttpResponse, PageError> {
    let query = LogQuery { event: query.event.chars().take(40).collect(), before: query.before.clone() };
    let all = peers.security_log(&asker, &query).await;
    let full = all.items.len() == MOST_LETTERS as usize;
    let next = all.items.last().filter(|_| full).map(|entry| entry.id.clone()).unwrap_or_default();
    page(&SecurityPage { frame, event: query.event, entries: all.items, unreachable: all.unreachable, next })
}
