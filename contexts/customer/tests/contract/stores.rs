//! Every store suite on every adapter: in memory, over SQLite, over PostgreSQL, and behind the short memory.

use std::sync::Arc;
use std::time::Duration;

use chassis::messaging::memory::MemoryRecorder;
use chassis::messaging::{Recorder, SqlMessages};
use chassis::sql::Database;
use chassis::testing::{CountingIds, FixedClock, postgres, sqlite};
use customer::adapters::outbound::recent::Recent;
use customer::adapters::outbound::sql::{MIGRATIONS, SqlCustomers};
use customer::testing::MemoryCustomers;
use customer::testing::login_suites;
use customer::testing::suites::{self, Stores};
use shared_kernel::{Clock, Ids};

fn world() -> (Arc<dyn Clock>, Arc<dyn Ids>) {
    (Arc::new(FixedClock::at("2026-11-22T12:00:00Z")), Arc::new(CountingIds::default()))
}

fn in_memory() -> Stores {
    let (clock, ids) = world();
    let recorder = MemoryRecorder::new("customer", clock, ids);
    let store = Arc::new(MemoryCustomers::new(recorder.clone()));
    Stores {
        accounts: store.clone(),
        sessions: store.clone(),
        keys: store.clone(),
        tokens: store.clone(),
        delays: store.clone(),
        devices: store.clone(),
        factors: store.clone(),
        challenges: store.clone(),
        broom: store,
        outbox: Arc::new(recorder.clone()),
        inbox: Arc::new(recorder),
    }
}

async fn in_sqlite() -> Stores {
    stores_on(sqlite("customer", MIGRATIONS).await)
}

async fn in_postgres() -> Option<Stores> {
    postgres("customer", MIGRATIONS).await.map(stores_on)
}

/// The stores of one process.
pub fn stores_on(database: Database) -> Stores {
    let (clock, ids) = world();
    let messages = Arc::new(SqlMessages::new(database.clone(), clock.clone()));
    let store = Arc::new(SqlCustomers::new(database, Recorder::new("customer", clock, ids)));
    Stores {
        accounts: store.clone(),
        sessions: store.clone(),
        keys: store.clone(),
        tokens: store.clone(),
        delays: store.clone(),
        devices: store.clone(),
        factors: store.clone(),
        challenges: store.clone(),
        broom: store,
        outbox: messages.clone(),
        inbox: messages,
    }
}

/// The clock stands still, so whatever the short memory does not forget it remembers permanently.
async fn remembered() -> Stores {
    let stores = in_sqlite().await;
    let clock = world().0;
    let (accounts, sessions, keys) = (stores.accounts.clone(), stores.sessions.clone(), stores.keys.clone());
    let recent = Arc::new(Recent::new(accounts, sessions, keys, clock, Duration::from_secs(3)));
    Stores { accounts: recent.clone(), sessions: recent.clone(), keys: recent, ..stores }
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
            async fn remembered() {
                super::$suites::$suite(super::remembered().await).await;
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
