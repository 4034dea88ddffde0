//! What travels about sessions and second factors.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use shared_kernel::Timestamp;
use utoipa::ToSchema;

use crate::domain::{Session, TokenHash};

/// Confirms the caller's identity again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfirmationBody {
    /// The present password.
    #[schema(value_type = String)]
    pub current_password: SecretString,
    /// A code of the second factor, or a recovery code, if the account has one.
    #[serde(default)]
    pub code: Option<String>,
}

/// A code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeBody {
    /// Six digits, as the app shows them.
    pub code: String,
}

/// Sessions of the customer.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionEntry {
    /// Names it in the paths of this API; not its token.
    id: String,
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// Noted now and then, not at every request.
    #[schema(value_type = String, format = DateTime)]
    last_seen: Timestamp,
    /// From which address it was begun; empty if that is not known.
    address: String,
    /// What the browser or program called itself; empty if that is not known.
    agent: String,
    /// Whether a second factor was shown.
    second_factor: bool,
    /// Whether it is the one that this request shows.
    current: bool,
}

impl SessionEntry {
    pub(super) fn of(session: &Session, shown: &TokenHash) -> Self {
        Self {
            id: session.id().as_str().to_owned(),
            started_at: session.started_at,
            last_seen: session.last_seen,
            address: session.begun_from.address.clone(),
            agent: session.begun_from.agent.clone(),
            second_factor: session.second_factor,
            current: session.hash == *shown,
        }
    }
}

/// The live sessions of one customer, the newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionList {
    /// The sessions, at most 100.
    pub items: Vec<SessionEntry>,
}

/// The state of the second factor.
#[derive(Serialize, ToSchema)]
pub(super) struct SecondFactorView {
    /// Whether a code is asked for at login.
    pub on: bool,
}

/// A secret for an authenticator app, shown this once; a first code turns it on.
#[derive(Serialize, ToSchema)]
pub(super) struct SecretView {
    /// In base32, for apps that it is typed into.
    pub secret: String,
    /// For apps that read it from a picture.
    pub uri: String,
}

/// Recovery codes for a lost authenticator app. Each works once. They are shown only once.
#[derive(Serialize, ToSchema)]
pub(super) struct RecoveryCodes {
    /// Ten codes.
    pub recovery_codes: Vec<String>,
}
