//! Logins and sessions, as they travel.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use shared_kernel::Timestamp;
use utoipa::ToSchema;

use super::accounts::CustomerView;
use crate::application::LoggedIn;
use crate::domain::{Session, TokenHash};

/// Request to log in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::adapters::inbound::api) struct LogInBody {
    /// Of the account.
    #[schema(format = Email, max_length = 254)]
    pub email: String,
    /// The password.
    #[schema(value_type = String)]
    pub password: SecretString,
    /// A code of the second factor, or a recovery code, if the account has one.
    #[serde(default)]
    pub code: Option<String>,
    /// The `device` of an earlier login from the same place: it gives this login its own count of failed attempts.
    #[serde(default)]
    pub device: Option<String>,
}

/// A session.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(in crate::adapters::inbound::api) struct SessionView {
    /// Send it as `Authorization: Bearer <token>`. It is shown this once.
    token: String,
    /// When it ends at the latest.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    customer: CustomerView,
    /// Send it along with the next login from this place; opens nothing by itself. Absent where nothing has changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
}

impl From<&LoggedIn> for SessionView {
    fn from(session: &LoggedIn) -> Self {
        let (token, customer) = (session.token.reveal().to_owned(), CustomerView::from(&session.customer));
        let device = session.device.as_ref().map(|device| device.reveal().to_owned());
        Self { token, expires_at: session.expires_at, customer, device }
    }
}

/// Confirms the caller's identity again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::adapters::inbound::api) struct ConfirmationBody {
    /// The present password.
    #[schema(value_type = String)]
    pub current_password: SecretString,
    /// A code of the second factor, or a recovery code, if the account has one.
    #[serde(default)]
    pub code: Option<String>,
}

/// Sessions of the customer.
#[derive(Serialize, ToSchema)]
pub(in crate::adapters::inbound::api) struct SessionEntry {
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
    pub(in crate::adapters::inbound::api) fn of(session: &Session, shown: &TokenHash) -> Self {
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
pub(in crate::adapters::inbound::api) struct SessionList {
    /// The sessions, at most 100.
    pub items: Vec<SessionEntry>,
}
