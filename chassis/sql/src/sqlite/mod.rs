//! A SQLite file: one thread that writes and commits in groups, and connections that read where they are asked.

mod connection;
mod readers;
mod writer;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub(crate) use connection::{Access, SqliteConnection, SqliteRow};
use futures_util::future::BoxFuture;
use readers::Readers;
use shared_kernel::StoreError;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tracing::Span;
pub(crate) use writer::panic_text;
use writer::{Job, Work};

use crate::tx::{Connection, Tx};
use crate::value::Value;
use crate::wakers::Wakers;
use crate::work::WorkCounter;

/// Older versions can lose committed pages when a writer and a checkpoint race. 3.51.3.
const MIN_SQLITE_VERSION: i32 = 3_051_003;

/// How long a statement waits for another process or an extra connection that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// What the writer sets. What is deleted or replaced is overwritten in the file: people have a right to be forgotten.
const WRITER_SETTINGS: &str = "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;
    PRAGMA journal_size_limit = 67108864; PRAGMA secure_delete = ON";

pub(super) struct Sqlite {
    path: PathBuf,
    name: String,
    queue: mpsc::Sender<Box<dyn Job>>,
    readers: Readers,
    counter: WorkCounter,
}

impl Sqlite {
    pub(super) async fn open(path: &Path, wakers: Wakers, counter: WorkCounter) -> Result<Self, StoreError> {
        let file = path.to_owned();
        refuse_old_library()?;
        let connection = in_background(move || {
            let mut connection = open_writer(&file, Access::Create)?;
            if let Err(cause) = write_again(&mut connection, i64::MAX) {
                tracing::warn!(%cause, "the file could not be written again; it is tried again at the next start");
            }
            Ok(connection)
        });
        Self::on(connection.await?, path, Access::Read, (wakers, counter))
    }

    /// A file that does not change while it is open; units of work that would change it fail.
    pub(super) async fn open_read_only(path: &Path, wakers: Wakers, counter: WorkCounter) -> Result<Self, StoreError> {
        let file = path.to_owned();
        let open =
            move || SqliteConnection::open(&file, Access::Immutable, BUSY_TIMEOUT).map_err(StoreError::unavailable);
        Self::on(in_background(open).await?, path, Access::Immutable, (wakers, counter))
    }

    fn on(
        writer: SqliteConnection,
        path: &Path,
        readers: Access,
        (wakers, counter): (Wakers, WorkCounter),
    ) -> Result<Self, StoreError> {
        let (queue, jobs) = mpsc::channel(writer::QUEUE_SIZE);
        let (counted, readers) = (counter.clone(), Readers::new(path.to_owned(), readers, BUSY_TIMEOUT));
        let (tx, runtime) =
            (Tx::new(Connection::Sqlite(writer)).with_attachments(&wakers.attachments), Handle::current());
        let name = path.file_stem().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        std::thread::Builder::new()
            .name(format!("sqlite-{name}"))
            .spawn(move || runtime.block_on(writer::serve(tx, jobs, wakers, counted)))
            .map_err(StoreError::unavailable)?;
        Ok(Self { path: path.to_owned(), name, queue, readers, counter })
    }

    /// The file's, without its ending.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) async fn write<T, F>(&self, job: F, span: Span) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + Sync + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let queued = (!span.is_disabled()).then(Instant::now);
        let work = Box::new(Work { job, outcome: None, reply, span, queued });
        self.queue.send(work).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    /// Reads on the thread that asks.
    pub(super) async fn read<T, F>(&self, job: F, span: Span) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + Sync + 'static,
    {
        let (connection, _permit) = self.readers.lend().await?;
        let mut tx = Tx::new(Connection::Sqlite(connection)).with_span(span);
        let found = job(&mut tx).await;
        self.counter.read(&mut tx);
        if let Some(connection) = tx.into_sqlite() {
            self.readers.give_back(connection);
        }
        found
    }

    /// Reads on a thread for work that takes long.
    pub(super) async fn read_long<T, F>(&self, job: F, span: Span) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + Sync + 'static,
    {
        let long_permit = self.readers.allow_long().await?;
        let (connection, permit) = self.readers.lend().await?;
        let (runtime, readers, counter) = (Handle::current(), self.readers.clone(), self.counter.clone());
        in_background(move || {
            let _kept = (permit, long_permit);
            let mut tx = Tx::new(Connection::Sqlite(connection)).with_span(span);
            let found = runtime.block_on(job(&mut tx));
            counter.read(&mut tx);
            if let Some(connection) = tx.into_sqlite() {
                readers.give_back(connection);
            }
            found
        })
        .await
    }

    /// Waits for the queued work and folds the log into the file, which is whole by itself then.
    pub(super) async fn close(&self) -> Result<(), StoreError> {
        self.write(|_| Box::pin(async { Ok(()) }), Span::none()).await?;
        self.readers.close().await;
        self.overwrite_remains().await
    }

    /// Writes the file again if a person was erased since that was done last, unless it is large: then the next start
    /// does it. Moves what is in the log into the file and empties the log.
    pub(super) async fn overwrite_remains(&self) -> Result<(), StoreError> {
        let path = self.path.clone();
        in_background(move || {
            let mut extra = open_writer(&path, Access::Write)?;
            let written = write_again(&mut extra, MAX_PAGES_TO_VACUUM_ONLINE);
            let folded = extra.script("PRAGMA wal_checkpoint(TRUNCATE)");
            let closed = extra.close();
            written?;
            folded.map_err(StoreError::unavailable)?;
            closed.map_err(StoreError::unavailable)
        })
        .await
    }
}

fn open_writer(path: &Path, access: Access) -> Result<SqliteConnection, StoreError> {
    let mut connection = SqliteConnection::open(path, access, BUSY_TIMEOUT).map_err(StoreError::unavailable)?;
    connection.script(WRITER_SETTINGS).map_err(StoreError::unavailable)?;
    Ok(connection)
}

/// Runs what may take longer than a request should wait for others, on a thread that may block.
pub(crate) async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(StoreError::unavailable)?
}

fn closed() -> StoreError {
    StoreError::unavailable("the database is closed")
}

/// Pages of a file that is written again within a second, during which writers wait: 64 MiB.
const MAX_PAGES_TO_VACUUM_ONLINE: i64 = 16_384;

/// When a person was erased last, and up to which erasure the file was written again. `messaging::scrub` notes the
/// former.
const ERASED: &str = "SELECT COALESCE(MAX(made_at), 0) FROM marker WHERE name = 'erased'";
const OVERWRITTEN: &str = "SELECT COALESCE(MAX(made_at), 0) FROM marker WHERE name = 'overwritten'";
const NOTE: &str = "INSERT INTO marker (name, made_at) VALUES ('overwritten', $1)
    ON CONFLICT (name) DO UPDATE SET made_at = excluded.made_at";
/// A large file does not fit into memory.
const VACUUM: &str = "PRAGMA temp_store = file; VACUUM; PRAGMA temp_store = memory; PRAGMA user_version = 1";

/// Writes a file of at most `most` pages again if it may hold remains of erased persons. `secure_delete` overwrites
/// what is deleted, but not the copies that are left behind where rows have moved between pages; and files of versions
/// before this one, whose `user_version` is 0, were not even written with it.
fn write_again(connection: &mut SqliteConnection, most: i64) -> Result<(), StoreError> {
    let is_new = number(connection, "PRAGMA user_version")? > 0;
    let has_marks = number(connection, "SELECT COUNT(*) FROM sqlite_master WHERE name = 'marker'")? > 0;
    let erased = if has_marks { number(connection, ERASED)? } else { 0 };
    let overwritten = if has_marks { number(connection, OVERWRITTEN)? } else { 0 };
    if (is_new && erased == overwritten) || number(connection, "PRAGMA page_count")? > most {
        return Ok(());
    }
    connection.script(VACUUM).map_err(StoreError::unavailable)?;
    if erased != overwritten {
        connection.execute(NOTE, &[Value::Int(Some(erased))]).map_err(StoreError::unavailable)?;
    }
    Ok(())
}

fn number(connection: &mut SqliteConnection, sql: &'static str) -> Result<i64, StoreError> {
    connection.number(sql).map_err(StoreError::unavailable)
}

fn refuse_old_library() -> Result<(), StoreError> {
    let found = rusqlite::version_number();
    if found >= MIN_SQLITE_VERSION {
        return Ok(());
    }
    let version = rusqlite::version();
    Err(StoreError::unavailable(format!("SQLite {version} can lose commits; 3.51.3 or newer is needed")))
}
