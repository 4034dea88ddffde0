//! `/profile/sessions`: where somebody is logged in, and how to end that.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use chassis::Site;
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{CsrfForm, Flash, PageError, PageFrame, SignedIn, page, see_other_with};

use super::NoFields;
use crate::adapters::inbound::shown::token_of;
use crate::application::sessions::ManageSessions;
use crate::domain::{Session, SessionId, TokenHash};

#[derive(Template)]
#[template(path = "customer/sessions.html")]
struct SessionsPage {
    frame: PageFrame,
    sessions: Vec<SessionRow>,
}

struct SessionRow {
    id: String,
    agent: String,
    address: String,
    begun: String,
    seen: String,
    this_one: bool,
}

#[get("/profile/sessions")]
pub(super) async fn show(
    req: HttpRequest,
    (sessions, site): (web::Data<ManageSessions>, web::Data<Site>),
    frame: PageFrame,
    who: SignedIn,
) -> Result<HttpResponse, PageError> {
    let (all, own) = (sessions.list(who.0.customer).await?, token_of(&req));
    page(&SessionsPage { frame, sessions: all.iter().map(|session| row(session, &own, &site)).collect() })
}

fn row(session: &Session, own: &TokenHash, site: &Site) -> SessionRow {
    let known = |text: &str| if text.is_empty() { "unknown".to_owned() } else { text.to_owned() };
    SessionRow {
        id: session.id().as_str().to_owned(),
        agent: known(&session.begun_from.agent),
        address: known(&session.begun_from.address),
        begun: session.started_at.format_in(&site.time_zone),
        seen: session.last_seen.format_in(&site.time_zone),
        this_one: session.hash == *own,
    }
}

#[post("/profile/sessions/{id}/end")]
pub(super) async fn end(
    sessions: web::Data<ManageSessions>,
    who: SignedIn,
    trail: SecurityTrail,
    id: web::Path<String>,
    _form: CsrfForm<NoFields>,
) -> Result<HttpResponse, PageError> {
    let id = SessionId::parse(&id).ok_or(PageError::NotFound)?;
    if !sessions.end(who.0.customer, &id).await? {
        return Err(PageError::NotFound);
    }
    trail.note(SecurityEvent::SessionsEnded, &format!("session/{}", id.as_str())).await;
    Ok(see_other_with("/profile/sessions", Flash::notice("Session ended.")))
}
