//! Connections to a server between two units of work.
//!
//! The pool asks the server whether a connection still answers whenever one is taken and whenever one is given back: two
//! questions for each unit of work, which is often no more than two itself. So those that went well are kept aside and taken
//! again as they are, and a unit of work that finds its connection dead begins again with another.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use shared_kernel::StoreError;
use sqlx::pool::PoolConnection;
use sqlx::{Connection as _, PgPool, Postgres};
use tokio::runtime::Handle;
use tokio::time::Instant;

/// One that was not used for so long goes back to the pool, which closes it when nobody wants it there, either.
const MAX_IDLE_TIME: Duration = Duration::from_secs(30);
/// One that was not used for so long is asked whether it still answers.
const TRUSTED_FOR: Duration = Duration::from_secs(1);
/// How long the answer may take: a server whose host is gone never gives one.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// One in so many goes back to the pool though it could stay: there those that are old are closed, and housekeeping waits.
const POOLED_EVERY: usize = 64;
/// Those that the pool keeps: one listens, one is for housekeeping.
const RESERVED: u32 = 2;

/// Connections and since when each has not been used, the longest first.
type IdleConnections = Vec<(PoolConnection<Postgres>, Instant)>;

/// What is kept aside. The pool takes connections back on a runtime, which those who drop the database may not be on.
struct Idle {
    connections: Mutex<IdleConnections>,
    runtime: Handle,
}

impl Drop for Idle {
    fn drop(&mut self) {
        let _on_it = self.runtime.enter();
        self.lock().clear();
    }
}

impl Idle {
    fn lock(&self) -> MutexGuard<'_, IdleConnections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone)]
pub(super) struct Connections {
    pool: PgPool,
    idle: Arc<Idle>,
    max_idle: usize,
    /// How many wait for the pool: then what comes back goes there.
    waiting: Arc<AtomicUsize>,
    returned: Arc<AtomicUsize>,
}

/// A connection that is lent, and whether it was kept aside before, so that it may have died.
pub(super) struct Lent {
    pub(super) connection: PoolConnection<Postgres>,
    pub(super) was_idle: bool,
}

impl Connections {
    pub(super) fn of(pool: PgPool, max_connections: u32) -> Self {
        let max_idle = usize::try_from(max_connections.saturating_sub(RESERVED)).unwrap_or(0);
        let idle = Arc::new(Idle { connections: Mutex::default(), runtime: Handle::current() });
        Self { pool, idle, max_idle, waiting: Arc::default(), returned: Arc::default() }
    }

    /// The connection that was used last, or one of the pool's.
    pub(super) async fn lend(&self) -> Result<Lent, StoreError> {
        let idle = self.idle.lock().pop();
        let Some((mut connection, since)) = idle else { return self.lend_tested().await };
        if since.elapsed() < TRUSTED_FOR || answers(&mut connection).await {
            return Ok(Lent { connection, was_idle: true });
        }
        close_at_once(connection);
        self.lend_tested().await
    }

    /// One that has just answered.
    pub(super) async fn lend_tested(&self) -> Result<Lent, StoreError> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let connection = self.pool.acquire().await;
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        Ok(Lent { connection: connection.map_err(StoreError::unavailable)?, was_idle: false })
    }

    /// Takes back one that is in order, outside a transaction.
    pub(super) fn give_back(&self, connection: PoolConnection<Postgres>) {
        let now = Instant::now();
        let mut idle = self.idle.lock();
        let old = idle.iter().take_while(|(_, since)| now.duration_since(*since) > MAX_IDLE_TIME).count();
        let mut leaving: Vec<_> = idle.drain(..old).map(|(connection, _)| connection).collect();
        let may_stay = !self.returned.fetch_add(1, Ordering::Relaxed).is_multiple_of(POOLED_EVERY);
        let is_wanted = self.waiting.load(Ordering::SeqCst) > 0;
        if may_stay && idle.len() < self.max_idle && !is_wanted && !self.pool.is_closed() {
            idle.push((connection, now));
        } else {
            leaving.push(connection);
        }
        drop(idle);
        drop(leaving);
    }

    /// Closes all, once those that are lent have come back.
    pub(super) async fn close(&self) {
        let closing = self.pool.close();
        self.idle.lock().clear();
        closing.await;
    }
}

/// Whether the server answers on it.
pub(super) async fn answers(connection: &mut PoolConnection<Postgres>) -> bool {
    matches!(tokio::time::timeout(ANSWER_TIMEOUT, connection.ping()).await, Ok(Ok(())))
}

/// Closes one that is not to be used again, without a word to a server that may not be there.
pub(super) fn close_at_once(connection: PoolConnection<Postgres>) {
    drop(connection.detach());
}
