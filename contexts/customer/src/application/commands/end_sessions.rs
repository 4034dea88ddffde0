//! Sessions are ended by their owner, or by an administrator.

use std::sync::Arc;

use shared_kernel::{CustomerId, StoreError};

use crate::application::change_account::change_account;
use crate::domain::SessionId;
use crate::ports::{AccountChange, Accounts, Sessions, SessionsAfter};

pub struct EndSessions {
    accounts: Arc<dyn Accounts>,
    sessions: Arc<dyn Sessions>,
}

impl EndSessions {
    pub(crate) fn new(accounts: Arc<dyn Accounts>, sessions: Arc<dyn Sessions>) -> Self {
        Self { accounts, sessions }
    }

    /// Ends one session of a customer, and says whether there was one of that name.
    pub async fn one(&self, customer: CustomerId, id: &SessionId) -> Result<bool, StoreError> {
        let all = self.sessions.list(customer).await?;
        let Some(session) = all.into_iter().find(|session| session.id() == *id) else { return Ok(false) };
        self.sessions.end(&session.hash).await?;
        Ok(true)
    }

    /// Ends all sessions of a customer; `false` if there is no such customer.
    pub async fn all(&self, customer: CustomerId) -> Result<bool, StoreError> {
        let ended = change_account(self.accounts.as_ref(), customer, |customer| {
            Ok::<_, StoreError>(AccountChange { sessions: SessionsAfter::End, ..AccountChange::of(customer, vec![]) })
        });
        Ok(ended.await?.is_some())
    }
}
