//! What the use cases need from outside, in the context's own words. Each port states what its implementors owe; the
//! suites in `testing` hold them to it.

#![warn(missing_docs)]

mod account_mailer;
mod accounts;
mod api_keys;
mod housekeeping;
mod known_devices;
mod login_challenges;
mod login_delays;
mod mail_tokens;
mod password_hasher;
mod second_factors;
mod sessions;

pub use account_mailer::{AccountMail, AccountMailer, Letter, MailingError};
pub use accounts::{Account, AccountChange, Accounts, CustomerQuery, SessionsAfter, SpentToken};
pub use api_keys::ApiKeys;
pub use housekeeping::{Housekeeping, Outdated};
pub use known_devices::{KnownDevices, MAX_DEVICES};
pub use login_challenges::{LoginChallenge, LoginChallenges};
pub use login_delays::LoginDelays;
pub use mail_tokens::{IssueLimit, MailTokens};
pub use password_hasher::{HashingError, PasswordHasher};
pub use second_factors::{Proof, SecondFactors};
pub use sessions::{Confirmation, Sessions};
