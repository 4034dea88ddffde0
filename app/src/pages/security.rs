//! `/admin/security`: who did what, from where and when.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chassis::web::{Admin, CallerContext, PageError, PageFrame, page};
use shared_kernel::{CustomerId, Timestamp};

use super::PageSettings;
use crate::peers::{LogEntry, LogQuery, MAX_DEAD_LETTERS_SHOWN, Peers, Person};

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
    /// The actor.
    who: Option<Who>,
    /// The customer whom the subject names.
    about: Option<Who>,
}

/// Whose id it is.
enum Who {
    Known(Person),
    Deleted,
    /// The customer context did not tell.
    Id(CustomerId),
}

fn row(view: LogEntry, zone: &str, people: &BTreeMap<CustomerId, Option<Person>>) -> EntryRow {
    let at = Timestamp::parse(&view.at).map_or_else(|_| view.at.clone(), |at| at.format_in(zone));
    let who = |id: CustomerId| match people.get(&id) {
        Some(Some(person)) => Who::Known(person.clone()),
        Some(None) => Who::Deleted,
        None => Who::Id(id),
    };
    EntryRow { at, who: actor(&view).map(who), about: subject(&view).map(who), view }
}

fn actor(entry: &LogEntry) -> Option<CustomerId> {
    CustomerId::parse(entry.actor.as_deref()?).ok()
}

/// The customer whom a subject such as `customer/{id} is staff` names.
fn subject(entry: &LogEntry) -> Option<CustomerId> {
    CustomerId::parse(entry.subject.strip_prefix("customer/")?.split(' ').next()?).ok()
}

pub(super) async fn show(
    _admin: Admin,
    frame: PageFrame,
    asker: CallerContext,
    (peers, settings): (web::Data<Peers>, web::Data<PageSettings>),
    query: web::Query<LogQuery>,
) -> Result<HttpResponse, PageError> {
    let query = LogQuery { event: query.event.chars().take(40).collect(), before: query.before.clone() };
    let all = peers.security_log(&asker, &query).await;
    let full = all.items.len() == MAX_DEAD_LETTERS_SHOWN as usize;
    let next = all.items.last().filter(|_| full).map(|entry| entry.id.clone()).unwrap_or_default();
    let ids = all.items.iter().flat_map(|entry| [actor(entry), subject(entry)]).flatten().collect();
    let people = peers.people(&asker, ids).await;
    let entries = all.items.into_iter().map(|entry| row(entry, &settings.time_zone, &people)).collect();
    page(&SecurityPage { frame, event: query.event, entries, unreachable: all.unreachable, next })
}
