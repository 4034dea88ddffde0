//! An administrator gives a machine a key, or takes it away.

use std::sync::Arc;

use shared_kernel::{Clock, Identity, Ids, Role, StoreError, Timestamp};

use crate::domain::{ApiKey, ApiKeyId, Credential, Token};
use crate::ports::ApiKeys;

/// What an administrator fills in.
#[derive(Debug, Clone)]
pub struct CreateApiKeyCommand {
    /// Who.
    pub by: Identity,
    /// What the key is for; see [`ApiKey::label`].
    pub label: String,
    /// The most that it may do.
    pub role: Role,
    /// Until when; `None` for ever.
    pub expires_at: Option<Timestamp>,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum CreateApiKeyError {
    /// Nobody gives away more than he has.
    #[error("a key cannot do more than the one who makes it")]
    MoreThanYours,
    /// No store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A key as it is shown, once.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// What is kept.
    pub key: ApiKey,
    /// The whole key, which nobody will see again.
    pub secret: String,
}

/// Gives out keys.
pub struct CreateApiKey {
    /// Where keys are kept.
    pub keys: Arc<dyn ApiKeys>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Names and chance.
    pub ids: Arc<dyn Ids>,
}

impl CreateApiKey {
    /// Makes a key.
    ///
    /// # Errors
    /// [`CreateApiKeyError`].
    pub async fn execute(&self, command: CreateApiKeyCommand) -> Result<NewApiKey, CreateApiKeyError> {
        if !command.by.is(command.role) {
            return Err(CreateApiKeyError::MoreThanYours);
        }
        let secret = Token::of(&self.ids.secret());
        let key = ApiKey {
            id: ApiKeyId::new(self.ids.uuid()),
            owner: command.by.customer,
            label: command.label,
            role: command.role,
            secret: secret.hash(),
            created_at: self.clock.now(),
            expires_at: command.expires_at,
            revoked_at: None,
        };
        self.keys.add(key.clone()).await?;
        let secret = format!("{}{}.{}", Credential::KEY_PREFIX, key.id, secret.reveal());
        Ok(NewApiKey { key, secret })
    }
}

/// Withdraws keys.
pub struct RevokeApiKey {
    /// Where keys are kept.
    pub keys: Arc<dyn ApiKeys>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl RevokeApiKey {
    /// Withdraws a key from the next request on, and says whether there is one.
    ///
    /// # Errors
    /// The store's.
    pub async fn execute(&self, id: ApiKeyId) -> Result<bool, StoreError> {
        self.keys.revoke(id, self.clock.now()).await
    }
}
