//! `/profile/sessions`: lists the sessions of an account, and ends them.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chassis::Site;
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{CsrfForm, Flash, PageError, PageFrame, SignedIn, page, see_other_with};

use super::forms::NoFields;
use super::messages::SESSION_ENDED;
use super::view_models::{SessionRow, SessionsPage};
use crate::adapters::inbound::caller::credential_of;
use crate::application::{AccountQueries, EndSessions};
use crate::domain::SessionId;

#[get("/profile/sessions")]
pub(super) async fn show(
    req: HttpRequest,
    (accounts, site): (web::Data<AccountQueries>, web::Data<Site>),
    frame: PageFrame,
    who: SignedIn,
) -> Result<HttpResponse, PageError> {
    let (all, own) = (accounts.sessions(who.0.customer).await?, credential_of(&req));
    let sessions = all.iter().map(|session| SessionRow::of(session, &own, &site)).collect();
    page(&SessionsPage { frame, sessions })
}

#[post("/profile/sessions/{id}/end")]
pub(super) async fn end(
    sessions: web::Data<EndSessions>,
    who: SignedIn,
    trail: SecurityTrail,
    id: web::Path<String>,
    _form: CsrfForm<NoFields>,
) -> Result<HttpResponse, PageError> {
    let id = SessionId::parse(&id).ok_or(PageError::NotFound)?;
    if !sessions.one(who.0.customer, &id).await? {
        return Err(PageError::NotFound);
    }
    trail.note(SecurityEvent::SessionsEnded, &format!("session/{}", id.as_str())).await;
    Ok(see_other_with("/profile/sessions", Flash::notice(SESSION_ENDED)))
}
