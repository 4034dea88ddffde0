//! What changes something: one use case per file.

mod change_password;
mod change_role;
mod confirm_session;
mod create_api_key;
mod create_user;
mod edit_profile;
mod end_sessions;
mod erase_customer;
mod log_in;
mod log_out;
mod request_mail;
mod reset_password;
mod revoke_api_key;
mod send_account_mail;
mod set_up_second_factor;
mod sign_up;
mod sweep;
mod verify_email;

pub use change_password::{ChangePassword, ChangePasswordCommand, ChangePasswordError};
pub use change_role::{ChangeRole, ChangeRoleError, RoleChange};
pub use confirm_session::ConfirmSession;
pub use create_api_key::{CreateApiKey, CreateApiKeyCommand, CreateApiKeyError, NewApiKey};
pub use create_user::{CreateUser, CreateUserCommand, CreateUserError};
pub use edit_profile::{EditProfile, EditProfileCommand, EditProfileError};
pub use end_sessions::EndSessions;
pub use erase_customer::{EraseCustomer, EraseCustomerError};
pub use log_in::{LogIn, LogInCommand, LogInError};
pub use log_out::LogOut;
pub use request_mail::RequestMail;
pub use reset_password::{ResetPassword, ResetPasswordError};
pub use revoke_api_key::RevokeApiKey;
pub use send_account_mail::{SendAccountMail, SendAccountMailError};
pub use set_up_second_factor::{SecondFactorError, SetUpSecondFactor};
pub use sign_up::{SignUp, SignUpCommand, SignUpError};
pub use sweep::Sweep;
pub use verify_email::{VerifyEmail, VerifyEmailError};
