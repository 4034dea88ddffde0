//! `/profile`: name, address and password of anyone who is logged in.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{CsrfForm, Flash, Origin, PageError, PageFrame, SignedIn, page_with, see_other_with};
use secrecy::SecretString;
use serde::Deserialize;
use shared_kernel::Identity;

use super::address::AddressFields;
use super::login::{goodbye, wait, with_retry_after, with_session};
use crate::adapters::inbound::fields;
use crate::adapters::inbound::messages::Correctable;
use crate::adapters::inbound::shown::{begun_from, token_of};
use crate::application::change_password::{ChangePassword, ChangePasswordCommand};
use crate::application::edit_profile::EditProfile;
use crate::application::erase_customer::EraseCustomer;
use crate::application::view_customers::ViewCustomers;

#[derive(Template)]
#[template(path = "customer/profile.html")]
struct ProfilePage {
    frame: PageFrame,
    errors: Vec<String>,
    email: String,
    verified: bool,
    erasable: bool,
    /// The role asks for a second factor that this session has not shown.
    second_factor_wanted: bool,
    first_name: String,
    last_name: String,
    address: AddressFields,
}

/// What the profile's form sends.
#[derive(Deserialize)]
pub(super) struct ProfileForm {
    first_name: String,
    last_name: String,
    #[serde(flatten)]
    address: AddressFields,
}

/// What the password's form sends.
#[derive(Deserialize)]
pub(super) struct PasswordForm {
    current_password: SecretString,
    password: SecretString,
}

/// What the form for farewell sends.
#[derive(Deserialize)]
pub(super) struct EraseForm {
    current_password: SecretString,
}

#[get("/profile")]
pub(super) async fn show(
    view: web::Data<ViewCustomers>,
    frame: PageFrame,
    who: SignedIn,
) -> Result<HttpResponse, PageError> {
    profile(&view, frame, &who.0, None, StatusCode::OK, vec![]).await
}

#[post("/profile")]
pub(super) async fn edit(
    edit: web::Data<EditProfile>,
    view: web::Data<ViewCustomers>,
    frame: PageFrame,
    who: SignedIn,
    form: CsrfForm<ProfileForm>,
) -> Result<HttpResponse, PageError> {
    let form = form.into_inner();
    let name = (form.first_name.as_str(), form.last_name.as_str());
    let edited = match fields::profile(&who.0, name, form.address.raw(name)) {
        Ok(command) => edit.execute(command).await.map_err(Correctable::from),
        Err(wrong) => Err(wrong.into()),
    };
    match edited {
        Ok(_) => Ok(see_other_with("/profile", Flash::notice("Profile saved."))),
        Err(why) => again(&view, frame, &who.0, Some(form), why).await,
    }
}

#[post("/profile/password")]
pub(super) async fn password(
    req: HttpRequest,
    change: web::Data<ChangePassword>,
    view: web::Data<ViewCustomers>,
    frame: PageFrame,
    who: SignedIn,
    place: (Origin, SecurityTrail),
    form: CsrfForm<PasswordForm>,
) -> Result<HttpResponse, PageError> {
    let (customer, form) = (who.0.customer, form.into_inner());
    let changed = match fields::password(&form.password) {
        Ok(new) => {
            let (shown, begun_from, current) = (token_of(&req), begun_from(place.0), form.current_password);
            let command = ChangePasswordCommand { customer, shown, current, begun_from, new };
            change.execute(command).await.map_err(Correctable::from)
        }
        Err(wrong) => Err(wrong.into()),
    };
    match changed {
        Ok(session) => {
            place.1.note(SecurityEvent::PasswordChanged, "").await;
            let notice = Flash::notice("Password changed. You were logged out on all other devices.");
            Ok(with_session(see_other_with("/profile", notice), &session))
        }
        Err(why) => again(&view, frame, &who.0, None, why).await,
    }
}

#[post("/profile/erase")]
pub(super) async fn erase(
    req: HttpRequest,
    erase: web::Data<EraseCustomer>,
    view: web::Data<ViewCustomers>,
    frame: PageFrame,
    who: SignedIn,
    trail: SecurityTrail,
    form: CsrfForm<EraseForm>,
) -> Result<HttpResponse, PageError> {
    let erased = erase.by_owner(who.0.customer, &form.0.current_password, &token_of(&req)).await;
    if let Err(error) = erased {
        return again(&view, frame, &who.0, None, error.into()).await;
    }
    trail.note_erased(who.0.customer).await;
    goodbye(see_other_with("/", Flash::notice("Your account has been deleted.")))
}

/// The page again, with what has to be corrected.
async fn again(
    view: &ViewCustomers,
    frame: PageFrame,
    who: &Identity,
    typed: Option<ProfileForm>,
    why: Correctable,
) -> Result<HttpResponse, PageError> {
    match why {
        Correctable::Say(status, errors) => profile(view, frame, who, typed, status, errors).await,
        Correctable::Wait(seconds) => {
            let errors = vec![wait(seconds)];
            let page = profile(view, frame, who, typed, StatusCode::TOO_MANY_REQUESTS, errors).await?;
            Ok(with_retry_after(page, seconds))
        }
        Correctable::Page(error) => Err(error),
    }
}

async fn profile(
    view: &ViewCustomers,
    frame: PageFrame,
    who: &Identity,
    typed: Option<ProfileForm>,
    status: StatusCode,
    errors: Vec<String>,
) -> Result<HttpResponse, PageError> {
    let customer = view.one(who.customer).await?.ok_or(PageError::NotFound)?;
    let kept = || ProfileForm {
        first_name: customer.name().first().to_owned(),
        last_name: customer.name().last().to_owned(),
        address: customer.shipping_address().map_or_else(AddressFields::empty, AddressFields::of),
    };
    let ProfileForm { first_name, last_name, address } = typed.unwrap_or_else(kept);
    let erasable = customer.role() != shared_kernel::Role::Admin;
    let (email, verified) = (customer.email().as_str().to_owned(), customer.is_verified());
    // A session acts in a lower role than its owner's only for want of a second factor.
    let second_factor_wanted = who.role < customer.role();
    let page =
        ProfilePage { frame, errors, email, verified, erasable, second_factor_wanted, first_name, last_name, address };
    page_with(status, &page)
}
