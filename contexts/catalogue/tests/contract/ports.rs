//! Every suite of every port, by every adapter.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use catalogue::adapters::outbound::cache::Freshness;
use catalogue::adapters::outbound::sql::{MIGRATIONS, SqlCatalogue};
use catalogue::ports::{MediaStore, ProductStore, Shelf, StockLevels};
use catalogue::testing::InMemoryCatalogue;
use catalogue::testing::contract::{World, every_suite};
use chassis::messaging::{Outbox, Recorder, SqlMessages};
use chassis::sql::Database;
use chassis::testing::{CountingIds, FixedClock, a_cause, leased, sqlite};
use serde_json::json;
use shared_kernel::{Cause, Clock, Envelope, MessageId};

#[tokio::test]
async fn in_memory() {
    every_suite(|| async { InMemoryWorld(InMemoryCatalogue::default()) }).await;
}

#[tokio::test]
async fn on_sqlite() {
    every_suite(|| async { SqlWorld::on(sqlite("catalogue", MIGRATIONS).await) }).await;
}

struct InMemoryWorld(InMemoryCatalogue);

#[async_trait]
impl World for InMemoryWorld {
    fn products(&self) -> &dyn ProductStore {
        &self.0
    }
    fn shelf(&self) -> &dyn Shelf {
        &self.0
    }
    fn levels(&self) -> &dyn StockLevels {
        &self.0
    }
    fn media(&self) -> &dyn MediaStore {
        &self.0
    }
    async fn published(&self) -> Vec<Envelope> {
        self.0.events()
    }
    async fn cause(&self) -> Cause {
        a_cause("note-stock")
    }
}

struct SqlWorld {
    database: Database,
    store: SqlCatalogue,
    clock: Arc<dyn Clock>,
    messages: AtomicU64,
}

impl SqlWorld {
    fn on(database: Database) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
        let recorder = Recorder::new("catalogue", Arc::clone(&clock), Arc::new(CountingIds::default()));
        let store = SqlCatalogue::new(database.clone(), recorder, Arc::new(Freshness::default()));
        Self { database, store, clock, messages: AtomicU64::new(0) }
    }
}

#[async_trait]
impl World for SqlWorld {
    fn products(&self) -> &dyn ProductStore {
        &self.store
    }
    fn shelf(&self) -> &dyn Shelf {
        &self.store
    }
    fn levels(&self) -> &dyn StockLevels {
        &self.store
    }
    fn media(&self) -> &dyn MediaStore {
        &self.store
    }
    async fn published(&self) -> Vec<Envelope> {
        let messages = SqlMessages::new(self.database.clone(), Arc::clone(&self.clock));
        messages.after(0, 1_000).await.unwrap().into_iter().map(|row| row.envelope).collect()
    }
    async fn cause(&self) -> Cause {
        let number = self.messages.fetch_add(1, Ordering::SeqCst);
        let recorder = Recorder::new("fulfilment", Arc::clone(&self.clock), Arc::new(CountingIds::default()));
        let id = MessageId::new(format!("message-{number}"));
        let envelope = recorder.envelope("store.fulfilment.stock_changed.v1", id, &format!("SKU {number}"), json!({}));
        leased(&self.database, "note-stock", envelope).await
    }
}
