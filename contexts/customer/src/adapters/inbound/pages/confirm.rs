//! `/login/confirm`: asks a logged-in user for the password again, and leads on to where they wanted to go.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{CsrfForm, PageError, PageFrame, SignedIn, page, see_other};
use secrecy::SecretString;
use serde::Deserialize;

use super::forms::{NextQuery, safe_path};
use super::messages::FormError;
use super::view_models::ConfirmPage;
use crate::adapters::inbound::caller::credential_of;
use crate::application::{AccountQueries, ConfirmSession, IdentityProof};

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
    accounts: web::Data<AccountQueries>,
    frame: PageFrame,
    who: SignedIn,
    query: web::Query<NextQuery>,
) -> Result<HttpResponse, PageError> {
    let code_wanted = accounts.needs_code(who.0.customer).await?;
    page(&ConfirmPage { frame, errors: vec![], email: who.0.email, code_wanted, next: safe_path(&query.next) })
}

#[post("/login/confirm")]
pub(super) async fn confirm(
    req: HttpRequest,
    (confirm, accounts): (web::Data<ConfirmSession>, web::Data<AccountQueries>),
    frame: PageFrame,
    who: SignedIn,
    trail: SecurityTrail,
    form: CsrfForm<ConfirmForm>,
) -> Result<HttpResponse, PageError> {
    let ConfirmForm { password, code, next } = form.into_inner();
    let (customer, credential, next) = (who.0.customer, credential_of(&req), safe_path(&next));
    let Err(error) = confirm.execute(&IdentityProof { customer, credential, password, code }).await else {
        trail.note(SecurityEvent::Confirmed, "").await;
        return Ok(see_other(&next));
    };
    trail.note(SecurityEvent::ConfirmationFailed, "").await;
    let code_wanted = accounts.needs_code(customer).await?;
    let email = who.0.email;
    FormError::from(error).render(|errors| ConfirmPage { frame, errors, email, code_wanted, next })
}
