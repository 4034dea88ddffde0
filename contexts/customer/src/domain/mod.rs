//! What a customer is and may become. Pure: the time, the ids and the chance come in with the call.
//!
//! Reading order: [`customer`] (the aggregate), [`event`] (its facts), [`email`], [`name`] and [`password`] (what people
//! type, parsed once), [`token`] (secrets that are shown once), [`credential`], [`mail_token`], [`session`], [`login_delay`],
//! [`api_key`].

pub mod api_key;
pub mod credential;
pub mod customer;
pub mod email;
pub mod event;
pub mod field;
pub mod login_delay;
pub mod mail_token;
pub mod name;
pub mod password;
pub mod second_factor;
pub mod session;
pub mod token;

pub use api_key::{ApiKey, ApiKeyId};
pub use credential::Credential;
pub use customer::{Customer, CustomerParts, EraseRefused, Erased, OwnRoleRefused};
pub use email::{EmailAddress, Fingerprint};
pub use event::CustomerEvent;
pub use field::FieldError;
pub use login_delay::{Attempts, DelayPolicy, Delayed, LoginLane, NetworkAttempts};
pub use mail_token::{LinkPolicy, MailToken, Purpose};
pub use name::PersonName;
pub use password::{NewPassword, PasswordHash, normalised};
pub use second_factor::{RecoveryCode, SecondFactor, TotpSecret};
pub use session::{BegunFrom, Lifetime, Session, SessionId, SessionPolicy};
pub use token::{Token, TokenHash};
