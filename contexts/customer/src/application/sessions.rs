//! Where somebody is logged in, and how that ends.

use std::sync::Arc;

use shared_kernel::{Clock, CustomerId, StoreError};

use super::retry_on_conflict::retry_on_conflict;
use crate::domain::{Session, SessionId, SessionPolicy};
use crate::ports::{AccountChange, Accounts, Sessions, SessionsAfter};

/// Shows and ends sessions.
pub struct ManageSessions {
    /// Where accounts are kept.
    pub accounts: Arc<dyn Accounts>,
    /// Where sessions are kept.
    pub sessions: Arc<dyn Sessions>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How long sessions live.
    pub policy: SessionPolicy,
}

impl ManageSessions {
    /// The live sessions of a customer, the newest first.
    pub async fn list(&self, customer: CustomerId) -> Result<Vec<Session>, StoreError> {
        let Some(owner) = self.accounts.find(customer).await? else { return Ok(vec![]) };
        let (now, lifetime) = (self.clock.now(), self.policy.of(owner.role()));
        let all = self.sessions.list(customer).await?;
        Ok(all.into_iter().filter(|session| session.is_live(lifetime, now)).collect())
    }

    /// Ends one session of a customer, and says whether there was one of that name.
    pub async fn end(&self, customer: CustomerId, id: &SessionId) -> Result<bool, StoreError> {
        let all = self.sessions.list(customer).await?;
        let Some(session) = all.into_iter().find(|session| session.id() == *id) else { return Ok(false) };
        self.sessions.end(&session.hash).await?;
        Ok(true)
    }

    /// Ends all sessions of a customer; `false` if there is no such customer.
    pub async fn end_all(&self, customer: CustomerId) -> Result<bool, StoreError> {
        let ended = retry_on_conflict(self.accounts.as_ref(), customer, |customer| {
            Ok::<_, StoreError>(AccountChange { sessions: SessionsAfter::End, ..AccountChange::of(customer, vec![]) })
        });
        Ok(ended.await?.is_some())
    }
}
