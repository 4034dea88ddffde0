//! A SQLite file: one writer that commits in groups, two read-only connections.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use futures_util::future::BoxFuture;
use shared_kernel::StoreError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection as _, SqliteConnection, SqlitePool};
use tokio::sync::{mpsc, oneshot};

use super::tx::{Connection, Tx};
use super::wakers::Wakers;
use super::writer::{self, Job, Work};

/// Older versions can lose committed pages when a writer and a checkpoint race.
const MIN_SQLITE_VERSION: (u32, u32, u32) = (3, 51, 3);

pub(super) struct Sqlite {
    queue: mpsc::Sender<Box<dyn Job>>,
    readers: SqlitePool,
    /// How the file is opened once more, at the end.
    options: SqliteConnectOptions,
}

impl Sqlite {
    pub(super) async fn open(path: &Path, wakers: Wakers) -> Result<Self, StoreError> {
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
            // What is deleted or replaced is overwritten in the file: people have a right to be forgotten.
            .pragma("secure_delete", "ON")
            .disable_statement_logging();
        let mut connection = options.clone().connect().await.map_err(StoreError::unavailable)?;
        refuse_old_library(&mut connection).await?;
        if let Err(cause) = write_again(&mut connection, i64::MAX).await {
            tracing::warn!(%cause, "the file could not be written again; it is tried again at the next start");
        }
        Ok(Self::on(connection, options, wakers))
    }

    /// A file that nobody changes while it is open; units of work that would change it fail.
    pub(super) async fn open_read_only(path: &Path, wakers: Wakers) -> Result<Self, StoreError> {
        let options =
            SqliteConnectOptions::new().filename(path).read_only(true).immutable(true).disable_statement_logging();
        let connection = options.clone().connect().await.map_err(StoreError::unavailable)?;
        Ok(Self::on(connection, options, wakers))
    }

    fn on(connection: SqliteConnection, options: SqliteConnectOptions, wakers: Wakers) -> Self {
        let readers = SqlitePoolOptions::new()
            .max_connections(2)
            .min_connections(0)
            .connect_lazy_with(options.clone().read_only(true).pragma("query_only", "ON"));
        let (queue, jobs) = mpsc::channel(writer::QUEUE_SIZE);
        tokio::spawn(writer::serve(Tx::new(Connection::SqliteWriter(connection)), jobs, wakers));
        Self { queue, readers, options }
    }

    pub(super) async fn write<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + Sync + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let work = Box::new(Work { job, outcome: None, reply });
        self.queue.send(work).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    pub(super) async fn read<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + Sync + 'static,
    {
        let connection = self.readers.acquire().await.map_err(StoreError::unavailable)?;
        let mut tx = Tx::new(Connection::SqliteReader(connection));
        job(&mut tx).await
    }

    /// Waits for the queued work and folds the log into the file, which is whole by itself then.
    pub(super) async fn close(&self) -> Result<(), StoreError> {
        self.write(|_| Box::pin(async { Ok(()) })).await?;
        self.readers.close().await;
        self.overwrite_remains().await
    }

    /// Writes the file again if somebody was erased since that was done last, unless it is large: then the next start does
    /// it. Moves what is in the log into the file and empties the log.
    pub(super) async fn overwrite_remains(&self) -> Result<(), StoreError> {
        let mut extra = self.options.clone().connect().await.map_err(StoreError::unavailable)?;
        let written = write_again(&mut extra, MAX_PAGES_TO_VACUUM_ONLINE).await;
        let folded = sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut extra).await;
        let closed = extra.close().await;
        written?;
        folded.map_err(StoreError::unavailable)?;
        closed.map_err(StoreError::unavailable)
    }
}

fn closed() -> StoreError {
    StoreError::unavailable("the database is closed")
}

/// Pages of a file that is written again within a second, in which nobody else can write: 64 MiB.
const MAX_PAGES_TO_VACUUM_ONLINE: i64 = 16_384;

/// When somebody was erased last, and up to which erasure the file was written again. `messaging::scrub` notes the former.
const ERASED: &str = "SELECT COALESCE(MAX(made_at), 0) FROM marker WHERE name = 'erased'";
const OVERWRITTEN: &str = "SELECT COALESCE(MAX(made_at), 0) FROM marker WHERE name = 'overwritten'";
const NOTE: &str = "INSERT INTO marker (name, made_at) VALUES ('overwritten', $1)
    ON CONFLICT (name) DO UPDATE SET made_at = excluded.made_at";
/// A large file does not fit into memory.
const VACUUM: &str = "PRAGMA temp_store = file; VACUUM; PRAGMA temp_store = memory; PRAGMA user_version = 1";

/// Writes a file of at most `most` pages again if it may hold remains of somebody who was erased. `secure_delete` overwrites
/// what is deleted, but not the copies that are left behind where rows have moved between pages; and files of versions
/// before this one, whose `user_version` is 0, were not even written with it.
async fn write_again(connection: &mut SqliteConnection, most: i64) -> Result<(), StoreError> {
    let is_new = number(connection, "PRAGMA user_version").await? > 0;
    let has_marks = number(connection, "SELECT COUNT(*) FROM sqlite_master WHERE name = 'marker'").await? > 0;
    let erased = if has_marks { number(connection, ERASED).await? } else { 0 };
    let overwritten = if has_marks { number(connection, OVERWRITTEN).await? } else { 0 };
    if (is_new && erased == overwritten) || number(connection, "PRAGMA page_count").await? > most {
        return Ok(());
    }
    sqlx::raw_sql(VACUUM).execute(&mut *connection).await.map_err(StoreError::unavailable)?;
    if erased != overwritten {
        sqlx::query(NOTE).bind(erased).execute(connection).await.map_err(StoreError::unavailable)?;
    }
    Ok(())
}

async fn number(connection: &mut SqliteConnection, sql: &'static str) -> Result<i64, StoreError> {
    sqlx::query_scalar(sql).fetch_one(connection).await.map_err(StoreError::unavailable)
}

async fn refuse_old_library(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let version: String =
        sqlx::query_scalar("SELECT sqlite_version()").fetch_one(connection).await.map_err(StoreError::unavailable)?;
    let mut parts = version.split('.').map(|part| u32::from_str(part).unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found >= MIN_SQLITE_VERSION {
        return Ok(());
    }
    Err(StoreError::unavailable(format!("SQLite {version} can lose commits; 3.51.3 or newer is needed")))
}
