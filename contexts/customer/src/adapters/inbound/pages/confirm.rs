//! `/login/confirm`: asks somebody who is logged in for the password again, and leads on to where they wanted to go.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{CsrfForm, PageError, PageFrame, SignedIn, page, page_with, see_other};
use secrecy::SecretString;
use serde::Deserialize;

use super::login::{NextQuery, render_with_errors, safe};
use crate::adapters::inbound::shown::token_of;
use crate::application::confirm::{Confirm, ConfirmCommand};

#[derive(Template)]
#[template(path = "customer/confirm.html")]
struct ConfirmPage {
    frame: PageFrame,
    errors: Vec<String>,
    email: String,
    code_wanted: bool,
    next: String,
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct ConfirmForm {
    password: SecretString,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    next: String,
}

#[get("/login/confirm")]
pub(super) async fn show(
    asked: web::Data<Confirm>,
    frame: PageFrame,
    who: SignedIn,
    query: web::Query<NextQuery>,
) -> Result<HttpResponse, PageError> {
    let code_wanted = asked.codes.wanted(who.0.customer).await?.is_some();
    page(&ConfirmPage { frame, errors: vec![], email: who.0.email, code_wanted, next: safe(&query.next) })
}

#[post("/login/confirm")]
pub(super) async fn confirm(
    req: HttpRequest,
    asked: web::Data<Confirm>,
    frame: PageFrame,
    who: SignedIn,
    trail: SecurityTrail,
    form: CsrfForm<ConfirmForm>,
) -> Result<HttpResponse, PageError> {
    let ConfirmForm { password, code, next } = form.into_inner();
    let (customer, session, next) = (who.0.customer, token_of(&req), safe(&next));
    let Err(error) = asked.execute(ConfirmCommand { customer, session, password, code }).await else {
        trail.note(SecurityEvent::Confirmed, "").await;
        return Ok(see_other(&next));
    };
    trail.note(SecurityEvent::ConfirmationFailed, "").await;
    let code_wanted = asked.codes.wanted(customer).await?.is_some();
    let email = who.0.email;
    render_with_errors(error.into(), |status, errors| {
        page_with(status, &ConfirmPage { frame, errors, email, code_wanted, next })
    })
}
