//! Opening a database and handing it work, whichever engine keeps it.

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use shared_kernel::{Clock, ConsumerName, StoreError};
use tokio::sync::watch;
use tracing::Span;
use uuid::Uuid;

use super::dialect::Dialect;
use super::postgres::{Postgres, PostgresSettings};
use super::spans;
use super::sqlite::Sqlite;
use super::tx::Tx;
use super::wakers::Wakers;
use super::work::{Work, WorkCounter};
use crate::params;

/// A context's database. Cheap to clone; it is closed when the last clone is gone.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    wakers: Wakers,
    counter: WorkCounter,
    /// Held for its drop: a temporary folder in tests.
    _keep: Option<Box<dyn Any + Send + Sync>>,
}

enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Database {
    /// Opens (or makes) a SQLite file: write-ahead log, every commit flushed to disk, one writer, several readers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the file cannot be opened or the library is too old to be trusted.
    pub async fn sqlite(path: &Path) -> Result<Self, StoreError> {
        Self::sqlite_keeping(path, None).await
    }

    /// Opens a SQLite file read-only that does not change meanwhile, such as a backup.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the file cannot be opened.
    pub async fn sqlite_read_only(path: &Path) -> Result<Self, StoreError> {
        let (wakers, counter) = (Wakers::default(), WorkCounter::default());
        let engine = Engine::Sqlite(Sqlite::open_read_only(path, wakers.clone(), counter.clone()).await?);
        Ok(Self { inner: Arc::new(Inner { engine, wakers, counter, _keep: None }) })
    }

    /// The same, and something that goes when the last handle does, such as a temporary folder.
    pub async fn sqlite_keeping(path: &Path, keep: Option<Box<dyn Any + Send + Sync>>) -> Result<Self, StoreError> {
        let (wakers, counter) = (Wakers::default(), WorkCounter::default());
        let engine = Engine::Sqlite(Sqlite::open(path, wakers.clone(), counter.clone()).await?);
        Ok(Self { inner: Arc::new(Inner { engine, wakers, counter, _keep: keep }) })
    }

    /// Opens a schema on a PostgreSQL server; [`Database::migrate`] makes it if it is not there. Several processes may
    /// work on it at once.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the server cannot be reached, or would forget commits in a power cut.
    pub async fn postgres(settings: &PostgresSettings) -> Result<Self, StoreError> {
        Self::postgres_keeping(settings, None).await
    }

    /// The same, and something that goes when the last handle does, such as a temporary schema.
    pub async fn postgres_keeping(
        settings: &PostgresSettings,
        keep: Option<Box<dyn Any + Send + Sync>>,
    ) -> Result<Self, StoreError> {
        let (wakers, counter) = (Wakers::default(), WorkCounter::default());
        let engine = Engine::Postgres(Postgres::open(settings, wakers.clone(), counter.clone()).await?);
        Ok(Self { inner: Arc::new(Inner { engine, wakers, counter, _keep: keep }) })
    }

    /// Which engine it is.
    pub fn dialect(&self) -> Dialect {
        match &self.inner.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Whether other processes may be at work on it, too.
    pub fn shared(&self) -> bool {
        self.dialect() == Dialect::Postgres
    }

    /// The clock by which all who work on it measure: the server's, where other processes may be among them; `own`, where
    /// this one is alone.
    pub fn clock(&self, own: &Arc<dyn Clock>) -> Arc<dyn Clock> {
        match &self.inner.engine {
            Engine::Sqlite(_) => Arc::clone(own),
            Engine::Postgres(postgres) => postgres.clock(),
        }
    }

    /// How much room its tables take, in bytes.
    pub async fn bytes(&self) -> Result<u64, StoreError> {
        let sql = match self.dialect() {
            Dialect::Sqlite => "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()",
            Dialect::Postgres => {
                "SELECT CAST(COALESCE(SUM(pg_total_relation_size(oid)), 0) AS BIGINT) AS bytes FROM pg_class
                 WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
            }
        };
        let bytes = self.read(move |tx| Box::pin(async move { tx.fetch(sql, params![]).await?[0].get("bytes") }));
        bytes.await
    }

    /// Whether [`Database::migrate`] has ever made tables here.
    pub async fn has_tables(&self) -> Result<bool, StoreError> {
        let sql = match self.dialect() {
            Dialect::Sqlite => "SELECT 1 AS found FROM sqlite_master WHERE name = 'marker'",
            Dialect::Postgres => {
                "SELECT 1 AS found FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'marker'"
            }
        };
        self.read(move |tx| Box::pin(async move { Ok(tx.fetch_optional(sql, params![]).await?.is_some()) })).await
    }

    /// The schema that holds the tables, where the engine has schemas.
    pub(super) fn schema(&self) -> Option<&str> {
        match &self.inner.engine {
            Engine::Sqlite(_) => None,
            Engine::Postgres(postgres) => Some(postgres.schema()),
        }
    }

    /// Runs a unit of work in a transaction. All its changes are durable when this returns `Ok`, and none of them is
    /// there when it returns `Err`, unless the connection broke during the commit itself. The job may run more than once.
    ///
    /// # Errors
    /// The job's own, or [`StoreError::Unavailable`] when the commit failed.
    pub async fn write<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + Sync + 'static,
    {
        let span = self.span("write");
        let done = match &self.inner.engine {
            Engine::Sqlite(sqlite) => sqlite.write(job, span.clone()).await,
            Engine::Postgres(postgres) => postgres.write(job, span.clone()).await,
        };
        spans::note_outcome(&span, &done);
        done
    }

    /// Whether a write becomes durable now: it writes what is there already, and waits for the disk.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it does not: a full or broken disk, a server that only reads.
    pub async fn probe(&self) -> Result<(), StoreError> {
        let statement = match self.dialect() {
            // The first page of the file, which has no table of ours on it.
            Dialect::Sqlite => "PRAGMA user_version = 0",
            // A transaction that has a number is written down when it ends.
            Dialect::Postgres => "SELECT pg_current_xact_id()",
        };
        self.write(move |tx| {
            Box::pin(async move {
                tx.execute(statement, crate::params![]).await?;
                Ok(())
            })
        })
        .await
    }

    /// Runs statements that change nothing and take a moment: a file is read on the thread that asks. Each sees the latest
    /// commit; they do not share a snapshot.
    pub async fn read<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + Sync + 'static,
    {
        let span = self.span("read");
        let found = match &self.inner.engine {
            Engine::Sqlite(sqlite) => sqlite.read(job, span.clone()).await,
            Engine::Postgres(postgres) => postgres.read(job, span.clone()).await,
        };
        spans::note_outcome(&span, &found);
        found
    }

    /// Like [`Database::read`] for what may take longer than others should wait for a thread: searches, reports, exports.
    pub async fn read_long<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + Sync + 'static,
    {
        let span = self.span("read");
        let found = match &self.inner.engine {
            Engine::Sqlite(sqlite) => sqlite.read_long(job, span.clone()).await,
            Engine::Postgres(postgres) => postgres.read(job, span.clone()).await,
        };
        spans::note_outcome(&span, &found);
        found
    }

    fn span(&self, operation: &'static str) -> Span {
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => spans::of_work(Dialect::Sqlite, sqlite.name(), operation),
            Engine::Postgres(postgres) => spans::of_work(Dialect::Postgres, postgres.schema(), operation),
        }
    }

    /// Changes whenever a commit has added to the outbox.
    pub fn outbox_grew(&self) -> watch::Receiver<u64> {
        self.inner.wakers.outbox()
    }

    /// Changes whenever a commit has added to the inbox of this consumer.
    pub fn inbox_grew(&self, consumer: ConsumerName) -> watch::Receiver<u64> {
        self.inner.wakers.inbox(consumer.as_str())
    }

    /// What another crate keeps with this database for as long as it is open: one value of each type, made when it is asked
    /// for first and shared by all clones of the handle.
    pub fn attachment<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        self.inner.wakers.attachments.get()
    }

    /// What this process has had it do since it was opened.
    pub fn work(&self) -> Work {
        self.inner.counter.work()
    }

    /// Whether a commit of this process has settled the message of this lease, so that the database need not be asked.
    /// Asking takes the answer.
    pub fn was_settled(&self, lease: Uuid, message: &str) -> bool {
        self.inner.wakers.was_settled(lease, message)
    }

    /// Wakes all who wait, for changes that bring old rows back: an operator's retry, a replay.
    pub fn wake_all(&self) {
        self.inner.wakers.wake_all();
    }

    /// Overwrites in a file, and in the log beside it, what is left of erased persons; a large file waits for its next
    /// opening. A server does so by itself.
    pub async fn overwrite_remains(&self) -> Result<(), StoreError> {
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => sqlite.overwrite_remains().await,
            Engine::Postgres(_) => Ok(()),
        }
    }

    /// Waits for the work that is under way and closes the connections, as a last act before the process ends.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the database is gone already.
    pub async fn close(&self) -> Result<(), StoreError> {
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => {
                postgres.close().await;
                Ok(())
            }
        }
    }
}
