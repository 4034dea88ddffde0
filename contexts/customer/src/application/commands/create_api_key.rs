//! An administrator gives a machine an API key.

use std::sync::Arc;

use shared_kernel::{Clock, Identity, Ids, Role, StoreError, Timestamp};

use crate::domain::{ApiKey, ApiKeyId, Credential, Token};
use crate::ports::ApiKeys;

/// What an administrator fills in.
#[derive(Debug, Clone)]
pub struct CreateApiKeyCommand {
    pub by: Identity,
    /// What the key is for; see [`ApiKey::label`].
    pub label: String,
    /// The most that it may do.
    pub role: Role,
    /// Until when; `None` permanently.
    pub expires_at: Option<Timestamp>,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum CreateApiKeyError {
    /// A key has at most the role of its owner.
    #[error("a key cannot do more than the one who makes it")]
    MoreThanYours,
    /// It would be worth nothing.
    #[error("a key must end in the future")]
    EndsInThePast,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A key as it is shown, once.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// What is kept.
    pub key: ApiKey,
    /// The whole key, which is shown only here.
    pub secret: String,
}

pub struct CreateApiKey {
    keys: Arc<dyn ApiKeys>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl CreateApiKey {
    pub(crate) fn new(keys: Arc<dyn ApiKeys>, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self { keys, clock, ids }
    }

    /// Makes a key.
    pub async fn execute(&self, command: CreateApiKeyCommand) -> Result<NewApiKey, CreateApiKeyError> {
        if !command.by.is(command.role) {
            return Err(CreateApiKeyError::MoreThanYours);
        }
        if command.expires_at.is_some_and(|end| end <= self.clock.now()) {
            return Err(CreateApiKeyError::EndsInThePast);
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

#[cfg(test)]
mod tests {
    use chassis::messaging::memory::MemoryRecorder;
    use chassis::testing::{CountingIds, FixedClock};

    use super::*;
    use crate::domain::Customer;
    use crate::ports::{AccountChange, Accounts};
    use crate::testing::{MemoryCustomers, a_customer};

    #[tokio::test]
    async fn a_key_has_no_more_rights_than_its_maker() {
        let clock: Arc<dyn Clock> = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
        let ids: Arc<dyn Ids> = Arc::new(CountingIds::default());
        let keys = Arc::new(MemoryCustomers::new(MemoryRecorder::new("customer", clock.clone(), ids.clone())));
        let create = CreateApiKey::new(keys.clone(), clock, ids);
        let (boss, events) = Customer::register(a_customer().role(Role::Staff).parts());
        keys.commit(AccountChange::of(boss.clone(), events)).await.unwrap();
        let by = boss.identity();
        let wish = |role| CreateApiKeyCommand { by: by.clone(), label: "till".to_owned(), role, expires_at: None };
        let refused = create.execute(wish(Role::Admin)).await;
        assert!(matches!(refused, Err(CreateApiKeyError::MoreThanYours)), "{refused:?}");
        let noon = Timestamp::parse("2026-11-22T12:00:00Z").unwrap();
        let dead = CreateApiKeyCommand { expires_at: Some(noon), ..wish(Role::Staff) };
        assert!(matches!(create.execute(dead).await, Err(CreateApiKeyError::EndsInThePast)));
        let made = create.execute(wish(Role::Staff)).await.unwrap();
        assert_eq!(ApiKeys::list(keys.as_ref()).await.unwrap(), [made.key], "and only that one is kept");
    }
}
