//! Who of several processes does what only one may do at a time: carry an outbox, read a stream, run a timer.
//!
//! A lease is a row in the context's own database with a holder and an end. It is held while it is renewed; a process
//! that dies lets it run out. What is done under a lease must be harmless when done twice, for a process can be held up
//! between asking and doing; order and effects are guarded by the stores, the lease only keeps processes from working
//! against each other. A database that one process has for itself needs no leases. The end is a time of the database's
//! own clock, for those of the processes may differ.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shared_kernel::{Clock, Ids, StoreError};
use tokio::time::Instant;
use uuid::Uuid;

use super::Failure;
use chassis_sql::Database;
use chassis_sql::params;

/// How long a lease outlives its last renewal.
const LEASE_DURATION: Duration = Duration::from_secs(10);
/// A lease is renewed when it is this old.
const RENEW_AFTER: Duration = Duration::from_secs(3);
/// Those who do not hold it ask this often.
const POLL_INTERVAL: Duration = Duration::from_millis(900);
/// After failing for this long, the lease is left to another process.
const RELEASE_AFTER_FAILING: Duration = Duration::from_secs(10);
/// How long a process that has released a lease leaves it to the others.
const BACK_OFF_AFTER_RELEASE: Duration = Duration::from_secs(3);

/// One process's claim on one lease.
#[derive(Clone)]
pub struct Lease {
    name: String,
    holder: Uuid,
    database: Option<Database>,
    clock: Arc<dyn Clock>,
    known: Arc<Mutex<Option<CachedLease>>>,
}

/// What the last look at the row has shown.
#[derive(Clone, Copy)]
struct CachedLease {
    mine: bool,
    since: Instant,
}

const TAKE: &str = "INSERT INTO lease (name, holder, until) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
    WHERE lease.holder = excluded.holder OR lease.until <= $4 OR lease.until > $5";
const RELEASE: &str = "UPDATE lease SET until = 0 WHERE name = $1 AND holder = $2";

impl Lease {
    /// The lease called `name` among all processes that use `database`.
    pub fn new(name: impl Into<String>, database: &Database, clock: &Arc<dyn Clock>, ids: &dyn Ids) -> Self {
        let clock = database.clock(clock);
        let database = database.shared().then(|| database.clone());
        Self { name: name.into(), holder: ids.uuid(), database, clock, known: Arc::default() }
    }

    /// A lease that no other process asks for.
    pub fn alone() -> Self {
        let clock: Arc<dyn Clock> = Arc::new(chassis_system::SystemClock);
        Self { name: String::new(), holder: Uuid::nil(), database: None, clock, known: Arc::default() }
    }

    /// Whether this process holds the lease now; takes it if it is free, renews it if it is getting old. A store that
    /// fails leaves it as it was until the term is over.
    pub async fn is_held(&self) -> bool {
        let Some(database) = &self.database else { return true };
        let known = *self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) =
            known.filter(|known| known.since.elapsed() < if known.mine { RENEW_AFTER } else { POLL_INTERVAL })
        {
            return known.mine;
        }
        let since = Instant::now();
        match self.take(database).await {
            Ok(mine) => {
                *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(CachedLease { mine, since });
                mine
            }
            Err(error) => {
                let Failure { text, .. } = Failure::of(&error);
                tracing::warn!(lease = self.name, "asking for the lease failed: {text}");
                known.is_some_and(|known| known.mine && known.since.elapsed() < LEASE_DURATION)
            }
        }
    }

    /// To be told of each failure of what the lease is for, which has been failing since then: a process that cannot reach
    /// what it needs must not keep away those that can. So it gives the lease back after a while, and asks again when
    /// others have had the time to take it.
    pub async fn release_if_failing_since(&self, failing_since: Instant) {
        if self.database.is_some() && failing_since.elapsed() >= RELEASE_AFTER_FAILING {
            self.release().await;
            let rested = CachedLease { mine: false, since: Instant::now() + BACK_OFF_AFTER_RELEASE };
            *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(rested);
        }
    }

    /// Waits for `span` and keeps renewing the lease meanwhile.
    pub async fn renew_for(&self, span: Duration) {
        if self.database.is_none() {
            return tokio::time::sleep(span).await;
        }
        let end = Instant::now() + span;
        while let Some(left) = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            tokio::time::sleep(left.min(RENEW_AFTER)).await;
            self.is_held().await;
        }
    }

    async fn take(&self, database: &Database) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let (name, holder, until) = (self.name.clone(), self.holder, now.plus(LEASE_DURATION));
        let no_term = until.plus(LEASE_DURATION); // no lease reaches so far: it was taken by another clock
        database
            .write(move |tx| {
                let params = params![&name, holder, until, now, no_term];
                Box::pin(async move { Ok(tx.execute(TAKE, params).await? > 0) })
            })
            .await
    }

    /// Gives the lease back, so that another process need not wait for its end.
    pub async fn release(&self) {
        let Some(database) = &self.database else { return };
        let held = self.known.lock().unwrap_or_else(PoisonError::into_inner).take();
        if !held.is_some_and(|known| known.mine) {
            return;
        }
        let (name, holder) = (self.name.clone(), self.holder);
        let released = database.write(move |tx| {
            let params = params![&name, holder];
            Box::pin(async move { tx.execute(RELEASE, params).await.map(|_| ()) })
        });
        if let Err(error) = released.await {
            let Failure { text, .. } = Failure::of(&error);
            tracing::debug!(lease = self.name, "the lease will run out by itself: {text}");
        }
    }
}
