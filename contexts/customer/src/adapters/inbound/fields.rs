//! What people and programs fill in becomes commands, or a list of everything that is wrong with it.

use secrecy::SecretString;
use shared_kernel::address::RawAddress;
use shared_kernel::{Address, Identity};

use crate::application::{EditProfileCommand, SignUpCommand};
use crate::domain::{EmailAddress, FieldError, NewPassword, PersonName};

/// Everything that is wrong with what was filled in; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong(pub Vec<FieldError>);

/// For a customer who follows a mailed link.
pub(super) const WRONG_OWN_PASSWORD: FieldError = FieldError {
    field: "password",
    problem: "is not the one that was chosen at sign-up; a new one can be had by mail",
};

/// Collects what is wrong while the rest is read on.
#[derive(Default)]
struct Reading(Vec<FieldError>);

impl Reading {
    fn take<T>(&mut self, read: Result<T, impl Into<FieldError>>) -> Option<T> {
        read.map_err(|error| self.0.push(error.into())).ok()
    }
}

/// What it takes to sign up.
pub(super) fn sign_up(
    email: &str,
    password: &SecretString,
    name: (&str, &str),
    address: Option<RawAddress>,
) -> Result<SignUpCommand, Wrong> {
    let mut reading = Reading::default();
    let email = reading.take(EmailAddress::parse(email));
    let own = [email.as_ref().map_or("", EmailAddress::as_str), name.0, name.1];
    let password = reading.take(NewPassword::parse(password).and_then(|password| password.unlike(&own)));
    let name = reading.take(PersonName::parse(name.0, name.1));
    let shipping_address = reading.take(address.map(Address::try_from).transpose());
    match (email, password, name, shipping_address) {
        (Some(email), Some(password), Some(name), Some(shipping_address)) => {
            Ok(SignUpCommand { email, password, name, shipping_address })
        }
        _ => Err(Wrong(reading.0)),
    }
}

/// What it takes to edit a profile.
pub(super) fn profile(
    who: &Identity,
    name: (&str, &str),
    address: Option<RawAddress>,
) -> Result<EditProfileCommand, Wrong> {
    let mut reading = Reading::default();
    let name = reading.take(PersonName::parse(name.0, name.1));
    let shipping_address = reading.take(address.map(Address::try_from).transpose());
    match (name, shipping_address) {
        (Some(name), Some(shipping_address)) => {
            Ok(EditProfileCommand { customer: who.customer, by: who.role, name, shipping_address })
        }
        _ => Err(Wrong(reading.0)),
    }
}

/// A new password alone.
pub(super) fn password(typed: &SecretString) -> Result<NewPassword, Wrong> {
    NewPassword::parse(typed).map_err(|error| Wrong(vec![error]))
}
