//! `/profile/second-factor`: turns codes of an authenticator app on and off.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chassis::Site;
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{Confirmed, CsrfForm, Flash, PageError, PageFrame, SignedIn, page, see_other, see_other_with};
use secrecy::SecretString;
use serde::Deserialize;

use super::forms::NoFields;
use super::messages::{FormError, SECOND_FACTOR_OFF};
use super::view_models::{CodesPage, FactorPage};
use crate::adapters::inbound::caller::credential_of;
use crate::application::{AccountQueries, IdentityProof, SetUpSecondFactor};

const PATH: &str = "/profile/second-factor";

/// What the page is made of.
type Sources = (web::Data<AccountQueries>, web::Data<Site>);

/// What the form with the first code sends.
#[derive(Deserialize)]
pub(super) struct FirstCodeForm {
    code: String,
}

/// What the form that turns it off sends.
#[derive(Deserialize)]
pub(super) struct RemoveForm {
    password: SecretString,
    code: String,
}

#[get("/profile/second-factor")]
pub(super) async fn show(sources: Sources, frame: PageFrame, who: SignedIn) -> Result<HttpResponse, PageError> {
    page(&factor_page(&sources, frame, &who).await?)
}

async fn factor_page((accounts, site): &Sources, frame: PageFrame, who: &SignedIn) -> Result<FactorPage, PageError> {
    let factor = accounts.second_factor(who.0.customer).await?;
    FactorPage::of(factor.as_ref(), frame, &who.0, site).map_err(PageError::internal)
}

#[post("/profile/second-factor")]
pub(super) async fn begin(
    set_up: web::Data<SetUpSecondFactor>,
    who: Confirmed,
    _form: CsrfForm<NoFields>,
) -> Result<HttpResponse, PageError> {
    match set_up.begin(who.0.customer).await {
        Ok(_) => Ok(see_other(PATH)),
        Err(error) => FormError::from(error).flash(PATH),
    }
}

#[post("/profile/second-factor/code")]
pub(super) async fn turn_on(
    req: HttpRequest,
    set_up: web::Data<SetUpSecondFactor>,
    sources: Sources,
    frame: PageFrame,
    who: SignedIn,
    trail: SecurityTrail,
    form: CsrfForm<FirstCodeForm>,
) -> Result<HttpResponse, PageError> {
    match set_up.turn_on(who.0.customer, &credential_of(&req), &form.0.code).await {
        Ok(codes) => {
            trail.note(SecurityEvent::SecondFactorOn, "").await;
            page(&CodesPage::of(&codes, frame))
        }
        Err(error) => {
            let again = factor_page(&sources, frame, &who).await?;
            FormError::from(error).render(|errors| FactorPage { errors, ..again })
        }
    }
}

#[post("/profile/second-factor/remove")]
pub(super) async fn remove(
    req: HttpRequest,
    set_up: web::Data<SetUpSecondFactor>,
    sources: Sources,
    frame: PageFrame,
    who: SignedIn,
    trail: SecurityTrail,
    form: CsrfForm<RemoveForm>,
) -> Result<HttpResponse, PageError> {
    let RemoveForm { password, code } = form.into_inner();
    let (customer, credential) = (who.0.customer, credential_of(&req));
    match set_up.remove(&IdentityProof { customer, credential, password, code: Some(code) }).await {
        Ok(()) => {
            trail.note(SecurityEvent::SecondFactorOff, "").await;
            Ok(see_other_with(PATH, Flash::notice(SECOND_FACTOR_OFF)))
        }
        Err(error) => {
            let again = factor_page(&sources, frame, &who).await?;
            FormError::from(error).render(|errors| FactorPage { errors, ..again })
        }
    }
}
