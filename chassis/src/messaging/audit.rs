//! Every message on record in one context, for the audit: what was published, what is under way, what was given up.

use serde_json::{Value, json};
use shared_kernel::StoreError;

use crate::params;
use crate::sql::{Database, Row};

/// One JSON object per outbox row and per inbox row; bodies only of those that are not settled. Facts that no relay has
/// given their place yet have none.
///
/// # Errors
/// The store's.
pub async fn audit(context: &'static str, database: &Database) -> Result<Vec<Value>, StoreError> {
    database
        .read(move |tx| {
            Box::pin(async move {
                let outbox = "SELECT position, id, event_type, subject, sequence FROM outbox ORDER BY position";
                let inbox = "SELECT consumer, id, lane, status, attempts, code, error FROM inbox ORDER BY position";
                let published = tx.fetch(outbox, params![]).await?;
                let received = tx.fetch(inbox, params![]).await?;
                let published = published.iter().map(|row| outbox_row(context, row));
                published.chain(received.iter().map(|row| inbox_row(context, row))).collect()
            })
        })
        .await
}

/// On PostgreSQL the newest facts may have no position yet: they get one when a relay first sees them.
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
