//! `/signup`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use askama::Template;
use chassis::web::{CsrfForm, Flash, PageError, PageFrame, page, page_with, see_other_with};
use secrecy::SecretString;
use serde::Deserialize;

use super::address::AddressFields;
use crate::adapters::inbound::fields;
use crate::adapters::inbound::messages::Correctable;
use crate::application::sign_up::SignUp;

#[derive(Template)]
#[template(path = "customer/signup.html")]
struct SignUpPage {
    frame: PageFrame,
    errors: Vec<String>,
    email: String,
    first_name: String,
    last_name: String,
    address: AddressFields,
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct SignUpForm {
    email: String,
    password: SecretString,
    first_name: String,
    last_name: String,
    #[serde(flatten)]
    address: AddressFields,
}

#[get("/signup")]
pub(super) async fn show(frame: PageFrame) -> Result<HttpResponse, PageError> {
    let (email, first_name, last_name) = (String::new(), String::new(), String::new());
    page(&SignUpPage { frame, errors: vec![], email, first_name, last_name, address: AddressFields::empty() })
}

#[post("/signup")]
pub(super) async fn sign_up(
    sign_up: web::Data<SignUp>,
    frame: PageFrame,
    form: CsrfForm<SignUpForm>,
) -> Result<HttpResponse, PageError> {
    let SignUpForm { email, password, first_name, last_name, address } = form.into_inner();
    let name = (first_name.as_str(), last_name.as_str());
    let signed_up = match fields::sign_up(&email, &password, name, address.raw(name)) {
        Ok(command) => sign_up.execute(command).await.map_err(Correctable::from),
        Err(wrong) => Err(wrong.into()),
    };
    let again = |status: StatusCode, errors| {
        page_with(status, &SignUpPage { frame, errors, email, first_name, last_name, address })
    };
    match signed_up {
        Ok(_same_for_known_addresses) => Ok(see_other_with("/login", Flash::notice(THANKS))),
        Err(Correctable::Say(status, errors)) => again(status, errors),
        Err(Correctable::Wait(_)) => Err(PageError::TooMany),
        Err(Correctable::Page(error)) => Err(error),
    }
}

const THANKS: &str = "Thank you. We have sent you an e-mail: please follow the link in it to confirm your address.";
