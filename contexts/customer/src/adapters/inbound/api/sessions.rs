//! Sessions: logging in and out, the list of sessions, and confirming the identity.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{Admin, JsonBody, Origin, Problem, SignedIn};

use super::customers::customer_id;
use super::dto::{ConfirmationBody, LogInBody, SessionEntry, SessionList, SessionView};
use crate::adapters::inbound::caller::{credential_of, place_of_program};
use crate::adapters::inbound::security_log::note_login;
use crate::application::{AccountQueries, ConfirmSession, EndSessions, IdentityProof, LogIn, LogInCommand, LogOut};
use crate::domain::SessionId;

/// Log in.
#[utoipa::path(
    tag = "customer", operation_id = "log_in", security(()),
    request_body = LogInBody,
    responses(
        (status = 201, description = "Logged in", body = SessionView),
        (status = 401, description = "`invalid-credentials`: the same for an unknown address and a wrong password; `second-factor-required`: the password is right, send a `code`, too; `invalid-code`"),
        (status = 429, description = "`login-delayed`: too many failures for this address; see `Retry-After`"),
    ),
)]
#[post("/api/customer/v1/sessions")]
pub(super) async fn log_in(
    log_in: web::Data<LogIn>,
    origin: Origin,
    trail: SecurityTrail,
    body: JsonBody<LogInBody>,
) -> Result<HttpResponse, Problem> {
    let LogInBody { email, password, code, device } = body.into_inner();
    let place = place_of_program(origin, device.as_deref());
    let logged_in = log_in.execute(LogInCommand { email, password, code, place }).await;
    note_login(&trail, &logged_in).await;
    Ok(created(&SessionView::from(&logged_in?)))
}

/// Log out: the token of this request is worth nothing afterwards.
#[utoipa::path(
    tag = "customer", operation_id = "log_out", security(("bearer" = [])),
    responses(
        (status = 204, description = "Logged out"),
    ),
)]
#[delete("/api/customer/v1/sessions/current")]
pub(super) async fn log_out(
    req: HttpRequest,
    log_out: web::Data<LogOut>,
    _who: SignedIn,
    trail: SecurityTrail,
) -> Result<HttpResponse, Problem> {
    let header = req.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or("");
    let token = header.split_once(' ').map_or("", |(_scheme, token)| token.trim());
    log_out.execute(token).await?;
    trail.note(SecurityEvent::LoggedOut, "").await;
    Ok(HttpResponse::NoContent().finish())
}

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
    accounts: web::Data<AccountQueries>,
    who: SignedIn,
) -> Result<HttpResponse, Problem> {
    let (all, own) = (accounts.sessions(who.0.customer).await?, credential_of(&req));
    let items = all.iter().map(|session| SessionEntry::of(session, &own)).collect();
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
    sessions: web::Data<EndSessions>,
    who: SignedIn,
    trail: SecurityTrail,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = SessionId::parse(&id).ok_or_else(Problem::not_found)?;
    if !sessions.one(who.0.customer, &id).await? {
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
    sessions: web::Data<EndSessions>,
    _who: Admin,
    trail: SecurityTrail,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = customer_id(&id)?;
    if !sessions.all(id).await? {
        return Err(Problem::not_found());
    }
    trail.note(SecurityEvent::SessionsEnded, &format!("customer/{id}")).await;
    Ok(HttpResponse::NoContent().finish())
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
    confirm: web::Data<ConfirmSession>,
    who: SignedIn,
    trail: SecurityTrail,
    body: JsonBody<ConfirmationBody>,
) -> Result<HttpResponse, Problem> {
    let ConfirmationBody { current_password: password, code } = body.into_inner();
    let proof = IdentityProof { customer: who.0.customer, credential: credential_of(&req), password, code };
    let confirmed = confirm.execute(&proof).await;
    let event = if confirmed.is_ok() { SecurityEvent::Confirmed } else { SecurityEvent::ConfirmationFailed };
    trail.note(event, "").await;
    confirmed?;
    Ok(HttpResponse::NoContent().finish())
}

/// An answer that shows a secret, which no cache on the way may store.
pub(super) fn created(view: &impl serde::Serialize) -> HttpResponse {
    HttpResponse::Created().insert_header((header::CACHE_CONTROL, "no-store")).json(view)
}
