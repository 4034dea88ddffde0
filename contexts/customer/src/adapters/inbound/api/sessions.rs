//! Logging in and out.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, delete, post, web};
use chassis::web::{JsonBody, Problem, SignedIn};

use super::bodies::{LogInBody, SessionView};
use crate::application::log_in::{LogIn, LogInCommand};
use crate::application::log_out::LogOut;

/// Log in.
#[utoipa::path(
    tag = "customer", operation_id = "log_in", security(()),
    request_body = LogInBody,
    responses(
        (status = 201, description = "Logged in", body = SessionView),
        (status = 401, description = "`invalid-credentials`: the same for an unknown address and a wrong password"),
        (status = 429, description = "`login-delayed`: too many failures for this address; see `Retry-After`"),
    ),
)]
#[post("/api/customer/v1/sessions")]
pub(super) async fn log_in(log_in: web::Data<LogIn>, body: JsonBody<LogInBody>) -> Result<HttpResponse, Problem> {
    let LogInBody { email, password } = body.into_inner();
    let session = log_in.execute(LogInCommand { email, password, instead_of: None }).await?;
    Ok(created(&SessionView::from(&session)))
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
) -> Result<HttpResponse, Problem> {
    let header = req.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or("");
    let token = header.split_once(' ').map_or("", |(_scheme, token)| token.trim());
    log_out.execute(token).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// An answer that shows a secret, which nobody on the way may keep.
pub(super) fn created(view: &impl serde::Serialize) -> HttpResponse {
    HttpResponse::Created().insert_header((header::CACHE_CONTROL, "no-store")).json(view)
}
