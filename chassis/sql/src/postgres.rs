//! A schema on a PostgreSQL server, worked on by several connections and perhaps several processes at once.
//!
//! Units of work run in tasks of their own: the caller may go away at any moment, but a transaction that was begun is
//! always ended, and a connection in an unknown state never serves again.

use std::panic::AssertUnwindSafe;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret as _, SecretString};
use shared_kernel::{Backoff, Clock, StoreError, jitter};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, PgPool};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, Span};

use super::connections::Connections;
use super::listener::{self, Announcer};
use super::server_clock::ServerClock;
use super::sqlite::panic_text;
use super::tx::{Connection, Tx};
use super::wakers::Wakers;
use super::work::WorkCounter;

/// A unit of work that collides with others is tried this often in all.
const MAX_ATTEMPTS: u32 = 12;
/// Between two attempts.
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(10), Duration::from_millis(250));
/// The longest time for a single statement, and for waiting for a connection.
const STATEMENT_TIMEOUT: &str = "10s";
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// How a schema on a server is reached.
#[derive(Clone)]
pub struct PostgresSettings {
    /// `postgres://user:password@host:port/database?sslmode=..`
    pub url: SecretString,
    /// The schema that holds the context's tables.
    pub schema: String,
    /// Connections at most.
    pub connections: u32,
    /// Whether a server is accepted that may forget commits in a power cut, as a test's may.
    pub forgetful: bool,
}

pub(super) struct Postgres {
    connections: Connections,
    schema: String,
    announcer: Announcer,
    clock: Arc<ServerClock>,
    stop: CancellationToken,
    counter: WorkCounter,
    /// Where units of work run, whichever thread asks for them.
    runtime: Handle,
}

impl Postgres {
    pub(super) async fn open(
        settings: &PostgresSettings,
        wakers: Wakers,
        counter: WorkCounter,
    ) -> Result<Self, StoreError> {
        let options = options(settings)?;
        let search_path = search_path(settings);
        let session = format!(
            "{search_path}; SET statement_timeout = '{STATEMENT_TIMEOUT}'; SET lock_timeout = '3s';
             SET idle_in_transaction_session_timeout = '15s'; SET default_transaction_isolation = 'read committed';
             SET synchronous_commit = on"
        );
        let pool = PgPoolOptions::new()
            .max_connections(settings.connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(move |connection, _| {
                let session = session.clone();
                Box::pin(async move { connection.execute(sqlx::raw_sql(AssertSqlSafe(session))).await.map(|_| ()) })
            })
            .connect_with(options)
            .await
            .map_err(StoreError::unavailable)?;
        if !settings.forgetful {
            refuse_forgetful_server(&pool).await?;
        }
        let stop = CancellationToken::new();
        let clock = ServerClock::start(&pool, &stop).await?;
        let announcer = listener::start(&pool, &settings.schema, wakers);
        let connections = Connections::of(pool, settings.connections);
        let (schema, runtime) = (settings.schema.clone(), Handle::current());
        Ok(Self { connections, schema, announcer, clock, stop, counter, runtime })
    }

    pub(super) fn schema(&self) -> &str {
        &self.schema
    }

    /// The server's clock.
    pub(super) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock) as Arc<dyn Clock>
    }

    pub(super) async fn write<T, F>(&self, job: F, span: Span) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + Sync + 'static,
    {
        let (connections, announcer, job) = (self.connections.clone(), self.announcer.clone(), Arc::new(job));
        let counter = self.counter.clone();
        let traced = span.clone();
        let work = async move {
            let mut tried = 1;
            loop {
                match attempt(&connections, (&announcer, &counter), job.as_ref(), &traced).await {
                    Attempt::Done(outcome) => return outcome,
                    Attempt::LostARace(cause) if tried >= MAX_ATTEMPTS => return Err(cause),
                    Attempt::LostARace(_) => tokio::time::sleep(pause(tried)).await,
                }
                tried += 1;
            }
        };
        let working = self.runtime.spawn(work.instrument(span));
        working.await.map_err(StoreError::unavailable)?
    }

    pub(super) async fn read<T, F>(&self, job: F, span: Span) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + Sync + 'static,
    {
        let (connections, counter) = (self.connections.clone(), self.counter.clone());
        let working = self.runtime.spawn(async move {
            let mut lent = connections.lend().await?;
            loop {
                let was_idle = lent.was_idle;
                let mut tx = Tx::new(Connection::Postgres(lent.connection)).with_span(span.clone());
                let found = job(&mut tx).await;
                counter.read(&mut tx);
                match found {
                    Err(StoreError::Unavailable(_)) if was_idle && !tx.answers().await => {
                        tx.discard().await;
                        lent = connections.lend_tested().await?;
                    }
                    found => {
                        // After a failure it is the pool's to find out whether it is still good.
                        if let (Ok(_), Some(connection)) = (&found, tx.into_postgres()) {
                            connections.give_back(connection);
                        }
                        return found;
                    }
                }
            }
        });
        working.await.map_err(StoreError::unavailable)?
    }

    pub(super) async fn close(&self) {
        self.announcer.close();
        self.stop.cancel();
        self.connections.close().await;
    }
}

/// How the server is reached.
pub(super) fn options(settings: &PostgresSettings) -> Result<PgConnectOptions, StoreError> {
    let options = PgConnectOptions::from_str(settings.url.expose_secret()).map_err(StoreError::unavailable)?;
    Ok(options
        .application_name(&format!("better-store {}", settings.schema))
        .statement_cache_capacity(256)
        .disable_statement_logging())
}

/// The statement after which names mean the tables of our schema.
pub(super) fn search_path(settings: &PostgresSettings) -> String {
    format!("SET search_path TO \"{}\"", settings.schema.replace('"', "\"\""))
}

enum Attempt<T> {
    Done(Result<T, StoreError>),
    LostARace(StoreError),
}

async fn attempt<T, F>(
    connections: &Connections,
    (announcer, counter): (&Announcer, &WorkCounter),
    job: &F,
    span: &Span,
) -> Attempt<T>
where
    F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>>,
{
    let mut tx = match begin(connections, announcer).await {
        Ok(tx) => tx.with_span(span.clone()),
        Err(cause) => return Attempt::Done(Err(cause)),
    };
    let outcome = AssertUnwindSafe(async { job(&mut tx).await }).catch_unwind().await;
    let outcome = outcome.unwrap_or_else(|panic| Err(StoreError::unavailable(panic_text(&*panic))));
    let end = if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = tx.script(end).await;
    let lost_a_race = tx.lost_a_race;
    match (outcome, ended) {
        (Ok(outcome), Ok(())) => {
            counter.committed(&mut tx, 1);
            announcer.announce(std::mem::take(&mut tx.touched));
            tx.into_postgres().into_iter().for_each(|connection| connections.give_back(connection));
            Attempt::Done(Ok(outcome))
        }
        (Ok(_), Err(error)) => {
            tx.discard().await;
            if lost_a_race { Attempt::LostARace(error) } else { Attempt::Done(Err(error)) }
        }
        (Err(cause), ended) => {
            match ended {
                Ok(()) => tx.into_postgres().into_iter().for_each(|connection| connections.give_back(connection)),
                Err(_) => tx.discard().await,
            }
            // A refusal of the job's own is an answer, though a statement of it may have lost a race.
            let unavailable = matches!(cause, StoreError::Unavailable(_));
            if lost_a_race && unavailable { Attempt::LostARace(cause) } else { Attempt::Done(Err(cause)) }
        }
    }
}

/// A transaction on a connection that answers.
async fn begin(connections: &Connections, announcer: &Announcer) -> Result<Tx, StoreError> {
    let mut lent = connections.lend().await?;
    loop {
        let tx = Tx::new(Connection::Postgres(lent.connection));
        let mut tx = tx.with_attachments(&announcer.wakers.attachments);
        match tx.script("BEGIN").await {
            Ok(()) => return Ok(tx),
            Err(error) => {
                tx.discard().await;
                if !lent.was_idle {
                    return Err(error);
                }
                lent = connections.lend_tested().await?;
            }
        }
    }
}

/// Half of it is chance, so that those who collided part.
fn pause(failures: u32) -> Duration {
    let longest = BACKOFF.delay(failures);
    jitter(longest / 2, longest, rand::random())
}

async fn refuse_forgetful_server(pool: &PgPool) -> Result<(), StoreError> {
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        let asked = sqlx::query_scalar("SELECT current_setting($1)").bind(setting).fetch_one(pool);
        let value: String = asked.await.map_err(StoreError::unavailable)?;
        if value == "off" || value == "local" {
            return Err(StoreError::unavailable(format!(
                "the server has {setting} = {value} and can lose commits that it has confirmed"
            )));
        }
    }
    Ok(())
}
