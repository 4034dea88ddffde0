//! Every store suite on every adapter: in memory, over SQLite, over PostgreSQL, and behind the cache.

use std::sync::Arc;
use std::time::Duration;

use chassis::messaging::memory::MemoryRecorder;
use chassis::messaging::{Recorder, SqlMessages};
use chassis::sql::Database;
use chassis::testing::{CountingIds, FixedClock, postgres, sqlite};
use customer::adapters::outbound::identity_cache::IdentityCache;
use customer::adapters::outbound::sql::{MIGRATIONS, SqlCustomers};
use customer::application::Stores;
use customer::testing::MemoryCustomers;
use customer::testing::login_suites;
use customer::testing::suites::{self, TestedStores};
use shared_kernel::{Clock, Ids};

fn world() -> (Arc<dyn Clock>, Arc<dyn Ids>) {
    (Arc::new(FixedClock::at("2026-11-22T12:00:00Z")), Arc::new(CountingIds::default()))
}

fn in_memory() -> TestedStores {
    let (clock, ids) = world();
    let recorder = MemoryRecorder::new("customer", clock, ids);
    let store = Arc::new(MemoryCustomers::new(recorder.clone()));
    TestedStores { stores: Stores::of(&store), outbox: Arc::new(recorder.clone()), inbox: Arc::new(recorder) }
}

async fn in_sqlite() -> TestedStores {
    stores_on(sqlite("customer", MIGRATIONS).await)
}

async fn in_postgres() -> Option<TestedStores> {
    postgres("customer", MIGRATIONS).await.map(stores_on)
}

/// The stores of one process.
pub fn stores_on(database: Database) -> TestedStores {
    let (clock, ids) = world();
    let messages = Arc::new(SqlMessages::new(database.clone(), clock.clone()));
    let store = Arc::new(SqlCustomers::new(database, Recorder::new("customer", clock, ids)));
    TestedStores { stores: Stores::of(&store), outbox: messages.clone(), inbox: messages }
}

/// The clock stands still, so whatever the cache does not forget it keeps forever.
async fn cached() -> TestedStores {
    let tested = in_sqlite().await;
    let clock = world().0;
    let (accounts, sessions, keys) = (tested.accounts.clone(), tested.sessions.clone(), tested.keys.clone());
    let cache = Arc::new(IdentityCache::new(accounts, sessions, keys, clock, Duration::from_secs(3)));
    let stores = Stores { accounts: cache.clone(), sessions: cache.clone(), keys: cache, ..tested.stores };
    TestedStores { stores, ..tested }
}

macro_rules! on_every_adapter {
    ($suites:ident: $($suite:ident),* $(,)?) => {$(
        mod $suite {
            #[tokio::test]
            async fn in_memory() {
                super::$suites::$suite(super::in_memory()).await;
            }
            #[tokio::test]
            async fn in_sqlite() {
                super::$suites::$suite(super::in_sqlite().await).await;
            }
            #[tokio::test]
            async fn in_postgres() {
                if let Some(stores) = super::in_postgres().await {
                    super::$suites::$suite(stores).await;
                }
            }
            #[tokio::test]
            async fn cached() {
                super::$suites::$suite(super::cached().await).await;
            }
        }
    )*};
}

on_every_adapter!(suites:
    accounts,
    list,
    sessions,
    passwords_end_sessions,
    mail_tokens,
    login_delays,
    api_keys,
    erasure,
    housekeeping,
);

on_every_adapter!(login_suites: network_delays, confirmed_sessions, known_devices, second_factors, login_challenges);
