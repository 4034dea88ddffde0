//! What people and machines can ask of this context: one use case per file, each of which loads, lets the domain decide,
//! and commits.
//!
//! Reading order: [`sign_up`], [`send_account_mail`], [`verify_email`], [`log_in`], [`authenticate`],
//! [`reset_password`]; the rest follows the same lines.

pub mod api_keys;
pub mod authenticate;
pub mod begin_session;
pub mod change_password;
pub mod change_role;
pub mod check_code;
pub mod confirm;
pub mod create_user;
pub mod edit_profile;
pub mod erase_customer;
pub mod log_in;
pub mod log_out;
pub mod request_mail;
pub mod reset_password;
pub mod second_factor;
pub mod send_account_mail;
pub mod sessions;
pub mod sign_up;
pub mod sweep;
pub mod verify_email;
pub mod view_customers;

mod letters;
mod retry_on_conflict;

pub use letters::{LetterKind, MailOrder, SEND_ACCOUNT_MAIL};
