//! One implementation of all ports with the use cases over it, a way to see what it published, and causes that it accepts.

use std::sync::Arc;
use std::time::Duration;

use chassis::messaging::memory::MemoryRecorder;
use chassis::messaging::{Claim, Inbox, Outbox, Recorder, SqlMessages, WorkQueue};
use chassis::sql::Database;
use chassis::testing::{CountingIds, FixedClock, MemoryMailer, shared_cluster};
use shared_kernel::{Cause, Clock, ConsumerName, Envelope, Ids, LeaseToken, MessageId, Timestamp};

use super::MemoryStore;
use crate::adapters::outbound::mail::MailedFiles;
use crate::adapters::outbound::publish::DELIVER_DIGITAL;
use crate::adapters::outbound::sql::{
    self, MIGRATIONS, SqlDigitalFiles, SqlProductBook, SqlRefundBook, SqlStockBook, SqlWarehouse, SqlWorkList,
};
use crate::application::{Ports, UseCases};
use crate::ports::FilePost;
use crate::settings::FulfilmentSettings;

/// All ports over one store, and the use cases over them.
#[derive(Clone)]
pub struct TestStore {
    pub ports: Ports,
    pub use_cases: UseCases,
    /// Stands at noon until it is moved.
    pub clock: Arc<FixedClock>,
    pub ids: Arc<CountingIds>,
    inbox: Arc<dyn Inbox>,
    queue: Arc<dyn WorkQueue>,
    outbox: Arc<dyn Outbox>,
    database: Option<Database>,
}

impl TestStore {
    /// The ports in memory.
    pub fn in_memory() -> Self {
        let (clock, ids) = times_and_ids(0);
        let recorder = MemoryRecorder::new("fulfilment", Arc::clone(&clock) as _, Arc::clone(&ids) as _);
        let store = Arc::new(MemoryStore::new(recorder.clone()));
        let ports = Ports {
            warehouse: Arc::clone(&store) as _,
            personal_data: Arc::clone(&store) as _,
            stock: Arc::clone(&store) as _,
            work_list: Arc::clone(&store) as _,
            products: Arc::clone(&store) as _,
            refunds: Arc::clone(&store) as _,
            files: store,
            post: post(),
            clock: Arc::clone(&clock) as _,
            ids: Arc::clone(&ids) as _,
        };
        let use_cases = UseCases::new(&ports, &FulfilmentSettings::default());
        let (inbox, queue, outbox) = (Arc::new(recorder.clone()), Arc::new(recorder.clone()), Arc::new(recorder));
        Self { ports, use_cases, clock, ids, inbox, queue, outbox, database: None }
    }

    /// The ports over a throw-away SQLite file.
    pub async fn sqlite() -> Self {
        Self::sql(chassis::testing::sqlite("fulfilment", MIGRATIONS).await)
    }

    /// The ports over a schema of its own on the PostgreSQL server of the tests; `None` where there is none.
    pub async fn postgres() -> Option<Self> {
        chassis::testing::postgres("fulfilment", MIGRATIONS).await.map(Self::sql)
    }

    /// The ports twice over one schema on that server, as two processes have them.
    pub async fn postgres_twice(schema: &str) -> Option<(Self, Self)> {
        let settings = shared_cluster(schema)?;
        let open = async || Database::postgres(&settings).await.unwrap_or_else(|error| panic!("{error:?}"));
        let (one, other) = (open().await, open().await);
        one.migrate("fulfilment", MIGRATIONS).await.unwrap_or_else(|error| panic!("{error:?}"));
        Some((Self::sql(one), Self::counting_from(1_000_000, other)))
    }

    /// The ports over a database that has the context's tables.
    pub fn sql(database: Database) -> Self {
        Self::counting_from(0, database)
    }

    fn counting_from(first: u64, database: Database) -> Self {
        let (clock, ids) = times_and_ids(first);
        let recorder = Recorder::new("fulfilment", Arc::clone(&clock) as _, Arc::clone(&ids) as _);
        let messages = SqlMessages::new(database.clone(), Arc::clone(&clock) as _);
        let warehouse = Arc::new(SqlWarehouse::new(database.clone(), recorder.clone()));
        let ports = Ports {
            personal_data: Arc::clone(&warehouse) as _,
            warehouse,
            stock: Arc::new(SqlStockBook::new(database.clone())),
            work_list: Arc::new(SqlWorkList::new(database.clone())),
            products: Arc::new(SqlProductBook::new(database.clone(), recorder.clone())),
            refunds: Arc::new(SqlRefundBook::new(database.clone(), recorder)),
            files: Arc::new(SqlDigitalFiles::new(database.clone())),
            post: post(),
            clock: Arc::clone(&clock) as _,
            ids: Arc::clone(&ids) as _,
        };
        let use_cases = UseCases::new(&ports, &FulfilmentSettings::default());
        let (inbox, queue, outbox) = (Arc::new(messages.clone()), Arc::new(messages.clone()), Arc::new(messages));
        Self { ports, use_cases, clock, ids, inbox, queue, outbox, database: Some(database) }
    }

    /// A message of its own, received and leased: a cause that this store accepts once.
    pub async fn cause(&self) -> Cause {
        let consumer = ConsumerName::new("test");
        let id = format!("message-{}", self.ids.uuid());
        let envelope = Envelope {
            specversion: "1.0".to_owned(),
            id: MessageId::new(&*id),
            source: "/test".to_owned(),
            event_type: "store.test.happened.v1".to_owned(),
            subject: id.clone(),
            time: self.clock.now(),
            datacontenttype: "application/json".to_owned(),
            sequence: 1,
            correlationid: id.clone(),
            causationid: None,
            traceparent: None,
            data: serde_json::Value::Null,
        };
        self.inbox.accept(consumer, &[envelope]).await.unwrap_or_else(|error| panic!("{error:?}"));
        let claimed = self.claim(consumer).await;
        claimed
            .into_iter()
            .find(|cause| cause.message.as_str() == id)
            .unwrap_or_else(|| panic!("{id} is not to be had"))
    }

    /// The present.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// All facts published so far, oldest first.
    pub async fn events(&self) -> Vec<Envelope> {
        let rows = self.outbox.after(0, 10_000, None).await.unwrap_or_else(|error| panic!("{error:?}"));
        rows.into_iter().filter_map(|row| row.envelope).collect()
    }

    /// The types of all facts published so far, without what they all begin with.
    pub async fn event_types(&self) -> Vec<String> {
        let short = |event: &Envelope| event.event_type.trim_start_matches("store.fulfilment.").to_owned();
        self.events().await.iter().map(short).collect()
    }

    /// Takes the mailings left since the last call.
    pub async fn mailings(&self) -> Vec<Cause> {
        self.claim(DELIVER_DIGITAL).await
    }

    /// Everything in the books, where they are kept in tables.
    pub async fn audit(&self) -> Vec<serde_json::Value> {
        let Some(database) = &self.database else { return Vec::new() };
        sql::audit(database).await.unwrap_or_else(|error| panic!("{error:?}"))
    }

    async fn claim(&self, consumer: ConsumerName) -> Vec<Cause> {
        let lease = LeaseToken(self.ids.uuid());
        let (now, lease_for) = (self.clock.now(), Duration::from_mins(5));
        let claim = Claim { consumer, lanes: 1_000, now, steady: now, lease_for, lease };
        let claimed = self.queue.claim(claim).await.unwrap_or_else(|error| panic!("{error:?}"));
        claimed.into_iter().map(|delivery| delivery.cause).collect()
    }
}

fn post() -> Arc<dyn FilePost> {
    Arc::new(MailedFiles::new(Arc::new(MemoryMailer::default()), chassis::testing::site()))
}

fn times_and_ids(first: u64) -> (Arc<FixedClock>, Arc<CountingIds>) {
    (Arc::new(FixedClock::at("2026-11-22T12:00:00Z")), Arc::new(CountingIds::from(first)))
}
