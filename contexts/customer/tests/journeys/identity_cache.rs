//! The cache of identities forgets in time, even what is just being asked.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chassis::messaging::memory::MemoryRecorder;
use chassis::testing::{CountingIds, FixedClock};
use customer::adapters::outbound::identity_cache::IdentityCache;
use customer::domain::{Customer, PasswordHash, Session, Token, TokenHash};
use customer::ports::{AccountChange, Accounts, Confirmation, Sessions};
use customer::testing::{MemoryCustomers, a_customer};
use shared_kernel::{Clock, CustomerId, Identity, StoreError, Timestamp};
use tokio::sync::Notify;

/// Answers only when it is let.
struct Slow {
    store: Arc<MemoryCustomers>,
    asked: Notify,
    answer: Notify,
}

#[async_trait]
impl Sessions for Slow {
    async fn open(
        &self,
        session: Session,
        proven: &PasswordHash,
        instead_of: Option<TokenHash>,
    ) -> Result<(), StoreError> {
        self.store.open(session, proven, instead_of).await
    }

    async fn identify(&self, hash: &TokenHash) -> Result<Option<(Session, Identity)>, StoreError> {
        let found = Sessions::identify(self.store.as_ref(), hash).await;
        self.asked.notify_one();
        self.answer.notified().await;
        found
    }

    async fn list(&self, customer: CustomerId) -> Result<Vec<Session>, StoreError> {
        Sessions::list(self.store.as_ref(), customer).await
    }

    async fn touch(
        &self,
        hash: &TokenHash,
        at: Timestamp,
        confirmation: Option<Confirmation>,
    ) -> Result<(), StoreError> {
        self.store.touch(hash, at, confirmation).await
    }

    async fn end(&self, hash: &TokenHash) -> Result<(), StoreError> {
        self.store.end(hash).await
    }
}

struct World {
    slow: Arc<Slow>,
    cache: IdentityCache,
    clock: Arc<FixedClock>,
    hash: TokenHash,
}

async fn world() -> World {
    let clock = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
    let recorder = MemoryRecorder::new("customer", clock.clone(), Arc::new(CountingIds::default()));
    let store = Arc::new(MemoryCustomers::new(recorder));
    let (aroha, events) = Customer::register(a_customer().parts());
    store.commit(AccountChange::of(aroha.clone(), events)).await.unwrap();
    let hash = Token::of(&[1; 32]).hash();
    store.open(Session::start(hash, aroha.id(), clock.now()), aroha.password(), None).await.unwrap();
    let slow = Arc::new(Slow { store: store.clone(), asked: Notify::new(), answer: Notify::new() });
    let cache = IdentityCache::new(store.clone(), slow.clone(), store, clock.clone(), Duration::from_secs(3));
    World { slow, cache, clock, hash }
}

impl World {
    async fn is_in(&self) -> bool {
        self.slow.answer.notify_one();
        Sessions::identify(&self.cache, &self.hash).await.unwrap().is_some()
    }
}

#[tokio::test]
async fn an_answer_that_a_logout_overtook_is_not_remembered() {
    let world = world().await;
    let log_out = async {
        world.slow.asked.notified().await;
        world.cache.end(&world.hash).await.unwrap();
        world.slow.answer.notify_one();
    };
    let (overtaken, ()) = tokio::join!(Sessions::identify(&world.cache, &world.hash), log_out);
    assert!(overtaken.unwrap().is_some(), "asked before the logout");
    assert!(!world.is_in().await, "and forgotten after it");
}

#[tokio::test]
async fn what_another_process_ended_is_known_for_seconds_at_most() {
    let world = world().await;
    assert!(world.is_in().await);
    world.slow.store.end(&world.hash).await.unwrap();
    assert!(world.is_in().await, "remembered");
    world.clock.advance(Duration::from_secs(3));
    assert!(!world.is_in().await);
}
