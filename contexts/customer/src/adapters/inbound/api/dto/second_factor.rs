//! Second factors, as they travel.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::adapters::inbound::api) struct CodeBody {
    /// Six digits, as the app shows them.
    pub code: String,
}

/// The state of the second factor.
#[derive(Serialize, ToSchema)]
pub(in crate::adapters::inbound::api) struct SecondFactorView {
    /// Whether a code is asked for at login.
    pub on: bool,
}

/// A secret for an authenticator app, shown this once; a first code turns it on.
#[derive(Serialize, ToSchema)]
pub(in crate::adapters::inbound::api) struct SecretView {
    /// In base32, for apps that it is typed into.
    pub secret: String,
    /// For apps that read it from a picture.
    pub uri: String,
}

/// Recovery codes for a lost authenticator app. Each works once. They are shown only once.
#[derive(Serialize, ToSchema)]
pub(in crate::adapters::inbound::api) struct RecoveryCodes {
    /// Ten codes.
    pub recovery_codes: Vec<String>,
}
