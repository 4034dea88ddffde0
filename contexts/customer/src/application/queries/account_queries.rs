//! What is known about accounts, for their owners and for administrators. Who may see whom is decided by the adapters.

use std::sync::Arc;

use shared_kernel::{Clock, CustomerId, Page, StoreError};

use crate::domain::{ApiKey, Customer, SecondFactor, Session, SessionPolicy};
use crate::ports::{Accounts, ApiKeys, CustomerQuery, SecondFactors, Sessions};

pub struct AccountQueries {
    accounts: Arc<dyn Accounts>,
    sessions: Arc<dyn Sessions>,
    factors: Arc<dyn SecondFactors>,
    keys: Arc<dyn ApiKeys>,
    clock: Arc<dyn Clock>,
    policy: SessionPolicy,
}

impl AccountQueries {
    pub(crate) fn new(
        accounts: Arc<dyn Accounts>,
        sessions: Arc<dyn Sessions>,
        factors: Arc<dyn SecondFactors>,
        keys: Arc<dyn ApiKeys>,
        clock: Arc<dyn Clock>,
        policy: SessionPolicy,
    ) -> Self {
        Self { accounts, sessions, factors, keys, clock, policy }
    }

    pub async fn customer(&self, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        self.accounts.find(id).await
    }

    /// A page of customers, newest first.
    pub async fn customers(&self, query: &CustomerQuery) -> Result<Page<Customer>, StoreError> {
        self.accounts.list(query).await
    }

    /// The live sessions of a customer, the newest first.
    pub async fn sessions(&self, customer: CustomerId) -> Result<Vec<Session>, StoreError> {
        let Some(owner) = self.accounts.find(customer).await? else { return Ok(vec![]) };
        let (now, lifetime) = (self.clock.now(), self.policy.of(owner.role()));
        let all = self.sessions.list(customer).await?;
        Ok(all.into_iter().filter(|session| session.is_live(lifetime, now)).collect())
    }

    /// The second factor of a customer, confirmed or not.
    pub async fn second_factor(&self, customer: CustomerId) -> Result<Option<SecondFactor>, StoreError> {
        self.factors.find(customer).await
    }

    /// Whether a login of the customer asks for a code.
    pub async fn needs_code(&self, customer: CustomerId) -> Result<bool, StoreError> {
        Ok(self.second_factor(customer).await?.is_some_and(|factor| factor.confirmed))
    }

    /// The newest API keys.
    pub async fn api_keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        self.keys.list().await
    }
}
