//! Where somebody is logged in, and showing once more who one is.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{Admin, JsonBody, Problem, SignedIn};
use shared_kernel::CustomerId;

use super::security_bodies::{ConfirmationBody, SessionEntry, SessionList};
use crate::adapters::inbound::shown::token_of;
use crate::application::confirm::{Confirm, ConfirmCommand};
use crate::application::sessions::ManageSessions;
use crate::domain::SessionId;

/// Where you are logged in.
#[utoipa::path(
    tag = "customer", operation_id = "list_my_sessions", security(("bearer" = [])),
    responses(
        (status = 200, description = "Your live sessions, the newest first", body = SessionList),
    ),
)]
#[get("/api/customer/v1/me/sessions")]
pub(super) async fn list(
    req: HttpRequest,
    sessions: web::Data<ManageSessions>,
    who: SignedIn,
) -> Result<HttpResponse, Problem> {
    let (all, shown) = (sessions.list(who.0.customer).await?, token_of(&req));
    let items = all.iter().map(|session| SessionEntry::of(session, &shown)).collect();
    Ok(HttpResponse::Ok().json(SessionList { items }))
}

/// Log out somewhere else.
#[utoipa::path(
    tag = "customer", operation_id = "end_my_session", security(("bearer" = [])),
    params(("id" = String, Path, description = "The session's id")),
    responses(
        (status = 204, description = "That session is worth nothing from now on"),
    ),
)]
#[delete("/api/customer/v1/me/sessions/{id}")]
pub(super) async fn end(
    sessions: web::Data<ManageSessions>,
    who: SignedIn,
    trail: SecurityTrail,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = SessionId::parse(&id).ok_or_else(Problem::not_found)?;
    if !sessions.end(who.0.customer, &id).await? {
        return Err(Problem::not_found());
    }
    trail.note(SecurityEvent::SessionsEnded, &format!("session/{}", id.as_str())).await;
    Ok(HttpResponse::NoContent().finish())
}

/// End all sessions of a customer.
#[utoipa::path(
    tag = "customer", operation_id = "end_sessions", security(("bearer" = ["admin"])),
    params(("id" = String, Path, description = "The customer's id")),
    responses(
        (status = 204, description = "They are logged out everywhere"),
    ),
)]
#[delete("/api/customer/v1/customers/{id}/sessions")]
pub(super) async fn end_all(
    sessions: web::Data<ManageSessions>,
    _who: Admin,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = CustomerId::parse(&id).map_err(|_| Problem::not_found())?;
    if sessions.end_all(id).await? { Ok(HttpResponse::NoContent().finish()) } else { Err(Problem::not_found()) }
}

/// Show your password again. For a quarter of an hour the session may then do what does great harm in the wrong hands:
/// refunds, roles, API keys.
#[utoipa::path(
    tag = "customer", operation_id = "confirm_session", security(("bearer" = [])),
    request_body = ConfirmationBody,
    responses(
        (status = 204, description = "Confirmed"),
        (status = 422, description = "The password is wrong, or the code"),
        (status = 429, description = "`login-delayed`: too many failures; see `Retry-After`"),
    ),
)]
#[post("/api/customer/v1/sessions/current/confirmation")]
pub(super) async fn confirm(
    req: HttpRequest,
    asked: web::Data<Confirm>,
    who: SignedIn,
    trail: SecurityTrail,
    body: JsonBody<ConfirmationBody>,
) -> Result<HttpResponse, Problem> {
    let ConfirmationBody { current_password: password, code } = body.into_inner();
    let command = ConfirmCommand { customer: who.0.customer, session: token_of(&req), password, code };
    let confirmed = asked.execute(command).await;
    let event = if confirmed.is_ok() { SecurityEvent::Confirmed } else { SecurityEvent::ConfirmationFailed };
    trail.note(event, "").await;
    confirmed?;
    Ok(HttpResponse::NoContent().finish())
}
