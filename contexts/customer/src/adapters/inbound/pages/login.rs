//! `/login` and `/logout`.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{
    CART_COOKIE, CART_COUNT_COOKIE, CsrfForm, Flash, Origin, PageError, PageFrame, SESSION_COOKIE, cookie_value,
    device_cookie, end_session_cookie, forget_cookie, local_path, page, page_with, see_other, see_other_with,
    session_cookie,
};
use secrecy::SecretString;
use serde::Deserialize;

use super::NoFields;
use crate::adapters::inbound::messages::Correctable;
use crate::adapters::inbound::security::note_login;
use crate::adapters::inbound::shown::place_of_browser;
use crate::application::begin_session::LoggedIn;
use crate::application::log_in::{LogIn, LogInCommand, LogInError};
use crate::application::log_out::LogOut;

#[derive(Template)]
#[template(path = "customer/login.html")]
struct LogInPage {
    frame: PageFrame,
    errors: Vec<String>,
    email: String,
    /// A path of this shop.
    next: String,
}

/// Where to go afterwards.
#[derive(Deserialize)]
pub(super) struct NextQuery {
    #[serde(default)]
    pub next: String,
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct LogInForm {
    email: String,
    password: SecretString,
    #[serde(default)]
    next: String,
}

/// Anything but a path of this shop becomes the home page.
pub(super) fn safe(next: &str) -> String {
    local_path(next).unwrap_or("/").to_owned()
}

#[get("/login")]
pub(super) async fn show(frame: PageFrame, query: web::Query<NextQuery>) -> Result<HttpResponse, PageError> {
    let next = safe(&query.next);
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
    let (next, place) = (safe(&next), place_of_browser(&req, origin));
    let logged_in = log_in.execute(LogInCommand { email: email.clone(), password, code: None, place }).await;
    note_login(&trail, &logged_in).await;
    let error = match logged_in {
        Ok(session) => return Ok(with_session(see_other(&next), &session)),
        Err(LogInError::CodeNeeded(challenge)) => {
            let challenge = challenge.reveal().to_owned();
            return page(&CodePage { frame, errors: vec![], challenge, next });
        }
        Err(error) => error,
    };
    render_with_errors(error.into(), |status, errors| page_with(status, &LogInPage { frame, errors, email, next }))
}

/// The form again, with what has to be corrected.
pub(super) fn render_with_errors(
    why: Correctable,
    again: impl FnOnce(StatusCode, Vec<String>) -> Result<HttpResponse, PageError>,
) -> Result<HttpResponse, PageError> {
    match why {
        Correctable::Say(status, errors) => again(status, errors),
        Correctable::Wait(seconds) => {
            again(StatusCode::TOO_MANY_REQUESTS, vec![wait(seconds)]).map(|page| with_retry_after(page, seconds))
        }
        Correctable::Page(error) => Err(error),
    }
}

/// What the form for the code sends.
#[derive(Deserialize)]
pub(super) struct CodeForm {
    challenge: String,
    code: String,
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "customer/login_code.html")]
struct CodePage {
    frame: PageFrame,
    errors: Vec<String>,
    challenge: String,
    next: String,
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
    let next = safe(&next);
    let logged_in = logins.complete(&challenge, &code, place_of_browser(&req, origin)).await;
    note_login(&trail, &logged_in).await;
    match logged_in {
        Ok(session) => Ok(with_session(see_other(&next), &session)),
        Err(LogInError::ChallengeOver) => {
            Ok(see_other_with("/login", Flash::error("That took too long. Please log in again.")))
        }
        Err(error) => render_with_errors(error.into(), |status, errors| {
            page_with(status, &CodePage { frame, errors, challenge, next })
        }),
    }
}

#[post("/logout")]
pub(super) async fn log_out(
    req: HttpRequest,
    log_out: web::Data<LogOut>,
    trail: SecurityTrail,
    _form: CsrfForm<NoFields>,
) -> Result<HttpResponse, PageError> {
    if let Some(token) = session_of(&req) {
        log_out.execute(&token).await?;
        trail.note(SecurityEvent::LoggedOut, "").await;
    }
    goodbye(see_other("/"))
}

/// The answer, after which the browser shows the next person nothing of this one: session and cart are forgotten, and so
/// are pages that it keeps for going back. It stays a known device, which opens nothing by itself.
pub(super) fn goodbye(mut response: HttpResponse) -> Result<HttpResponse, PageError> {
    for cookie in [end_session_cookie(), forget_cookie(CART_COOKIE), forget_cookie(CART_COUNT_COOKIE)] {
        response.add_cookie(&cookie).map_err(PageError::internal)?;
    }
    let clear = HeaderName::from_static("clear-site-data");
    response.headers_mut().insert(clear, HeaderValue::from_static("\"cache\", \"storage\""));
    Ok(response)
}

fn session_of(req: &HttpRequest) -> Option<String> {
    cookie_value(req, SESSION_COOKIE)
}

/// The answer, with the cookie of a session that has just begun.
pub(super) fn with_session(mut response: HttpResponse, session: &LoggedIn) -> HttpResponse {
    // A token is always a valid header.
    let _ = response.add_cookie(&session_cookie(session.token.reveal(), session.lasts));
    if let Some(device) = &session.device {
        let _ = response.add_cookie(&device_cookie(device.reveal()));
    }
    response
}

/// What is said to somebody who has to wait.
pub(super) fn wait(seconds: u64) -> String {
    let unit = if seconds == 1 { "second" } else { "seconds" };
    format!("Too many failed attempts. Please wait {seconds} {unit} and try again.")
}

/// The answer, with the time to wait for programs.
pub(super) fn with_retry_after(mut response: HttpResponse, seconds: u64) -> HttpResponse {
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}
