//! `/signup`.

use actix_web::{HttpResponse, get, post, web};
use chassis::web::{AddressFields, CsrfForm, Flash, PageError, PageFrame, page, see_other_with};
use secrecy::SecretString;
use serde::Deserialize;

use super::forms::{LIKELY_COUNTRY, shipping_address};
use super::messages::{FormError, SIGNED_UP};
use super::view_models::SignUpPage;
use crate::adapters::inbound::fields;
use crate::application::SignUp;

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
    page(&SignUpPage {
        frame,
        errors: vec![],
        email,
        first_name,
        last_name,
        address: AddressFields::empty(LIKELY_COUNTRY),
    })
}

#[post("/signup")]
pub(super) async fn sign_up(
    sign_up: web::Data<SignUp>,
    frame: PageFrame,
    form: CsrfForm<SignUpForm>,
) -> Result<HttpResponse, PageError> {
    let SignUpForm { email, password, first_name, last_name, address } = form.into_inner();
    let name = (first_name.as_str(), last_name.as_str());
    let signed_up = match fields::sign_up(&email, &password, name, shipping_address(&address, name)) {
        Ok(command) => sign_up.execute(command).await.map_err(FormError::from),
        Err(wrong) => Err(wrong.into()),
    };
    match signed_up {
        Ok(_same_for_known_addresses) => Ok(see_other_with("/login", Flash::notice(SIGNED_UP))),
        Err(why) => why.render(|errors| SignUpPage { frame, errors, email, first_name, last_name, address }),
    }
}
