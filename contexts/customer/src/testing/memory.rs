//! All stores of this context in memory. They owe the same as those over SQL.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chassis::messaging::memory::MemoryRecorder;
use chassis::messaging::{Record, TaskDraft};
use shared_kernel::{CustomerId, Identity, Page, StoreError, Timestamp};

use crate::adapters::outbound::publish::published;
use crate::domain::{
    ApiKey, ApiKeyId, Attempts, Customer, CustomerEvent, CustomerParts, DelayPolicy, Delayed, EmailAddress,
    Fingerprint, LoginLane, MailToken, NetworkAttempts, PasswordHash, Purpose, SecondFactor, Session, TokenHash,
};
use crate::ports::{
    Account, AccountChange, Accounts, ApiKeys, Confirmation, CustomerQuery, Housekeeping, IssueLimit, LoginChallenge,
    LoginDelays, MailTokens, Outdated, Sessions, SessionsAfter,
};

/// Keeps customers and everything around them in memory. Clones share it.
#[derive(Clone)]
pub struct MemoryCustomers {
    recorder: MemoryRecorder,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) customers: BTreeMap<CustomerId, Customer>,
    sessions: HashMap<TokenHash, Session>,
    tokens: HashMap<TokenHash, MailToken>,
    attempts: HashMap<Fingerprint, Attempts>,
    keys: BTreeMap<uuid::Uuid, ApiKey>,
    pub(super) devices: HashMap<(TokenHash, CustomerId), Timestamp>,
    pub(super) factors: HashMap<CustomerId, SecondFactor>,
    pub(super) codes: HashSet<(CustomerId, TokenHash)>,
    pub(super) challenges: HashMap<TokenHash, LoginChallenge>,
}

impl MemoryCustomers {
    /// Publishes through `recorder`.
    pub fn new(recorder: MemoryRecorder) -> Self {
        Self { recorder, state: Arc::default() }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn keep(&mut self, customer: &Customer) -> Result<CustomerId, StoreError> {
        let id = customer.id();
        let version = match (customer.version(), self.customers.get(&id)) {
            (0, known) if known.is_some() || self.by_email(customer.email()).is_some() => {
                return Err(StoreError::Conflict("email"));
            }
            (0, _) => 0,
            (version, Some(kept)) if kept.version() == version => version,
            (_, _) => return Err(StoreError::Stale),
        };
        let parts = CustomerParts { version: version + 1, ..customer.parts().clone() };
        self.customers.insert(id, Customer::restored(parts));
        Ok(id)
    }

    fn by_email(&self, email: &EmailAddress) -> Option<&Customer> {
        self.customers.values().find(|customer| customer.email() == email)
    }
}

#[async_trait]
impl Accounts for MemoryCustomers {
    async fn find(&self, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        Ok(self.lock().customers.get(&id).cloned())
    }

    async fn find_by_email(&self, email: &EmailAddress) -> Result<Option<Customer>, StoreError> {
        Ok(self.lock().by_email(email).cloned())
    }

    async fn list(&self, query: &CustomerQuery) -> Result<Page<Customer>, StoreError> {
        let text = query.text.trim().to_lowercase();
        let matches = |customer: &Customer| {
            let name = format!("{} {}", customer.name().first(), customer.name().last()).to_lowercase();
            customer.email().as_str().contains(&text) || name.contains(&text)
        };
        let state = self.lock();
        let newest = state.customers.values().rev();
        let rest = newest.filter(|customer| query.after.is_none_or(|after| customer.id() < after) && matches(customer));
        let rows = rest.take(query.limit.get() as usize + 1).cloned().collect();
        Ok(Page::cut(rows, query.limit, |customer| customer.id().to_string()))
    }

    async fn commit(&self, change: AccountChange) -> Result<(), StoreError> {
        let mut state = self.lock();
        if change.spent.as_ref().is_some_and(|spent| !state.tokens.contains_key(&spent.hash)) {
            return Err(StoreError::Conflict("token"));
        }
        let id = match &change.account {
            Account::Kept(customer) => state.keep(customer)?,
            Account::Erased(erased) => {
                let current = state.customers.get(&erased.id).is_some_and(|kept| kept.version() == erased.version);
                if !current {
                    return Err(StoreError::Stale);
                }
                state.customers.remove(&erased.id);
                state.keys.retain(|_, key| key.owner != erased.id);
                let account = Fingerprint::of(erased.email.as_str());
                state.attempts.remove(&account);
                state.attempts.remove(&account.within("everywhere", ""));
                state.devices.retain(|(_, owner), _| *owner != erased.id);
                state.codes.retain(|(owner, _)| *owner != erased.id);
                state.factors.remove(&erased.id);
                erased.id
            }
        };
        if change.events.iter().any(CustomerEvent::withdraws_mailed_links) {
            state.tokens.retain(|_, token| token.customer != id);
            state.challenges.retain(|_, challenge| challenge.customer != id);
        } else if let Some(spent) = &change.spent {
            state.tokens.retain(|_, token| token.customer != id || token.purpose != spent.purpose);
        }
        if !matches!(change.sessions, SessionsAfter::Keep) {
            state.sessions.retain(|_, session| session.customer != id);
        }
        if let SessionsAfter::Replace(session) = change.sessions {
            state.sessions.insert(session.hash, session);
        }
        let events = change.events.iter().filter_map(published).collect();
        self.recorder.record(Record { cause: None, events, tasks: change.tasks })
    }

    async fn schedule(&self, tasks: Vec<TaskDraft>) -> Result<(), StoreError> {
        self.recorder.record(Record { cause: None, events: vec![], tasks })
    }
}

#[async_trait]
impl Sessions for MemoryCustomers {
    async fn open(
        &self,
        session: Session,
        proven: &PasswordHash,
        instead_of: Option<TokenHash>,
    ) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.customers.get(&session.customer).map(Customer::password) != Some(proven) {
            return Err(StoreError::Stale);
        }
        state.sessions.insert(session.hash, session);
        if let Some(hash) = instead_of {
            state.sessions.remove(&hash);
        }
        Ok(())
    }

    async fn identify(&self, hash: &TokenHash) -> Result<Option<(Session, Identity)>, StoreError> {
        let state = self.lock();
        let session = state.sessions.get(hash);
        let owner = session.and_then(|session| state.customers.get(&session.customer)).map(Customer::identity);
        Ok(session.cloned().zip(owner))
    }

    async fn touch(
        &self,
        hash: &TokenHash,
        at: Timestamp,
        confirmation: Option<Confirmation>,
    ) -> Result<(), StoreError> {
        if let Some(session) = self.lock().sessions.get_mut(hash) {
            session.last_seen = session.last_seen.max(at);
            if let Some(shown) = confirmation {
                session.confirmed_at = at;
                session.second_factor |= shown.second_factor;
            }
        }
        Ok(())
    }

    async fn list(&self, customer: CustomerId) -> Result<Vec<Session>, StoreError> {
        let mut own: Vec<Session> =
            self.lock().sessions.values().filter(|session| session.customer == customer).cloned().collect();
        own.sort_by_key(|session| (std::cmp::Reverse(session.started_at), session.hash));
        Ok(own)
    }

    async fn end(&self, hash: &TokenHash) -> Result<(), StoreError> {
        self.lock().sessions.remove(hash);
        Ok(())
    }
}

#[async_trait]
impl ApiKeys for MemoryCustomers {
    async fn add(&self, key: ApiKey) -> Result<(), StoreError> {
        let mut state = self.lock();
        if !state.customers.contains_key(&key.owner) {
            return Err(StoreError::Stale);
        }
        state.keys.insert(key.id.uuid(), key);
        Ok(())
    }

    async fn identify(&self, id: ApiKeyId) -> Result<Option<(ApiKey, Identity)>, StoreError> {
        let state = self.lock();
        let key = state.keys.get(&id.uuid());
        let owner = key.and_then(|key| state.customers.get(&key.owner)).map(Customer::identity);
        Ok(key.cloned().zip(owner))
    }

    async fn list(&self) -> Result<Vec<ApiKey>, StoreError> {
        Ok(self.lock().keys.values().rev().take(100).cloned().collect())
    }

    async fn revoke(&self, id: ApiKeyId, at: Timestamp) -> Result<bool, StoreError> {
        let mut state = self.lock();
        let Some(key) = state.keys.get_mut(&id.uuid()) else { return Ok(false) };
        key.revoked_at.get_or_insert(at);
        Ok(true)
    }
}

#[async_trait]
impl MailTokens for MemoryCustomers {
    async fn issue(&self, token: MailToken, limit: IssueLimit) -> Result<bool, StoreError> {
        let mut state = self.lock();
        let same = |known: &&MailToken| known.customer == token.customer && known.purpose == token.purpose;
        let issued = state.tokens.values().filter(same).filter(|known| known.issued_at > limit.since).count();
        let free = issued < limit.at_most as usize && state.customers.contains_key(&token.customer);
        if free {
            state.tokens.insert(token.hash, token);
        }
        Ok(free)
    }

    async fn find(&self, hash: &TokenHash, purpose: Purpose) -> Result<Option<MailToken>, StoreError> {
        Ok(self.lock().tokens.get(hash).filter(|token| token.purpose == purpose).cloned())
    }

    async fn withdraw(&self, hash: &TokenHash) -> Result<(), StoreError> {
        self.lock().tokens.remove(hash);
        Ok(())
    }
}

#[async_trait]
impl LoginDelays for MemoryCustomers {
    async fn charge(
        &self,
        lane: &LoginLane,
        policy: DelayPolicy,
        now: Timestamp,
    ) -> Result<Result<(), Delayed>, StoreError> {
        let mut state = self.lock();
        let before = |state: &State, lane: &Fingerprint| state.attempts.get(lane).copied();
        let after = match lane {
            LoginLane::Own(own) => Attempts::charge(before(&state, own), &policy, now).map(|after| vec![(own, after)]),
            LoginLane::Network { network, everywhere } => {
                let both = (before(&state, network), before(&state, everywhere));
                NetworkAttempts::charge(both.0, both.1, &policy, now).map(|charged| {
                    let all = charged.everywhere.map(|after| (everywhere, after));
                    std::iter::once((network, charged.network)).chain(all).collect()
                })
            }
        };
        Ok(after.map(|after| state.attempts.extend(after.into_iter().map(|(lane, after)| (lane.clone(), after)))))
    }

    async fn forget(&self, lane: &LoginLane) -> Result<(), StoreError> {
        let (LoginLane::Own(lane) | LoginLane::Network { network: lane, .. }) = lane;
        self.lock().attempts.remove(lane);
        Ok(())
    }
}

#[async_trait]
impl Housekeeping for MemoryCustomers {
    async fn sweep(&self, outdated: Outdated) -> Result<u64, StoreError> {
        let mut state = self.lock();
        let count =
            |state: &State| state.sessions.len() + state.tokens.len() + state.attempts.len() + state.challenges.len();
        let before = count(&state);
        state.sessions.retain(|_, session| {
            session.started_at >= outdated.sessions_started_before
                && session.last_seen >= outdated.sessions_unused_since
        });
        state.tokens.retain(|_, token| token.expires_at >= outdated.tokens_expired_before);
        state.challenges.retain(|_, challenge| challenge.expires_at >= outdated.tokens_expired_before);
        state.attempts.retain(|_, attempts| attempts.last >= outdated.attempts_before);
        Ok((before - count(&state)) as u64)
    }
}
