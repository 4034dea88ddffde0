//! `/reset`: asks for a link to choose a new password, and is where that link leads.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{CsrfForm, Flash, PageError, PageFrame, device_cookie, page, page_with, see_other_with};
use secrecy::SecretString;
use serde::Deserialize;

use super::verify::{EmailForm, TokenQuery};
use crate::adapters::inbound::fields;
use crate::adapters::inbound::messages::Correctable;
use crate::adapters::inbound::shown::device_of;
use crate::application::request_mail::RequestMail;
use crate::application::reset_password::{ResetPassword, ResetPasswordError};

#[derive(Template)]
#[template(path = "customer/reset.html")]
struct ResetPage {
    frame: PageFrame,
    errors: Vec<String>,
    /// Empty when the page asks for a link.
    token: String,
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct ChooseForm {
    token: String,
    password: SecretString,
}

#[get("/reset")]
pub(super) async fn show(frame: PageFrame, query: web::Query<TokenQuery>) -> Result<HttpResponse, PageError> {
    page(&ResetPage { frame, errors: vec![], token: query.into_inner().token })
}

#[post("/reset")]
pub(super) async fn request(
    request: web::Data<RequestMail>,
    form: CsrfForm<EmailForm>,
) -> Result<HttpResponse, PageError> {
    request.password_reset(&form.0.email).await?;
    Ok(see_other_with("/login", Flash::notice(SENT)))
}

#[post("/reset/password")]
pub(super) async fn choose(
    req: HttpRequest,
    reset: web::Data<ResetPassword>,
    frame: PageFrame,
    trail: SecurityTrail,
    form: CsrfForm<ChooseForm>,
) -> Result<HttpResponse, PageError> {
    let ChooseForm { token, password } = form.into_inner();
    let chosen = match fields::password(&password) {
        Ok(password) => reset.execute(&token, &password, device_of(&req)).await.map_err(|error| {
            let may_try_again = matches!(error, ResetPasswordError::Guessable(_));
            (Correctable::from(error), may_try_again)
        }),
        Err(wrong) => Err((Correctable::from(wrong), true)),
    };
    match chosen {
        Ok(device) => {
            trail.note(SecurityEvent::PasswordReset, "").await;
            let mut response = see_other_with("/login", Flash::notice("Your password is changed. Please log in."));
            response.add_cookie(&device_cookie(device.reveal())).map_err(PageError::internal)?;
            Ok(response)
        }
        Err((Correctable::Say(status, errors), may_try_again)) => {
            let token = if may_try_again { token } else { String::new() };
            page_with(status, &ResetPage { frame, errors, token })
        }
        Err((Correctable::Wait(_), _)) => Err(PageError::Status(StatusCode::TOO_MANY_REQUESTS)),
        Err((Correctable::Page(error), _)) => Err(error),
    }
}

const SENT: &str = "If there is an account with that address, we have sent it a link to choose a new password.";
