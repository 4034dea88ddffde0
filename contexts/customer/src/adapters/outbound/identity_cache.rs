//! Remembers for a few seconds who was recognised, so that a busy session does not cost a query per request.
//!
//! Wraps the stores: every change made through it forgets what it concerns, so within one process a logout or a new role
//! holds at once. Another process learns of it when the few seconds are over. Unknown tokens are not remembered.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chassis::messaging::TaskDraft;
use shared_kernel::{Clock, CustomerId, Identity, Page, StoreError, Timestamp};

use crate::domain::{ApiKey, ApiKeyId, Customer, EmailAddress, PasswordHash, Session, TokenHash};
use crate::ports::{Account, AccountChange, Accounts, ApiKeys, Confirmation, CustomerQuery, Sessions};

/// The most that is remembered of either kind.
const MAX_ENTRIES: usize = 10_000;

/// Stores with a cache in front of them.
pub struct IdentityCache {
    accounts: Arc<dyn Accounts>,
    sessions: Arc<dyn Sessions>,
    keys: Arc<dyn ApiKeys>,
    clock: Arc<dyn Clock>,
    span: Duration,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// Counts what was forgotten: an answer that was asked for before must not be remembered after.
    forgotten: u64,
    sessions: HashMap<TokenHash, Remembered<Session>>,
    keys: HashMap<ApiKeyId, Remembered<ApiKey>>,
}

struct Remembered<T> {
    what: (T, Identity),
    until: Timestamp,
}

impl IdentityCache {
    /// Remembers for `span`.
    pub fn new(
        accounts: Arc<dyn Accounts>,
        sessions: Arc<dyn Sessions>,
        keys: Arc<dyn ApiKeys>,
        clock: Arc<dyn Clock>,
        span: Duration,
    ) -> Self {
        Self { accounts, sessions, keys, clock, span, memory: Mutex::default() }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self, forget: impl FnOnce(&mut Memory)) {
        let mut memory = self.memory();
        memory.forgotten += 1;
        forget(&mut memory);
    }

    fn forget_customer(&self, id: CustomerId) {
        self.forget(|memory| {
            memory.sessions.retain(|_, session| session.what.0.customer != id);
            memory.keys.retain(|_, key| key.what.0.owner != id);
        });
    }
}

fn recall<K: Hash + Eq, T: Clone>(from: &HashMap<K, Remembered<T>>, key: &K, now: Timestamp) -> Option<(T, Identity)> {
    from.get(key).filter(|remembered| now < remembered.until).map(|remembered| remembered.what.clone())
}

fn remember<K: Hash + Eq, T>(
    into: &mut HashMap<K, Remembered<T>>,
    key: K,
    what: (T, Identity),
    now: Timestamp,
    until: Timestamp,
) {
    if into.len() >= MAX_ENTRIES {
        into.retain(|_, remembered| now < remembered.until);
    }
    if into.len() < MAX_ENTRIES {
        into.insert(key, Remembered { what, until });
    }
}

#[async_trait]
impl Accounts for IdentityCache {
    async fn find(&self, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        self.accounts.find(id).await
    }

    async fn find_by_email(&self, email: &EmailAddress) -> Result<Option<Customer>, StoreError> {
        self.accounts.find_by_email(email).await
    }

    async fn list(&self, query: &CustomerQuery) -> Result<Page<Customer>, StoreError> {
        self.accounts.list(query).await
    }

    async fn commit(&self, change: AccountChange) -> Result<(), StoreError> {
        let id = match &change.account {
            Account::Kept(customer) => customer.id(),
            Account::Erased(erased) => erased.id,
        };
        let committed = self.accounts.commit(change).await;
        self.forget_customer(id);
        committed
    }

    async fn schedule(&self, tasks: Vec<TaskDraft>) -> Result<(), StoreError> {
        self.accounts.schedule(tasks).await
    }
}

#[async_trait]
impl Sessions for IdentityCache {
    async fn open(
        &self,
        session: Session,
        proven: &PasswordHash,
        instead_of: Option<TokenHash>,
    ) -> Result<(), StoreError> {
        let opened = self.sessions.open(session, proven, instead_of).await;
        if let Some(hash) = instead_of {
            self.forget(|memory| drop(memory.sessions.remove(&hash)));
        }
        opened
    }

    async fn identify(&self, hash: &TokenHash) -> Result<Option<(Session, Identity)>, StoreError> {
        let now = self.clock.now();
        let asked_at = {
            let memory = self.memory();
            if let Some(known) = recall(&memory.sessions, hash, now) {
                return Ok(Some(known));
            }
            memory.forgotten
        };
        let found = self.sessions.identify(hash).await?;
        let mut memory = self.memory();
        if let Some(what) = found.clone().filter(|_| memory.forgotten == asked_at) {
            remember(&mut memory.sessions, *hash, what, now, now.plus(self.span));
        }
        Ok(found)
    }

    async fn touch(
        &self,
        hash: &TokenHash,
        at: Timestamp,
        confirmation: Option<Confirmation>,
    ) -> Result<(), StoreError> {
        let touched = self.sessions.touch(hash, at, confirmation).await;
        self.forget(|memory| drop(memory.sessions.remove(hash)));
        touched
    }

    async fn list(&self, customer: CustomerId) -> Result<Vec<Session>, StoreError> {
        self.sessions.list(customer).await
    }

    async fn end(&self, hash: &TokenHash) -> Result<(), StoreError> {
        let ended = self.sessions.end(hash).await;
        self.forget(|memory| drop(memory.sessions.remove(hash)));
        ended
    }
}

#[async_trait]
impl ApiKeys for IdentityCache {
    async fn add(&self, key: ApiKey) -> Result<(), StoreError> {
        self.keys.add(key).await
    }

    async fn identify(&self, id: ApiKeyId) -> Result<Option<(ApiKey, Identity)>, StoreError> {
        let now = self.clock.now();
        let asked_at = {
            let memory = self.memory();
            if let Some(known) = recall(&memory.keys, &id, now) {
                return Ok(Some(known));
            }
            memory.forgotten
        };
        let found = self.keys.identify(id).await?;
        let mut memory = self.memory();
        if let Some(what) = found.clone().filter(|_| memory.forgotten == asked_at) {
            remember(&mut memory.keys, id, what, now, now.plus(self.span));
        }
        Ok(found)
    }

    async fn list(&self) -> Result<Vec<ApiKey>, StoreError> {
        self.keys.list().await
    }

    async fn revoke(&self, id: ApiKeyId, at: Timestamp) -> Result<bool, StoreError> {
        let revoked = self.keys.revoke(id, at).await;
        self.forget(|memory| drop(memory.keys.remove(&id)));
        revoked
    }
}
