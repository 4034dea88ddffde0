//! The connections of a SQLite file that only read: opened as they are needed, lent to one reader at a time.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use shared_kernel::StoreError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connection::{Access, SqliteConnection};

/// Readers at once; further ones wait.
const MAX_READERS: usize = 8;
/// Those among them that may take long: the others are left to pages, however many reports and searches there are.
const MAX_LONG_READERS: usize = 4;
/// Connections that stay open while there are no readers. Each holds up to 2 MB of pages.
const MAX_IDLE: usize = 4;

#[derive(Clone)]
pub(super) struct Readers {
    path: PathBuf,
    access: Access,
    busy: Duration,
    idle: Arc<Mutex<Vec<SqliteConnection>>>,
    permits: Arc<Semaphore>,
    long_permits: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(path: PathBuf, access: Access, busy: Duration) -> Self {
        let (permits, long_permits) = (Semaphore::new(MAX_READERS), Semaphore::new(MAX_LONG_READERS));
        Self { path, access, busy, idle: Arc::default(), permits: permits.into(), long_permits: long_permits.into() }
    }

    /// A connection to read with, for as long as the permit is kept. One that is not given back is closed.
    pub(super) async fn lend(&self) -> Result<(SqliteConnection, OwnedSemaphorePermit), StoreError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| super::closed())?;
        let idle = self.idle().pop();
        let connection = idle.map_or_else(|| self.open().map_err(StoreError::unavailable), Ok)?;
        Ok((connection, permit))
    }

    /// Leave to read for long; comes before [`Readers::lend`].
    pub(super) async fn allow_long(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        Arc::clone(&self.long_permits).acquire_owned().await.map_err(|_| super::closed())
    }

    pub(super) fn give_back(&self, connection: SqliteConnection) {
        let mut idle = self.idle();
        if idle.len() < MAX_IDLE && !self.permits.is_closed() {
            idle.push(connection);
        }
    }

    fn open(&self) -> rusqlite::Result<SqliteConnection> {
        let mut connection = SqliteConnection::open(&self.path, self.access, self.busy)?;
        connection.script("PRAGMA foreign_keys = ON; PRAGMA query_only = ON")?;
        Ok(connection)
    }

    /// Waits for those who read, and lends nothing any more.
    pub(super) async fn close(&self) {
        let all = u32::try_from(MAX_READERS).unwrap_or(u32::MAX);
        let waited = self.permits.acquire_many(all).await;
        self.permits.close();
        drop(waited);
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<SqliteConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
