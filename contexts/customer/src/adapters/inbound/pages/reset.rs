//! `/reset`: asks for a link to choose a new password, and is where that link leads.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{CsrfForm, Flash, PageError, PageFrame, page, see_other_with};
use secrecy::SecretString;
use serde::Deserialize;

use super::cookies::with_device;
use super::forms::{EmailForm, TokenQuery};
use super::messages::{FormError, PASSWORD_RESET, RESET_SENT};
use super::view_models::ResetPage;
use crate::adapters::inbound::caller::device_of;
use crate::adapters::inbound::fields;
use crate::application::{RequestMail, ResetPassword, ResetPasswordError};

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
    Ok(see_other_with("/login", Flash::notice(RESET_SENT)))
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
    let password = match fields::password(&password) {
        Ok(password) => password,
        Err(wrong) => return FormError::from(wrong).render(|errors| ResetPage { frame, errors, token }),
    };
    match reset.execute(&token, &password, device_of(&req)).await {
        Ok(device) => {
            trail.note(SecurityEvent::PasswordReset, "").await;
            with_device(see_other_with("/login", Flash::notice(PASSWORD_RESET)), &device)
        }
        Err(error) => {
            // Another password may do; where the link is no good, they are offered another link.
            let token = if matches!(error, ResetPasswordError::Guessable(_)) { token } else { String::new() };
            FormError::from(error).render(|errors| ResetPage { frame, errors, token })
        }
    }
}
