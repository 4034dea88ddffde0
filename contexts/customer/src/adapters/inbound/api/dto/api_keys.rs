//! API keys, as they travel.

use chassis::web::openapi::RoleWord;
use serde::{Deserialize, Serialize};
use shared_kernel::{CustomerId, Role, Timestamp};
use utoipa::ToSchema;

use crate::application::NewApiKey;
use crate::domain::{ApiKey, ApiKeyId};

/// An administrator gives a machine a key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::adapters::inbound::api) struct ApiKeyBody {
    /// What it is for.
    #[schema(min_length = 1, max_length = 100)]
    pub label: String,
    /// The most that it may do.
    #[schema(value_type = RoleWord)]
    pub role: Role,
    /// Until when; without end if left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
}

/// An API key without its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub(in crate::adapters::inbound::api) struct ApiKeyView {
    #[schema(value_type = String, format = Uuid)]
    id: ApiKeyId,
    label: String,
    /// The most that it may do.
    #[schema(value_type = RoleWord)]
    role: Role,
    /// The administrator for whom it acts.
    #[schema(value_type = String, format = Uuid)]
    owner: CustomerId,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Timestamp>,
}

impl From<&ApiKey> for ApiKeyView {
    fn from(key: &ApiKey) -> Self {
        let (id, label, role, owner) = (key.id, key.label.clone(), key.role, key.owner);
        Self {
            id,
            label,
            role,
            owner,
            created_at: key.created_at,
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
        }
    }
}

/// An API key on the one occasion that its secret is shown.
#[derive(Serialize, ToSchema)]
#[schema(as = NewApiKey)]
pub(in crate::adapters::inbound::api) struct NewApiKeyView {
    #[serde(flatten)]
    key: ApiKeyView,
    /// Send it as `Authorization: Bearer <secret>`.
    secret: String,
}

impl From<&NewApiKey> for NewApiKeyView {
    fn from(new: &NewApiKey) -> Self {
        Self { key: ApiKeyView::from(&new.key), secret: new.secret.clone() }
    }
}

/// The newest API keys.
#[derive(Serialize, ToSchema)]
pub(in crate::adapters::inbound::api) struct ApiKeyList {
    /// The keys.
    pub items: Vec<ApiKeyView>,
    /// Always null: there is one page.
    pub next_cursor: Option<String>,
}
