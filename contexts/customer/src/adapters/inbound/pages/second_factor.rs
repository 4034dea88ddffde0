//! `/profile/second-factor`: turns codes of an authenticator app on and off.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use chassis::Site;
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{
    Confirmed, CsrfForm, Flash, PageError, PageFrame, SignedIn, page, page_with, see_other, see_other_with,
};
use secrecy::SecretString;
use serde::Deserialize;

use super::NoFields;
use super::login::{wait, with_retry_after};
use crate::adapters::inbound::messages::Correctable;
use crate::adapters::inbound::qr::svg_of;
use crate::adapters::inbound::shown::token_of;
use crate::application::confirm::ConfirmCommand;
use crate::application::second_factor::SetUpSecondFactor;
use crate::domain::RecoveryCode;

const PATH: &str = "/profile/second-factor";

#[derive(Template)]
#[template(path = "customer/second_factor.html")]
struct FactorPage {
    frame: PageFrame,
    errors: Vec<String>,
    on: bool,
    /// Empty unless a secret waits for its first code.
    secret: String,
    picture: Picture,
}

/// The picture of a secret: made of numbers alone.
#[derive(Default)]
struct Picture {
    size: usize,
    path: String,
}

#[derive(Template)]
#[template(path = "customer/recovery_codes.html")]
struct CodesPage {
    frame: PageFrame,
    codes: Vec<String>,
}

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
pub(super) async fn show(
    set_up: web::Data<SetUpSecondFactor>,
    site: web::Data<Site>,
    frame: PageFrame,
    who: SignedIn,
) -> Result<HttpResponse, PageError> {
    page(&factor_page(&set_up, &site, frame, &who, vec![]).await?)
}

/// The secret is shown only to a session whose owner has shown the password a short while ago.
async fn factor_page(
    set_up: &SetUpSecondFactor,
    site: &Site,
    frame: PageFrame,
    who: &SignedIn,
    errors: Vec<String>,
) -> Result<FactorPage, PageError> {
    let factor = set_up.present(who.0.customer).await?;
    let on = factor.as_ref().is_some_and(|factor| factor.confirmed);
    let waiting = factor.filter(|factor| !factor.confirmed && !who.0.must_confirm);
    let Some(factor) = waiting else {
        return Ok(FactorPage { frame, errors, on, secret: String::new(), picture: Picture::default() });
    };
    let (size, path) = svg_of(&factor.secret.uri(&site.name, &who.0.email)).map_err(PageError::internal)?;
    Ok(FactorPage { frame, errors, on, secret: factor.secret.base32(), picture: Picture { size, path } })
}

#[post("/profile/second-factor")]
pub(super) async fn begin(
    set_up: web::Data<SetUpSecondFactor>,
    who: Confirmed,
    _form: CsrfForm<NoFields>,
) -> Result<HttpResponse, PageError> {
    match set_up.begin(who.0.customer).await.map_err(Correctable::from) {
        Ok(_) => Ok(see_other(PATH)),
        Err(Correctable::Page(error)) => Err(error),
        Err(Correctable::Say(_, words)) => Ok(see_other_with(PATH, Flash::error(words.join(" ")))),
        Err(Correctable::Wait(_)) => Err(PageError::TooMany),
    }
}

#[post("/profile/second-factor/code")]
pub(super) async fn first_code(
    req: HttpRequest,
    set_up: web::Data<SetUpSecondFactor>,
    site: web::Data<Site>,
    frame: PageFrame,
    who: SignedIn,
    trail: SecurityTrail,
    form: CsrfForm<FirstCodeForm>,
) -> Result<HttpResponse, PageError> {
    match set_up.confirm(who.0.customer, &token_of(&req), &form.0.code).await.map_err(Correctable::from) {
        Ok(codes) => {
            trail.note(SecurityEvent::SecondFactorOn, "").await;
            page(&CodesPage { frame, codes: codes.iter().map(RecoveryCode::reveal).collect() })
        }
        Err(why) => again(&set_up, &site, frame, &who, why).await,
    }
}

#[post("/profile/second-factor/remove")]
pub(super) async fn remove(
    req: HttpRequest,
    set_up: web::Data<SetUpSecondFactor>,
    site: web::Data<Site>,
    frame: PageFrame,
    who: SignedIn,
    trail: SecurityTrail,
    form: CsrfForm<RemoveForm>,
) -> Result<HttpResponse, PageError> {
    let RemoveForm { password, code } = form.into_inner();
    let (customer, session) = (who.0.customer, token_of(&req));
    let command = ConfirmCommand { customer, session, password, code: Some(code) };
    match set_up.remove(&command).await.map_err(Correctable::from) {
        Ok(()) => {
            trail.note(SecurityEvent::SecondFactorOff, "").await;
            Ok(see_other_with(PATH, Flash::notice("Two-step login is off.")))
        }
        Err(why) => again(&set_up, &site, frame, &who, why).await,
    }
}

async fn again(
    set_up: &SetUpSecondFactor,
    site: &Site,
    frame: PageFrame,
    who: &SignedIn,
    why: Correctable,
) -> Result<HttpResponse, PageError> {
    let (status, errors, seconds) = match why {
        Correctable::Say(status, errors) => (status, errors, None),
        Correctable::Wait(seconds) => (StatusCode::TOO_MANY_REQUESTS, vec![wait(seconds)], Some(seconds)),
        Correctable::Page(error) => return Err(error),
    };
    let page = page_with(status, &factor_page(set_up, site, frame, who, errors).await?)?;
    Ok(match seconds {
        Some(seconds) => with_retry_after(page, seconds),
        None => page,
    })
}
