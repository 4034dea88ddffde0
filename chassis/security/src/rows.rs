//! The rows of the security log.

use serde::{Deserialize, Serialize};
use shared_kernel::{CustomerId, StoreError, Timestamp};

use chassis_sql::params;
use chassis_sql::{Database, Row, Tx};

/// One record, as it is kept and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityRecord {
    /// Names it; later records have greater ids.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// What; see [`SecurityEvent::name`](super::SecurityEvent::name).
    pub event: String,
    /// Who, if they were known.
    pub actor: Option<CustomerId>,
    /// What it was about: a path, or a thing and its id. May be empty.
    pub subject: String,
    /// From which address; empty where it is not known, or was forgotten with the person.
    pub address: String,
    /// What the browser or program called itself; empty in the same cases.
    pub agent: String,
    /// The id of the request, to be found in the log.
    pub request_id: String,
}

const INSERT: &str = "INSERT INTO security_log (id, at, event, actor, subject, address, agent, request_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING";
const LIST: &str = "SELECT id, at, event, actor, subject, address, agent, request_id FROM security_log
    WHERE id < $1 AND ($2 = '' OR event = $2) ORDER BY id DESC LIMIT $3";
const FORGET: &str = "UPDATE security_log SET address = '', agent = '' WHERE actor = $1 OR subject = $2";
const REMOVE: &str = "DELETE FROM security_log WHERE at < $1";

/// Adds a record.
pub(super) async fn insert(database: &Database, record: SecurityRecord) -> Result<(), StoreError> {
    let done = database.write(move |tx| {
        let SecurityRecord { id, at, event, actor, subject, address, agent, request_id } = record.clone();
        let row = params![id, at, event, actor, subject, address, agent, request_id];
        Box::pin(async move { tx.execute(INSERT, row).await.map(|_| ()) })
    });
    done.await
}

/// The newest records, newest first; only those before the one with the id `before`, and only of the kind `event`, if
/// these are not empty.
pub async fn records(
    database: &Database,
    before: &str,
    event: &str,
    limit: u32,
) -> Result<Vec<SecurityRecord>, StoreError> {
    // Greater than every id, as these are hexadecimal digits.
    let before = if before.is_empty() { "~".to_owned() } else { before.to_owned() };
    let event = event.to_owned();
    let found = database.read(move |tx| Box::pin(tx.fetch(LIST, params![&before, &event, limit])));
    found.await?.iter().map(record).collect()
}

fn record(row: &Row) -> Result<SecurityRecord, StoreError> {
    Ok(SecurityRecord {
        id: row.get("id")?,
        at: row.get("at")?,
        event: row.get("event")?,
        actor: row.get("actor")?,
        subject: row.get("subject")?,
        address: row.get("address")?,
        agent: row.get("agent")?,
        request_id: row.get("request_id")?,
    })
}

/// Deletes the addresses from which an erased person came. Their id stays, as it does on orders.
pub async fn forget(tx: &mut Tx, customer: CustomerId) -> Result<(), StoreError> {
    tx.execute(FORGET, params![customer, format!("customer/{customer}")]).await.map(|_| ())
}

/// Removes records from before `time` and says how many.
pub async fn remove_before(database: &Database, time: Timestamp) -> Result<u64, StoreError> {
    database.write(move |tx| Box::pin(tx.execute(REMOVE, params![time]))).await
}
