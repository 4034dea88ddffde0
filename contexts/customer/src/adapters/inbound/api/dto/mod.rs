//! What travels: bodies that come in, views that go out.

mod accounts;
mod api_keys;
mod second_factor;
mod sessions;

pub(super) use accounts::{
    CustomerList, CustomerView, EmailBody, ErasureBody, ListParams, PasswordBody, PasswordResetBody, ProfileBody,
    RoleBody, SignUpBody, VerificationBody,
};
pub(super) use api_keys::{ApiKeyBody, ApiKeyList, ApiKeyView, NewApiKeyView};
pub(super) use second_factor::{CodeBody, RecoveryCodes, SecondFactorView, SecretView};
pub(super) use sessions::{ConfirmationBody, LogInBody, SessionEntry, SessionList, SessionView};
