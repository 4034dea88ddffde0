//! Every message on record in one context, for the audit: what was published, what is under way, what was given up.

use serde_json::{Value, json};
use shared_kernel::StoreError;
use tokio::sync::mpsc;

use chassis_sql::params;
use chassis_sql::{Database, Params, Row};

/// Where the records of an audit go. It holds few of them, so that an audit of a large shop needs little memory: a slow
/// reader makes the audit wait, and one that stops reading ends it.
pub type AuditSink = mpsc::Sender<Value>;

/// Sends them, unless the reader has gone.
pub async fn send_records(records: Vec<Value>, to: &AuditSink) {
    for record in records {
        if to.send(record).await.is_err() {
            return;
        }
    }
}

/// Hands each record that `feed` sends to `take`.
pub async fn each_record<E>(
    feed: impl AsyncFnOnce(AuditSink) -> Result<(), E>,
    mut take: impl FnMut(Value),
) -> Result<(), E> {
    let (to, mut records) = mpsc::channel(256);
    let taking = async {
        while let Some(record) = records.recv().await {
            take(record);
        }
    };
    let (fed, ()) = tokio::join!(feed(to), taking);
    fed
}

const PAGE_SIZE: usize = 1_000;

/// On PostgreSQL the newest facts may have no position yet: they get one when a relay first sees them.
const UNNUMBERED: &str =
    "SELECT position, id, event_type, subject, sequence FROM outbox WHERE position IS NULL ORDER BY id";
const OUTBOX: &str = "SELECT position, id, event_type, subject, sequence FROM outbox
    WHERE position > $1 ORDER BY position LIMIT 1000";
const INBOX: &str = "SELECT position, consumer, id, lane, status, attempts, code, error FROM inbox
    WHERE position > $1 ORDER BY position LIMIT 1000";
const MARKS: &str = "SELECT consumer, id FROM inbox_handled WHERE (consumer, id) > ($1, $2)
    ORDER BY consumer, id LIMIT 1000";

/// One JSON object per outbox row and per inbox row, without bodies. Facts that no relay has given their place yet have
/// none. What changes meanwhile may be there as it was or as it is.
pub async fn audit(context: &'static str, database: &Database, to: &AuditSink) -> Result<(), StoreError> {
    for fact in fetch(database, UNNUMBERED, params![]).await? {
        if to.send(outbox_row(context, &fact)?).await.is_err() {
            return Ok(());
        }
    }
    pages(database, OUTBOX, |row| outbox_row(context, row), to).await?;
    pages(database, INBOX, |row| inbox_row(context, row), to).await?;
    marks(context, database, to).await
}

/// Messages that were handled so long ago that only their names are left.
async fn marks(context: &str, database: &Database, to: &AuditSink) -> Result<(), StoreError> {
    let (mut consumer, mut id) = (String::new(), String::new());
    loop {
        let rows = fetch(database, MARKS, params![&consumer, &id]).await?;
        for row in &rows {
            (consumer, id) = (row.get("consumer")?, row.get("id")?);
            let record =
                json!({"context": context, "kind": "inbox", "consumer": consumer, "id": id, "status": "handled"});
            if to.send(record).await.is_err() {
                return Ok(());
            }
        }
        if rows.len() < PAGE_SIZE {
            return Ok(());
        }
    }
}

async fn pages(
    database: &Database,
    sql: &'static str,
    record: impl Fn(&Row) -> Result<Value, StoreError>,
    to: &AuditSink,
) -> Result<(), StoreError> {
    let mut last = 0_i64;
    loop {
        let rows = fetch(database, sql, params![last]).await?;
        for row in &rows {
            last = row.get("position")?;
            if to.send(record(row)?).await.is_err() {
                return Ok(());
            }
        }
        if rows.len() < PAGE_SIZE {
            return Ok(());
        }
    }
}

async fn fetch(database: &Database, sql: &'static str, params: Params) -> Result<Vec<Row>, StoreError> {
    database
        .read_long(move |tx| {
            let params = params.clone();
            Box::pin(async move { tx.fetch(sql, params).await })
        })
        .await
}

fn outbox_row(context: &str, row: &Row) -> Result<Value, StoreError> {
    Ok(json!({
        "context": context, "kind": "outbox", "position": row.get::<Option<i64>>("position")?,
        "id": row.get::<String>("id")?, "type": row.get::<String>("event_type")?,
        "subject": row.get::<String>("subject")?, "sequence": row.get::<i64>("sequence")?,
    }))
}

fn inbox_row(context: &str, row: &Row) -> Result<Value, StoreError> {
    Ok(json!({
        "context": context, "kind": "inbox", "consumer": row.get::<String>("consumer")?,
        "id": row.get::<String>("id")?, "lane": row.get::<String>("lane")?,
        "status": row.get::<String>("status")?, "attempts": row.get::<i64>("attempts")?,
        "code": row.get::<Option<String>>("code")?, "error": row.get::<Option<String>>("error")?,
    }))
}
