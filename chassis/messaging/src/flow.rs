//! How facts flow through one context: what it has stated and handled lately, and what waits or has failed.
//!
//! All of it is read off the context's database, so that every process of the context says the same. Facts that the relay
//! has not carried yet wait in no inbox, and are not counted as waiting.

use std::collections::BTreeMap;
use std::time::Duration;

use shared_kernel::{StoreError, Timestamp};

use chassis_sql::{Database, Row, Tx, params};

/// Rates are those of the time since then, ...
pub const FLOW_WINDOW: Duration = Duration::from_mins(5);
/// ... or of so many of the newest messages, if they have filled a shorter time: so much is read at most.
const SAMPLE_SIZE: u32 = 10_000;

const STATED: &str = "SELECT event_type AS name, COUNT(*) AS times, MIN(recorded_at) AS first
    FROM (SELECT event_type, recorded_at FROM outbox ORDER BY position DESC LIMIT $1) AS newest
    WHERE recorded_at > $2 GROUP BY event_type";
const HANDLED: &str = "SELECT consumer AS name, COUNT(*) AS times, MIN(settled_at) AS first,
        CAST(SUM(attempts) AS BIGINT) AS attempts
    FROM (SELECT consumer, attempts, settled_at FROM inbox WHERE status = 'handled'
          ORDER BY position DESC LIMIT $1) AS newest
    WHERE settled_at > $2 GROUP BY consumer";
const OPEN: &str = "SELECT consumer AS name,
        COALESCE(SUM(CASE WHEN status = 'open' THEN 1 ELSE 0 END), 0) AS waiting,
        COALESCE(SUM(CASE WHEN status = 'open' AND failed_at IS NOT NULL THEN 1 ELSE 0 END), 0) AS retrying,
        COALESCE(SUM(CASE WHEN status = 'dead' THEN 1 ELSE 0 END), 0) AS dead,
        MIN(CASE WHEN status = 'open' THEN received_at END) AS oldest
    FROM inbox WHERE settled_at IS NULL GROUP BY consumer";

/// How facts flow through a context.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Flow {
    /// What it states, by the type; without those that were not stated lately.
    pub stated: BTreeMap<String, Rate>,
    /// Its consumers, by name; without those that had nothing to do lately.
    pub consumers: BTreeMap<String, ConsumerFlow>,
}

/// How often something happened lately.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rate {
    /// How often, since the rate is taken.
    pub times: u64,
    /// How often in a minute.
    pub per_minute: f64,
}

/// How a consumer gets on.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ConsumerFlow {
    /// What it has handled lately.
    pub handled: Rate,
    /// How many attempts it took beyond the first of each message that it has handled lately.
    pub retries: u64,
    /// Messages that wait for it, those that have failed before among them.
    pub waiting: u64,
    /// Those of them that have failed and will be tried again.
    pub retrying: u64,
    /// Since when the oldest of them waits.
    pub oldest: Option<Timestamp>,
    /// Messages that it could not handle.
    pub dead: u64,
}

/// Looks at the context of this database. `now` is by the clock that its records bear.
///
/// # Errors
/// The store's.
pub async fn flow(database: &Database, now: Timestamp) -> Result<Flow, StoreError> {
    database.read_long(move |tx| Box::pin(read(tx, now))).await
}

async fn read(tx: &mut Tx, now: Timestamp) -> Result<Flow, StoreError> {
    let since = now.minus(FLOW_WINDOW);
    let stated = rates(&tx.fetch(STATED, params![SAMPLE_SIZE, since]).await?, now)?;
    let rows = tx.fetch(HANDLED, params![SAMPLE_SIZE, since]).await?;
    let mut consumers: BTreeMap<String, ConsumerFlow> = BTreeMap::new();
    for (name, handled) in rates(&rows, now)? {
        consumers.entry(name).or_default().handled = handled;
    }
    for row in &rows {
        let consumer = consumers.entry(row.get("name")?).or_default();
        consumer.retries = row.get::<u64>("attempts")?.saturating_sub(consumer.handled.times);
    }
    for row in &tx.fetch(OPEN, params![]).await? {
        let consumer = consumers.entry(row.get("name")?).or_default();
        (consumer.waiting, consumer.retrying) = (row.get("waiting")?, row.get("retrying")?);
        (consumer.dead, consumer.oldest) = (row.get("dead")?, row.get("oldest")?);
    }
    Ok(Flow { stated, consumers })
}

/// The rate of each name. A full sample covers no more than the time since its first message.
fn rates(rows: &[Row], now: Timestamp) -> Result<BTreeMap<String, Rate>, StoreError> {
    let mut counted: Vec<(String, u64)> = Vec::new();
    let mut first = now;
    for row in rows {
        counted.push((row.get("name")?, row.get("times")?));
        first = first.min(row.get("first")?);
    }
    let is_full = counted.iter().map(|(_, times)| times).sum::<u64>() >= u64::from(SAMPLE_SIZE);
    let covered = if is_full { now.since(first).max(Duration::from_secs(1)) } else { FLOW_WINDOW };
    let rate = |times: u64| Rate { times, per_minute: per_minute(times, covered) };
    Ok(counted.into_iter().map(|(name, times)| (name, rate(times))).collect())
}

/// To one decimal: more would pretend to know.
#[expect(clippy::cast_precision_loss, reason = "there are no more than a sample holds")]
fn per_minute(times: u64, within: Duration) -> f64 {
    (times as f64 * 600.0 / within.as_secs_f64()).round() / 10.0
}
