//! `/verify`: where the link of the verification mail leads.
//!
//! Looking at the page changes nothing, for mail scanners look at every link; the form with the password does.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use askama::Template;
use chassis::web::{CsrfForm, Flash, PageError, PageFrame, page, page_with, see_other_with};
use secrecy::SecretString;
use serde::Deserialize;

use crate::adapters::inbound::messages::Correctable;
use crate::application::request_mail::RequestMail;
use crate::application::verify_email::{VerifyEmail, VerifyEmailError};

#[derive(Template)]
#[template(path = "customer/verify.html")]
struct VerifyPage {
    frame: PageFrame,
    errors: Vec<String>,
    /// Empty when the page only offers to send another link.
    token: String,
}

/// What the link carries.
#[derive(Deserialize)]
pub(super) struct TokenQuery {
    #[serde(default)]
    pub token: String,
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct VerifyForm {
    token: String,
    /// Missing in a form of the version before this one.
    #[serde(default)]
    password: SecretString,
}

/// To whom another link is sent.
#[derive(Deserialize)]
pub(super) struct EmailForm {
    pub email: String,
}

#[get("/verify")]
pub(super) async fn show(frame: PageFrame, query: web::Query<TokenQuery>) -> Result<HttpResponse, PageError> {
    page(&VerifyPage { frame, errors: vec![], token: query.into_inner().token })
}

#[post("/verify")]
pub(super) async fn verify(
    verify: web::Data<VerifyEmail>,
    frame: PageFrame,
    form: CsrfForm<VerifyForm>,
) -> Result<HttpResponse, PageError> {
    let next = if frame.user.is_some() { "/" } else { "/login" };
    let VerifyForm { token, password } = form.into_inner();
    let verified = verify.execute(&token, &password).await;
    // After a wrong password they try again; where the link is no good, they are offered another.
    let token = if matches!(verified, Err(VerifyEmailError::WrongPassword)) { token } else { String::new() };
    match verified.map_err(Correctable::from) {
        Ok(()) => Ok(see_other_with(next, Flash::notice("Thank you. Your e-mail address is confirmed."))),
        Err(Correctable::Say(status, errors)) => page_with(status, &VerifyPage { frame, errors, token }),
        Err(Correctable::Wait(_)) => Err(PageError::Status(StatusCode::TOO_MANY_REQUESTS)),
        Err(Correctable::Page(error)) => Err(error),
    }
}

#[post("/verify/resend")]
pub(super) async fn resend(
    request: web::Data<RequestMail>,
    frame: PageFrame,
    form: CsrfForm<EmailForm>,
) -> Result<HttpResponse, PageError> {
    request.verification(&form.0.email).await?;
    let next = if frame.user.is_some() { "/profile" } else { "/verify" };
    Ok(see_other_with(next, Flash::notice(SENT)))
}

const SENT: &str = "If there is an account with that address that is not confirmed yet, we have sent it a new link.";
