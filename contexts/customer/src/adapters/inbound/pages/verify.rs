//! `/verify`: where the link of the verification mail leads.
//!
//! Looking at the page changes nothing, for mail scanners look at every link; the form with the password does.

use actix_web::{HttpResponse, get, post, web};
use chassis::web::{CsrfForm, Flash, PageError, PageFrame, page, see_other_with};
use secrecy::SecretString;
use serde::Deserialize;

use super::forms::{EmailForm, TokenQuery};
use super::messages::{FormError, VERIFICATION_SENT, VERIFIED};
use super::view_models::VerifyPage;
use crate::application::{RequestMail, VerifyEmail, VerifyEmailError};

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct VerifyForm {
    token: String,
    /// Missing in a form of the version before this one.
    #[serde(default)]
    password: SecretString,
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
    let Err(error) = verify.execute(&token, &password).await else {
        return Ok(see_other_with(next, Flash::notice(VERIFIED)));
    };
    // After a wrong password they try again; where the link is no good, they are offered another.
    let token = if matches!(error, VerifyEmailError::WrongPassword) { token } else { String::new() };
    FormError::from(error).render(|errors| VerifyPage { frame, errors, token })
}

#[post("/verify/resend")]
pub(super) async fn resend(
    request: web::Data<RequestMail>,
    frame: PageFrame,
    form: CsrfForm<EmailForm>,
) -> Result<HttpResponse, PageError> {
    request.verification(&form.0.email).await?;
    let next = if frame.user.is_some() { "/profile" } else { "/verify" };
    Ok(see_other_with(next, Flash::notice(VERIFICATION_SENT)))
}
