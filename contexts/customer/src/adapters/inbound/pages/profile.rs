//! `/profile`: name, address and password of the customer who is logged in.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{AddressFields, CsrfForm, Flash, Origin, PageError, PageFrame, SignedIn, page, see_other_with};
use secrecy::SecretString;
use serde::Deserialize;
use shared_kernel::Identity;

use super::cookies::{with_session, without_session};
use super::forms::shipping_address;
use super::messages::{ACCOUNT_DELETED, FormError, PASSWORD_CHANGED, PROFILE_SAVED};
use super::view_models::ProfilePage;
use crate::adapters::inbound::caller::{begun_from, credential_of};
use crate::adapters::inbound::fields;
use crate::application::{AccountQueries, ChangePassword, ChangePasswordCommand, EditProfile, EraseCustomer};

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

/// What the form that deletes the account sends.
#[derive(Deserialize)]
pub(super) struct EraseForm {
    current_password: SecretString,
}

#[get("/profile")]
pub(super) async fn show(
    accounts: web::Data<AccountQueries>,
    frame: PageFrame,
    who: SignedIn,
) -> Result<HttpResponse, PageError> {
    page(&profile_page(&accounts, frame, &who.0).await?)
}

async fn profile_page(accounts: &AccountQueries, frame: PageFrame, who: &Identity) -> Result<ProfilePage, PageError> {
    let customer = accounts.customer(who.customer).await?.ok_or(PageError::NotFound)?;
    Ok(ProfilePage::of(&customer, frame, who))
}

#[post("/profile")]
pub(super) async fn edit(
    (edit, accounts): (web::Data<EditProfile>, web::Data<AccountQueries>),
    frame: PageFrame,
    who: SignedIn,
    form: CsrfForm<ProfileForm>,
) -> Result<HttpResponse, PageError> {
    let ProfileForm { first_name, last_name, address } = form.into_inner();
    let name = (first_name.as_str(), last_name.as_str());
    let edited = match fields::profile(&who.0, name, shipping_address(&address, name)) {
        Ok(command) => edit.execute(command).await.map_err(FormError::from),
        Err(wrong) => Err(wrong.into()),
    };
    let Err(why) = edited else { return Ok(see_other_with("/profile", Flash::notice(PROFILE_SAVED))) };
    let again = profile_page(&accounts, frame, &who.0).await?;
    why.render(|errors| ProfilePage { errors, first_name, last_name, address, ..again })
}

#[post("/profile/password")]
pub(super) async fn password(
    req: HttpRequest,
    (change, accounts): (web::Data<ChangePassword>, web::Data<AccountQueries>),
    frame: PageFrame,
    who: SignedIn,
    (origin, trail): (Origin, SecurityTrail),
    form: CsrfForm<PasswordForm>,
) -> Result<HttpResponse, PageError> {
    let (customer, credential, begun_from) = (who.0.customer, credential_of(&req), begun_from(origin));
    let PasswordForm { current_password: current, password } = form.into_inner();
    let command = |new| ChangePasswordCommand { customer, credential, current, begun_from, new };
    let changed = match fields::password(&password).map(command) {
        Ok(command) => change.execute(command).await.map_err(FormError::from),
        Err(wrong) => Err(wrong.into()),
    };
    match changed {
        Ok(session) => {
            trail.note(SecurityEvent::PasswordChanged, "").await;
            with_session(see_other_with("/profile", Flash::notice(PASSWORD_CHANGED)), &session)
        }
        Err(why) => {
            let again = profile_page(&accounts, frame, &who.0).await?;
            why.render(|errors| ProfilePage { errors, ..again })
        }
    }
}

#[post("/profile/erase")]
pub(super) async fn erase(
    req: HttpRequest,
    (erase, accounts): (web::Data<EraseCustomer>, web::Data<AccountQueries>),
    frame: PageFrame,
    who: SignedIn,
    trail: SecurityTrail,
    form: CsrfForm<EraseForm>,
) -> Result<HttpResponse, PageError> {
    let erased = erase.by_owner(who.0.customer, &form.0.current_password, &credential_of(&req)).await;
    if let Err(error) = erased {
        let again = profile_page(&accounts, frame, &who.0).await?;
        return FormError::from(error).render(|errors| ProfilePage { errors, ..again });
    }
    trail.note_erased(who.0.customer).await;
    without_session(see_other_with("/", Flash::notice(ACCOUNT_DELETED)))
}
