//! `/login` and `/logout`.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{
    CsrfForm, Flash, Origin, PageError, PageFrame, SESSION_COOKIE, cookie_value, page, see_other, see_other_with,
};
use secrecy::SecretString;
use serde::Deserialize;

use super::cookies::{with_session, without_session};
use super::forms::{NextQuery, NoFields, safe_path};
use super::messages::{FormError, LOGIN_EXPIRED};
use super::view_models::{CodePage, LogInPage};
use crate::adapters::inbound::caller::place_of_browser;
use crate::adapters::inbound::security_log::note_login;
use crate::application::{LogIn, LogInCommand, LogInError, LogOut};

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct LogInForm {
    email: String,
    password: SecretString,
    #[serde(default)]
    next: String,
}

/// What the form for the code sends.
#[derive(Deserialize)]
pub(super) struct CodeForm {
    challenge: String,
    code: String,
    #[serde(default)]
    next: String,
}

#[get("/login")]
pub(super) async fn show(frame: PageFrame, query: web::Query<NextQuery>) -> Result<HttpResponse, PageError> {
    let next = safe_path(&query.next);
    if frame.user.is_some() {
        return Ok(see_other(&next));
    }
    page(&LogInPage { frame, errors: vec![], email: String::new(), next })
}

#[post("/login")]
pub(super) async fn log_in(
    req: HttpRequest,
    log_in: web::Data<LogIn>,
    frame: PageFrame,
    origin: Origin,
    trail: SecurityTrail,
    form: CsrfForm<LogInForm>,
) -> Result<HttpResponse, PageError> {
    let LogInForm { email, password, next } = form.into_inner();
    let (next, place) = (safe_path(&next), place_of_browser(&req, origin));
    let logged_in = log_in.execute(LogInCommand { email: email.clone(), password, code: None, place }).await;
    note_login(&trail, &logged_in).await;
    match logged_in {
        Ok(session) => with_session(see_other(&next), &session),
        Err(LogInError::CodeNeeded(challenge)) => {
            let challenge = challenge.reveal().to_owned();
            page(&CodePage { frame, errors: vec![], challenge, next })
        }
        Err(error) => FormError::from(error).render(|errors| LogInPage { frame, errors, email, next }),
    }
}

#[post("/login/code")]
pub(super) async fn code(
    req: HttpRequest,
    logins: web::Data<LogIn>,
    frame: PageFrame,
    origin: Origin,
    trail: SecurityTrail,
    form: CsrfForm<CodeForm>,
) -> Result<HttpResponse, PageError> {
    let CodeForm { challenge, code, next } = form.into_inner();
    let next = safe_path(&next);
    let logged_in = logins.complete(&challenge, &code, place_of_browser(&req, origin)).await;
    note_login(&trail, &logged_in).await;
    match logged_in {
        Ok(session) => with_session(see_other(&next), &session),
        Err(LogInError::ChallengeOver) => Ok(see_other_with("/login", Flash::error(LOGIN_EXPIRED))),
        Err(error) => FormError::from(error).render(|errors| CodePage { frame, errors, challenge, next }),
    }
}

#[post("/logout")]
pub(super) async fn log_out(
    req: HttpRequest,
    log_out: web::Data<LogOut>,
    trail: SecurityTrail,
    _form: CsrfForm<NoFields>,
) -> Result<HttpResponse, PageError> {
    if let Some(token) = cookie_value(&req, SESSION_COOKIE) {
        log_out.execute(&token).await?;
        trail.note(SecurityEvent::LoggedOut, "").await;
    }
    without_session(see_other("/"))
}
