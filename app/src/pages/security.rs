//! `/admin/security`: who did what, from where and when.

use actix_web::{HttpResponse, web};
use askama::Template;
use chassis::web::{Admin, Asker, PageError, PageFrame, page};
use shared_kernel::Timestamp;

use super::PageSettings;
use crate::peers::{LogEntry, LogQuery, MOST_LETTERS, Peers};

#[derive(Template)]
#[template(path = "security.html")]
struct SecurityPage {
    frame: PageFrame,
    event: String,
    entries: Vec<EntryRow>,
    unreachable: Vec<&'static str>,
    /// Empty on the last page.
    next: String,
}

struct EntryRow {
    /// As the shop's clocks show it.
    at: String,
    view: LogEntry,
}

fn row(view: LogEntry, zone: &str) -> EntryRow {
    let at = Timestamp::parse(&view.at).map_or_else(|_| view.at.clone(), |at| at.format_in(zone));
    EntryRow { at, view }
}

pub(super) async fn show(
    _admin: Admin,
    frame: PageFrame,
    asker: Asker,
    (peers, settings): (web::Data<Peers>, web::Data<PageSettings>),
    query: web::Query<LogQuery>,
) -> Result<HttpResponse, PageError> {
    let query = LogQuery { event: query.event.chars().take(40).collect(), before: query.before.clone() };
    let all = peers.security_log(&asker, &query).await;
    let full = all.items.len() == MOST_LETTERS as usize;
    let next = all.items.last().filter(|_| full).map(|entry| entry.id.clone()).unwrap_or_default();
    let entries = all.items.into_iter().map(|entry| row(entry, &settings.time_zone)).collect();
    page(&SecurityPage { frame, event: query.event, entries, unreachable: all.unreachable, next })
}
