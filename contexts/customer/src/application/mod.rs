//! What people and machines can ask of this context: one use case per file, each of which loads, lets the domain decide,
//! and commits.
//!
//! Reading order: [`commands`] ([`SignUp`], [`SendAccountMail`], [`VerifyEmail`], [`LogIn`], [`ResetPassword`]), then
//! [`queries`] ([`Authenticate`]); the rest follows the same lines. What several use cases share stands beside them:
//! `begin_session` ends every login, `check_identity` and `check_code` stand before what only the owner may do.

pub mod commands;
pub mod queries;

mod begin_session;
mod change_account;
mod check_code;
mod check_identity;
mod letters;
mod use_cases;

pub use begin_session::{LoggedIn, LoginPlace};
pub use check_identity::{CheckIdentityError, IdentityProof};
pub use commands::*;
pub use letters::{LetterKind, MailOrder, SEND_ACCOUNT_MAIL};
pub use queries::*;
pub use use_cases::{Ports, Stores, UseCases};
