//! Words for people, for everything that can go wrong at a form.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;
use chassis::web::{Flash, PageError, page_with, see_other_with};
use shared_kernel::Role;
use shared_kernel::format::{capitalize, count, sentence};

use crate::adapters::inbound::fields::{WRONG_OWN_PASSWORD, Wrong};
use crate::application::{
    ChangePasswordError, ChangeRoleError, CheckIdentityError, EditProfileError, EraseCustomerError, LogInError,
    ResetPasswordError, SecondFactorError, SignUpError, VerifyEmailError,
};
use crate::domain::{Delayed, EmailAddress, FieldError};
use crate::ports::HashingError;

pub(super) const SIGNED_UP: &str =
    "Thank you. We have sent you an e-mail: please follow the link in it to confirm your address.";
pub(super) const VERIFIED: &str = "Thank you. Your e-mail address is confirmed.";
pub(super) const VERIFICATION_SENT: &str =
    "If there is an account with that address that is not confirmed yet, we have sent it a new link.";
pub(super) const RESET_SENT: &str =
    "If there is an account with that address, we have sent it a link to choose a new password.";
pub(super) const PASSWORD_RESET: &str = "Your password is changed. Please log in.";
pub(super) const LOGIN_EXPIRED: &str = "That took too long. Please log in again.";
pub(super) const PROFILE_SAVED: &str = "Profile saved.";
pub(super) const PASSWORD_CHANGED: &str = "Password changed. You were logged out on all other devices.";
pub(super) const ACCOUNT_DELETED: &str = "Your account has been deleted.";
pub(super) const SECOND_FACTOR_OFF: &str = "Two-step login is off.";
pub(super) const SESSION_ENDED: &str = "Session ended.";
pub(super) const LOGGED_OUT_EVERYWHERE: &str = "The customer was logged out on all devices.";
pub(super) const NO_SUCH_ROLE: &str = "There is no such role.";
const WRONG_CODE: &str = "This code is incorrect or has already been used.";
const EXPIRED_LINK: &str = "This link has expired. Please request a new one.";

/// What an administrator reads after a change of role.
pub(super) fn role_changed(email: &EmailAddress, role: Role) -> String {
    format!("{email} is {} now.", role.name())
}

/// What is wrong with a form.
pub(super) enum FormError {
    /// The person can correct it and send the form again.
    Correctable(Correction),
    /// They cannot: this is a page of its own.
    Page(PageError),
}

/// What a form says when it is shown again.
pub(super) struct Correction {
    status: StatusCode,
    messages: Vec<String>,
    /// In how many seconds the next attempt is admitted, where it was too early.
    retry_after: Option<u64>,
}

impl FormError {
    /// The form again, with what has to be corrected.
    pub(super) fn render<P: Template>(self, page: impl FnOnce(Vec<String>) -> P) -> Result<HttpResponse, PageError> {
        let Correction { status, messages, retry_after } = match self {
            Self::Correctable(correction) => correction,
            Self::Page(error) => return Err(error),
        };
        let mut response = page_with(status, &page(messages))?;
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        Ok(response)
    }

    /// Back to `path`, where a notice says what is wrong: for forms that are one button.
    pub(super) fn flash(self, path: &str) -> Result<HttpResponse, PageError> {
        match self {
            Self::Correctable(Correction { messages, .. }) => {
                Ok(see_other_with(path, Flash::error(messages.join(" "))))
            }
            Self::Page(error) => Err(error),
        }
    }
}

impl From<Wrong> for FormError {
    fn from(wrong: Wrong) -> Self {
        correctable(wrong.0.iter().map(field_problem).collect())
    }
}

impl From<HashingError> for FormError {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::Page(PageError::Unavailable(Box::new(error))),
            HashingError::Broken(_) => Self::Page(PageError::internal(error)),
        }
    }
}

impl From<Delayed> for FormError {
    fn from(delayed: Delayed) -> Self {
        let seconds = delayed.seconds();
        let pause = count(seconds, "second", "seconds");
        let wait = format!("Too many failed attempts. Please wait {pause} and try again.");
        let (status, retry_after) = (StatusCode::TOO_MANY_REQUESTS, Some(seconds));
        Self::Correctable(Correction { status, messages: vec![wait], retry_after })
    }
}

fn correctable(messages: Vec<String>) -> FormError {
    FormError::Correctable(Correction { status: StatusCode::UNPROCESSABLE_ENTITY, messages, retry_after: None })
}

fn say(words: &str) -> FormError {
    correctable(vec![words.to_owned()])
}

impl From<SignUpError> for FormError {
    fn from(error: SignUpError) -> Self {
        match error {
            SignUpError::Hashing(error) => error.into(),
            SignUpError::Store(error) => Self::Page(error.into()),
        }
    }
}

impl From<LogInError> for FormError {
    fn from(error: LogInError) -> Self {
        match error {
            LogInError::WrongCredentials(_) => say("E-mail address or password is wrong."),
            LogInError::CodeNeeded(_) | LogInError::ChallengeOver => say("Please log in again, with your code."),
            LogInError::WrongCode(_) => say(WRONG_CODE),
            LogInError::Delayed(delayed) => delayed.into(),
            LogInError::Hashing(error) => error.into(),
            LogInError::Store(error) => Self::Page(error.into()),
        }
    }
}

impl From<VerifyEmailError> for FormError {
    fn from(error: VerifyEmailError) -> Self {
        match error {
            VerifyEmailError::InvalidToken => say(EXPIRED_LINK),
            VerifyEmailError::WrongPassword => Wrong(vec![WRONG_OWN_PASSWORD]).into(),
            VerifyEmailError::Hashing(error) => error.into(),
            VerifyEmailError::Store(error) => Self::Page(error.into()),
        }
    }
}

impl From<ResetPasswordError> for FormError {
    fn from(error: ResetPasswordError) -> Self {
        match error {
            ResetPasswordError::InvalidToken => say(EXPIRED_LINK),
            ResetPasswordError::Guessable(error) => Wrong(vec![error]).into(),
            ResetPasswordError::Hashing(error) => error.into(),
            ResetPasswordError::Store(error) => Self::Page(error.into()),
        }
    }
}

impl From<ChangePasswordError> for FormError {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::NotConfirmed(CheckIdentityError::WrongPassword) => {
                say("Your current password is incorrect.")
            }
            ChangePasswordError::NotConfirmed(error) => error.into(),
            ChangePasswordError::Guessable(error) => Wrong(vec![error]).into(),
            ChangePasswordError::Hashing(error) => error.into(),
            ChangePasswordError::Store(error) => Self::Page(error.into()),
        }
    }
}

impl From<CheckIdentityError> for FormError {
    fn from(error: CheckIdentityError) -> Self {
        match error {
            CheckIdentityError::WrongPassword => say("Incorrect password."),
            CheckIdentityError::WrongCode => say(WRONG_CODE),
            CheckIdentityError::Delayed(delayed) => delayed.into(),
            CheckIdentityError::Hashing(error) => error.into(),
            CheckIdentityError::Store(error) => Self::Page(error.into()),
        }
    }
}

impl From<SecondFactorError> for FormError {
    fn from(error: SecondFactorError) -> Self {
        match error {
            SecondFactorError::AlreadyOn => say("Two-step login is already on."),
            SecondFactorError::NotThere => say("Two-step login is not on. Please set it up first."),
            SecondFactorError::WrongCode => say("Incorrect code. Check that the clock on your phone is right."),
            SecondFactorError::NotConfirmed(error) => error.into(),
            SecondFactorError::Store(error) => Self::Page(error.into()),
        }
    }
}

impl From<EditProfileError> for FormError {
    fn from(error: EditProfileError) -> Self {
        match error {
            EditProfileError::NoSuchCustomer => Self::Page(PageError::NotFound),
            EditProfileError::LessThanOwner => Self::Page(PageError::Forbidden),
            EditProfileError::Store(error) => Self::Page(error.into()),
        }
    }
}

impl From<EraseCustomerError> for FormError {
    fn from(error: EraseCustomerError) -> Self {
        match error {
            EraseCustomerError::NoSuchCustomer => Self::Page(PageError::NotFound),
            EraseCustomerError::NotConfirmed(CheckIdentityError::WrongPassword) => {
                say("Incorrect password. Your account was not deleted.")
            }
            EraseCustomerError::NotConfirmed(error) => error.into(),
            EraseCustomerError::Refused(error) => Self::Page(PageError::Refused(capitalize(error))),
            EraseCustomerError::Store(error) => Self::Page(error.into()),
        }
    }
}

impl From<ChangeRoleError> for FormError {
    fn from(error: ChangeRoleError) -> Self {
        match error {
            ChangeRoleError::NoSuchCustomer => Self::Page(PageError::NotFound),
            ChangeRoleError::Refused(error) => say(&sentence(error)),
            ChangeRoleError::Store(error) => Self::Page(error.into()),
        }
    }
}

/// A wrong field as a sentence: "Postcode is missing."
fn field_problem(error: &FieldError) -> String {
    let label = match error.field {
        "email" => "E-mail address",
        "password" => "Password",
        "first_name" => "First name",
        "last_name" => "Last name",
        "name" => "Recipient",
        "line1" => "Street and number",
        "line2" => "Address line 2",
        "city" => "City",
        "region" => "Region",
        "postcode" => "Postcode",
        "country" => "Country",
        other => other,
    };
    format!("{label} {}.", error.problem)
}
