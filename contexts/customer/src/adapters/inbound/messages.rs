//! Status and words for everything that can go wrong, for programs and for people. The one place where they are chosen.

use actix_web::http::{StatusCode, header};
use chassis::web::{PageError, Problem};
use serde_json::json;

use super::fields::Wrong;
use crate::application::api_keys::CreateApiKeyError;
use crate::application::change_password::ChangePasswordError;
use crate::application::change_role::ChangeRoleError;
use crate::application::confirm::ConfirmError;
use crate::application::edit_profile::EditProfileError;
use crate::application::erase_customer::EraseCustomerError;
use crate::application::log_in::LogInError;
use crate::application::reset_password::ResetPasswordError;
use crate::application::second_factor::SecondFactorError;
use crate::application::sign_up::SignUpError;
use crate::application::verify_email::VerifyEmailError;
use crate::domain::{Delayed, FieldError};
use crate::ports::HashingError;

impl From<Wrong> for Problem {
    fn from(wrong: Wrong) -> Self {
        let said: Vec<String> = wrong.0.iter().map(ToString::to_string).collect();
        let errors = wrong.0.iter().map(|error| json!({ "field": error.field, "problem": error.problem }));
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-body", "The body does not fit")
            .detail(said.join("; "))
            .with("errors", errors.collect::<serde_json::Value>())
    }
}

impl From<HashingError> for Problem {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                Self::new(status, "temporarily-unavailable", "Temporarily unavailable").header(header::RETRY_AFTER, "1")
            }
            HashingError::Broken(_) => Self::internal(error),
        }
    }
}

impl From<Delayed> for Problem {
    fn from(delayed: Delayed) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "login-delayed", "Too many failed attempts")
            .detail(delayed.to_string())
            .header(header::RETRY_AFTER, &delayed.seconds().to_string())
    }
}

fn invalid_credentials(detail: &str) -> Problem {
    unauthorised("invalid-credentials", "Invalid credentials", detail)
}

fn unauthorised(kind: &'static str, title: &'static str, detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, kind, title).detail(detail).header(header::WWW_AUTHENTICATE, "Bearer")
}

fn invalid_token(detail: String) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-token", "The link is not valid").detail(detail)
}

fn refused(error: &impl ToString) -> Problem {
    Problem::new(StatusCode::CONFLICT, "refused", "Not possible").detail(error.to_string())
}

fn forbidden(error: &impl ToString) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "forbidden", "Forbidden").detail(error.to_string())
}

impl From<SignUpError> for Problem {
    fn from(error: SignUpError) -> Self {
        match error {
            SignUpError::Hashing(error) => error.into(),
            SignUpError::Store(error) => error.into(),
        }
    }
}

impl From<VerifyEmailError> for Problem {
    fn from(error: VerifyEmailError) -> Self {
        match error {
            VerifyEmailError::InvalidToken => invalid_token(error.to_string()),
            VerifyEmailError::WrongPassword => Wrong(vec![WRONG_OWN_PASSWORD]).into(),
            VerifyEmailError::Hashing(error) => error.into(),
            VerifyEmailError::Store(error) => error.into(),
        }
    }
}

impl From<LogInError> for Problem {
    fn from(error: LogInError) -> Self {
        match error {
            LogInError::WrongCredentials(_) => invalid_credentials("e-mail address or password is wrong"),
            LogInError::CodeNeeded(_) | LogInError::ChallengeOver => {
                unauthorised("second-factor-required", "A code is needed", "send a `code` of the second factor, too")
            }
            LogInError::WrongCode(_) => unauthorised("invalid-code", "The code is wrong", &error.to_string()),
            LogInError::Delayed(delayed) => delayed.into(),
            LogInError::Hashing(error) => error.into(),
            LogInError::Store(error) => error.into(),
        }
    }
}

impl From<ResetPasswordError> for Problem {
    fn from(error: ResetPasswordError) -> Self {
        match error {
            ResetPasswordError::InvalidToken => invalid_token(error.to_string()),
            ResetPasswordError::Guessable(error) => Wrong(vec![error]).into(),
            ResetPasswordError::Hashing(error) => error.into(),
            ResetPasswordError::Store(error) => error.into(),
        }
    }
}

impl From<ChangePasswordError> for Problem {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::WrongPassword => Wrong(vec![WRONG_PASSWORD]).into(),
            ChangePasswordError::Delayed(delayed) => delayed.into(),
            ChangePasswordError::Guessable(error) => Wrong(vec![error]).into(),
            ChangePasswordError::Hashing(error) => error.into(),
            ChangePasswordError::Store(error) => error.into(),
        }
    }
}

/// Said where somebody who is logged in has to show that it is them. Not a 401: their token is good.
const WRONG_PASSWORD: FieldError = FieldError { field: "current_password", problem: "is wrong" };
const WRONG_CODE: FieldError = FieldError { field: "code", problem: "is missing, is wrong, or was used before" };
/// Said to somebody who follows a mailed link.
const WRONG_OWN_PASSWORD: FieldError = FieldError {
    field: "password",
    problem: "is not the one that was chosen at sign-up; a new one can be had by mail",
};

impl From<ConfirmError> for Problem {
    fn from(error: ConfirmError) -> Self {
        match error {
            ConfirmError::WrongPassword => Wrong(vec![WRONG_PASSWORD]).into(),
            ConfirmError::WrongCode => Wrong(vec![WRONG_CODE]).into(),
            ConfirmError::Delayed(delayed) => delayed.into(),
            ConfirmError::Hashing(error) => error.into(),
            ConfirmError::Store(error) => error.into(),
        }
    }
}

impl From<SecondFactorError> for Problem {
    fn from(error: SecondFactorError) -> Self {
        match error {
            SecondFactorError::AlreadyOn | SecondFactorError::NotThere => refused(&error),
            SecondFactorError::WrongCode => Wrong(vec![WRONG_CODE]).into(),
            SecondFactorError::NotConfirmed(error) => error.into(),
            SecondFactorError::Delayed(delayed) => delayed.into(),
            SecondFactorError::Store(error) => error.into(),
        }
    }
}

impl From<EditProfileError> for Problem {
    fn from(error: EditProfileError) -> Self {
        match error {
            EditProfileError::NoSuchCustomer => Self::not_found(),
            EditProfileError::LessThanOwner => forbidden(&error),
            EditProfileError::Store(error) => error.into(),
        }
    }
}

impl From<ChangeRoleError> for Problem {
    fn from(error: ChangeRoleError) -> Self {
        match error {
            ChangeRoleError::NoSuchCustomer => Self::not_found(),
            ChangeRoleError::Refused(error) => refused(&error),
            ChangeRoleError::Store(error) => error.into(),
        }
    }
}

impl From<EraseCustomerError> for Problem {
    fn from(error: EraseCustomerError) -> Self {
        match error {
            EraseCustomerError::NoSuchCustomer => Self::not_found(),
            EraseCustomerError::WrongPassword => Wrong(vec![WRONG_PASSWORD]).into(),
            EraseCustomerError::Refused(error) => refused(&error),
            EraseCustomerError::Delayed(delayed) => delayed.into(),
            EraseCustomerError::Hashing(error) => error.into(),
            EraseCustomerError::Store(error) => error.into(),
        }
    }
}

impl From<CreateApiKeyError> for Problem {
    fn from(error: CreateApiKeyError) -> Self {
        match error {
            CreateApiKeyError::MoreThanYours => forbidden(&error),
            CreateApiKeyError::EndsInThePast => {
                Wrong(vec![FieldError { field: "expires_at", problem: "is in the past" }]).into()
            }
            CreateApiKeyError::Store(error) => error.into(),
        }
    }
}

/// What is wrong with a form that the person can correct and send again; anything else is a page of its own.
pub(super) enum Correctable {
    /// Say this, with this status, and show the form again.
    Say(StatusCode, Vec<String>),
    /// Too early: say it, and after how many seconds to come back.
    Wait(u64),
    /// Nothing that the person could correct.
    Page(PageError),
}

impl From<Wrong> for Correctable {
    fn from(wrong: Wrong) -> Self {
        Self::Say(StatusCode::UNPROCESSABLE_ENTITY, wrong.0.iter().map(sentence).collect())
    }
}

impl From<HashingError> for Correctable {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::Page(PageError::Unavailable(Box::new(error))),
            HashingError::Broken(_) => Self::Page(PageError::internal(error)),
        }
    }
}

impl From<Delayed> for Correctable {
    fn from(delayed: Delayed) -> Self {
        Self::Wait(delayed.seconds())
    }
}

fn say(words: &str) -> Correctable {
    Correctable::Say(StatusCode::UNPROCESSABLE_ENTITY, vec![words.to_owned()])
}

impl From<SignUpError> for Correctable {
    fn from(error: SignUpError) -> Self {
        match error {
            SignUpError::Hashing(error) => error.into(),
            SignUpError::Store(error) => Self::Page(error.into()),
        }
    }
}

impl From<LogInError> for Correctable {
    fn from(error: LogInError) -> Self {
        match error {
            LogInError::WrongCredentials(_) => say("E-mail address or password is wrong."),
            LogInError::CodeNeeded(_) | LogInError::ChallengeOver => say("Please log in again, with your code."),
            LogInError::WrongCode(_) => say("This code is incorrect or has already been used."),
            LogInError::Delayed(delayed) => delayed.into(),
            LogInError::Hashing(error) => error.into(),
            LogInError::Store(error) => Self::Page(error.into()),
        }
    }
}

impl From<VerifyEmailError> for Correctable {
    fn from(error: VerifyEmailError) -> Self {
        match error {
            VerifyEmailError::InvalidToken => say("This link has expired. Please request a new one."),
            VerifyEmailError::WrongPassword => Wrong(vec![WRONG_OWN_PASSWORD]).into(),
            VerifyEmailError::Hashing(error) => error.into(),
            VerifyEmailError::Store(error) => Self::Page(error.into()),
        }
    }
}

impl From<ResetPasswordError> for Correctable {
    fn from(error: ResetPasswordError) -> Self {
        match error {
            ResetPasswordError::InvalidToken => say("This link has expired. Please request a new one."),
            ResetPasswordError::Guessable(error) => Wrong(vec![error]).into(),
            ResetPasswordError::Hashing(error) => error.into(),
            ResetPasswordError::Store(error) => Self::Page(error.into()),
        }
    }
}

impl From<ChangePasswordError> for Correctable {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::WrongPassword => say("Your current password is incorrect."),
            ChangePasswordError::Delayed(delayed) => delayed.into(),
            ChangePasswordError::Guessable(error) => Wrong(vec![error]).into(),
            ChangePasswordError::Hashing(error) => error.into(),
            ChangePasswordError::Store(error) => Self::Page(error.into()),
        }
    }
}

impl From<ConfirmError> for Correctable {
    fn from(error: ConfirmError) -> Self {
        match error {
            ConfirmError::WrongPassword => say("Incorrect password."),
            ConfirmError::WrongCode => say("This code is incorrect or has already been used."),
            ConfirmError::Delayed(delayed) => delayed.into(),
            ConfirmError::Hashing(error) => error.into(),
            ConfirmError::Store(error) => Self::Page(error.into()),
        }
    }
}

impl From<SecondFactorError> for Correctable {
    fn from(error: SecondFactorError) -> Self {
        match error {
            SecondFactorError::AlreadyOn => say("Two-step login is already on."),
            SecondFactorError::NotThere => say("Two-step login is not on. Please set it up first."),
            SecondFactorError::WrongCode => say("Incorrect code. Check that the clock on your phone is right."),
            SecondFactorError::NotConfirmed(error) => error.into(),
            SecondFactorError::Delayed(delayed) => delayed.into(),
            SecondFactorError::Store(error) => Self::Page(error.into()),
        }
    }
}

impl From<EditProfileError> for Correctable {
    fn from(error: EditProfileError) -> Self {
        match error {
            EditProfileError::NoSuchCustomer => Self::Page(PageError::NotFound),
            EditProfileError::LessThanOwner => Self::Page(PageError::Forbidden),
            EditProfileError::Store(error) => Self::Page(error.into()),
        }
    }
}

impl From<EraseCustomerError> for Correctable {
    fn from(error: EraseCustomerError) -> Self {
        match error {
            EraseCustomerError::NoSuchCustomer => Self::Page(PageError::NotFound),
            EraseCustomerError::WrongPassword => say("Incorrect password. Your account was not deleted."),
            EraseCustomerError::Refused(error) => Self::Page(PageError::Refused(capital(&error.to_string()))),
            EraseCustomerError::Delayed(delayed) => delayed.into(),
            EraseCustomerError::Hashing(error) => error.into(),
            EraseCustomerError::Store(error) => Self::Page(error.into()),
        }
    }
}

impl From<ChangeRoleError> for Correctable {
    fn from(error: ChangeRoleError) -> Self {
        match error {
            ChangeRoleError::NoSuchCustomer => Self::Page(PageError::NotFound),
            ChangeRoleError::Refused(error) => say(&capital(&format!("{error}."))),
            ChangeRoleError::Store(error) => Self::Page(error.into()),
        }
    }
}

/// A wrong field as a sentence: "Postcode is missing."
fn sentence(error: &FieldError) -> String {
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

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + chars.as_str())
}
