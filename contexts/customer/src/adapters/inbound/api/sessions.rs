//! Logging in and out.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, delete, post, web};
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{JsonBody, Origin, Problem, SignedIn};

use super::bodies::{LogInBody, SessionView};
use crate::adapters::inbound::security::note_login;
use crate::adapters::inbound::shown::place_of_program;
use crate::application::log_in::{LogIn, LogInCommand};
use crate::application::log_out::LogOut;

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

/// An answer that shows a secret, which nobody on the way may keep.
pub(super) fn created(view: &impl serde::Serialize) -> HttpResponse {
    HttpResponse::Created().insert_header((header::CACHE_CONTROL, "no-store")).json(view)
}
