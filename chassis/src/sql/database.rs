//! Opening a database and handing it work.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use shared_kernel::{ConsumerName, StoreError};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqlitePool};
use tokio::sync::{mpsc, oneshot, watch};

use super::tx::{Connection, Tx};
use super::writer::{self, Job, Wakers, Work};

/// Older versions can lose committed pages when a writer and a checkpoint race.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// A context's database. Cheap to clone; the file is closed when the last clone is gone.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    queue: mpsc::Sender<Box<dyn Job>>,
    readers: SqlitePool,
    wakers: Wakers,
    /// Held for its drop: a temporary folder in tests.
    _keep: Option<Box<dyn std::any::Any + Send + Sync>>,
}

impl Database {
    /// Opens (or makes) a SQLite file: write-ahead log, every commit flushed to disk, one writer, two readers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the file cannot be opened or the library is too old to be trusted.
    pub async fn sqlite(path: &Path) -> Result<Self, StoreError> {
        Self::sqlite_keeping(path, None).await
    }

    pub(crate) async fn sqlite_keeping(
        path: &Path,
        keep: Option<Box<dyn std::any::Any + Send + Sync>>,
    ) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .statement_cache_capacity(256)
            .pragma("cache_size", "-2000")
            .pragma("mmap_size", "0")
            .pragma("temp_store", "memory")
            .pragma("journal_size_limit", "67108864")
            .pragma("trusted_schema", "OFF")
            .disable_statement_logging();
        let mut connection = options.clone().connect().await.map_err(StoreError::unavailable)?;
        refuse_old_library(&mut connection).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(2)
            .min_connections(0)
            .connect_lazy_with(options.read_only(true).pragma("query_only", "ON"));
        let wakers = Wakers::default();
        let (queue, jobs) = mpsc::channel(writer::QUEUE);
        tokio::spawn(writer::serve(Tx::new(Connection::Writer(connection)), jobs, wakers.clone()));
        Ok(Self { inner: Arc::new(Inner { queue, readers, wakers, _keep: keep }) })
    }

    /// Runs a unit of work in a transaction that it shares with others. All its changes are durable when this returns
    /// `Ok`, and none of them is there when it returns `Err`. The job may run more than once.
    ///
    /// # Errors
    /// The job's own, or [`StoreError::Unavailable`] when the commit failed.
    pub async fn write<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + Sync + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let work = Box::new(Work { job, outcome: None, reply });
        self.inner.queue.send(work).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    /// Runs statements that change nothing. Each sees the latest commit; they do not share a snapshot.
    ///
    /// # Errors
    /// The job's own, or [`StoreError::Unavailable`].
    pub async fn read<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + Sync + 'static,
    {
        let connection = self.inner.readers.acquire().await.map_err(StoreError::unavailable)?;
        let mut tx = Tx::new(Connection::Reader(connection));
        job(&mut tx).await
    }

    /// Changes whenever a commit has added to the outbox.
    #[must_use]
    pub fn outbox_grew(&self) -> watch::Receiver<u64> {
        self.inner.wakers.outbox()
    }

    /// Changes whenever a commit has added to the inbox of this consumer.
    #[must_use]
    pub fn inbox_grew(&self, consumer: ConsumerName) -> watch::Receiver<u64> {
        self.inner.wakers.inbox(consumer.as_str())
    }

    /// Wakes all who wait, for changes that bring old rows back: an operator's retry, a replay.
    pub(crate) fn wake_all(&self) {
        self.inner.wakers.wake_all();
    }

    /// Waits for the work that is queued and closes the readers, as a last act before the process ends. The writer ends
    /// with the last handle, and SQLite then folds its log into the file.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the writer is gone already.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.write(|_| Box::pin(async { Ok(()) })).await?;
        self.inner.readers.close().await;
        Ok(())
    }
}

fn closed() -> StoreError {
    StoreError::unavailable("the database is closed")
}

async fn refuse_old_library(connection: &mut sqlx::SqliteConnection) -> Result<(), StoreError> {
    let version: String =
        sqlx::query_scalar("SELECT sqlite_version()").fetch_one(connection).await.map_err(StoreError::unavailable)?;
    let mut parts = version.split('.').map(|part| u32::from_str(part).unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found >= OLDEST_SQLITE {
        return Ok(());
    }
    Err(StoreError::unavailable(format!("SQLite {version} can lose commits; 3.51.3 or newer is needed")))
}
