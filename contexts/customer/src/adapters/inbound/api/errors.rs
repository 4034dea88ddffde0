//! Status and words for programs, for everything that can go wrong.

use actix_web::http::{StatusCode, header};
use chassis::web::Problem;
use serde_json::json;

use crate::adapters::inbound::fields::{WRONG_OWN_PASSWORD, Wrong};
use crate::application::{
    ChangePasswordError, ChangeRoleError, CheckIdentityError, CreateApiKeyError, EditProfileError, EraseCustomerError,
    LogInError, ResetPasswordError, SecondFactorError, SignUpError, VerifyEmailError,
};
use crate::domain::{Delayed, FieldError};
use crate::ports::HashingError;

impl From<Wrong> for Problem {
    fn from(wrong: Wrong) -> Self {
        let problems: Vec<String> = wrong.0.iter().map(ToString::to_string).collect();
        let errors = wrong.0.iter().map(|error| json!({ "field": error.field, "problem": error.problem }));
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-body", "The body does not fit")
            .detail(problems.join("; "))
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
            ChangePasswordError::NotConfirmed(error) => error.into(),
            ChangePasswordError::Guessable(error) => Wrong(vec![error]).into(),
            ChangePasswordError::Hashing(error) => error.into(),
            ChangePasswordError::Store(error) => error.into(),
        }
    }
}

/// For a logged-in caller who has to confirm who they are. Not a 401: their token is valid.
const WRONG_PASSWORD: FieldError = FieldError { field: "current_password", problem: "is wrong" };
const WRONG_CODE: FieldError = FieldError { field: "code", problem: "is missing, is wrong, or was used before" };

impl From<CheckIdentityError> for Problem {
    fn from(error: CheckIdentityError) -> Self {
        match error {
            CheckIdentityError::WrongPassword => Wrong(vec![WRONG_PASSWORD]).into(),
            CheckIdentityError::WrongCode => Wrong(vec![WRONG_CODE]).into(),
            CheckIdentityError::Delayed(delayed) => delayed.into(),
            CheckIdentityError::Hashing(error) => error.into(),
            CheckIdentityError::Store(error) => error.into(),
        }
    }
}

impl From<SecondFactorError> for Problem {
    fn from(error: SecondFactorError) -> Self {
        match error {
            SecondFactorError::AlreadyOn | SecondFactorError::NotThere => refused(&error),
            SecondFactorError::WrongCode => Wrong(vec![WRONG_CODE]).into(),
            SecondFactorError::NotConfirmed(error) => error.into(),
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
            EraseCustomerError::NotConfirmed(error) => error.into(),
            EraseCustomerError::Refused(error) => refused(&error),
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
