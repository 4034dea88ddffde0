//! Takes a person out of the messages that a context keeps: its published facts, and what waits or lies dead in its inbox.
//!
//! Facts are the archive from which consumers are built again and streams are filled again, so they are not deleted: texts
//! that name the person are replaced, and everything else stays. What was handled has no content any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::Value;
use shared_kernel::{Envelope, StoreError, Timestamp};

use super::Job;
use super::recent::RecentFacts;
use super::recorder::to_text;
use super::sql::envelope_of;
use chassis_sql::params;
use chassis_sql::{Database, Row, Tx};

/// Stands where a personal text stood.
pub const ERASED: &str = "erased";

/// When published facts were last changed, on record in the context's database. Older copies still hold personal data.
pub(super) const SCRUBBED: &str = "scrubbed";

/// When a person was erased last. Files that were not written again since may hold remains of them.
const ERASURE: &str = "erased";

/// How soon after something was scrubbed older copies of it are looked for.
pub(super) const SCRUB_INTERVAL: Duration = Duration::from_mins(10);

/// Changes the data of a message of this type so that it holds no personal data. Must keep the kind of each value, so
/// that readers can still read it, and do nothing the second time.
pub type Redact = fn(event_type: &str, data: &mut Value);

const MARK: &str = "INSERT INTO marker (name, made_at) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET made_at = excluded.made_at";

/// Replaces every text under one of these `fields`, however deep it lies, and in whatever part. Countries stay: the law
/// on taxes asks for them.
pub fn erase_fields(data: &mut Value, fields: &[&str]) {
    match data {
        Value::Object(object) => {
            for (name, value) in object {
                if fields.contains(&name.as_str()) { erase(value) } else { erase_fields(value, fields) }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| erase_fields(value, fields)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn erase(value: &mut Value) {
    match value {
        Value::String(text) => ERASED.clone_into(text),
        Value::Array(values) => values.iter_mut().for_each(erase),
        Value::Object(object) => object.iter_mut().filter(|(name, _)| *name != "country").for_each(|(_, v)| erase(v)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Takes the person out of the facts about `subject`, and out of unsettled messages that mention it. Call it in the
/// transaction that takes the person out of the context's own tables; answers how many messages have changed.
///
/// # Errors
/// The database's; [`StoreError::Corrupt`] for a message that cannot be read.
pub async fn scrub(tx: &mut Tx, subject: &str, redact: Redact, now: Timestamp) -> Result<u64, StoreError> {
    let facts = "SELECT id, envelope FROM outbox WHERE subject = $1";
    let mut changed = 0;
    for row in tx.fetch(facts, params![subject]).await? {
        if let Some(text) = redacted(&row, redact)? {
            let id: String = row.get("id")?;
            changed += tx.execute("UPDATE outbox SET envelope = $2 WHERE id = $1", params![id, text]).await?;
        }
    }
    if changed > 0 {
        let recent = tx.attachment::<RecentFacts>();
        tx.after_commit(move || recent.clear());
    }
    let marks = [Some(ERASURE), Some(SCRUBBED).filter(|_| changed > 0)];
    for name in marks.into_iter().flatten() {
        tx.execute(MARK, params![name, now]).await?;
    }
    Ok(changed + scrub_inbox(tx, subject, redact).await?)
}

async fn scrub_inbox(tx: &mut Tx, subject: &str, redact: Redact) -> Result<u64, StoreError> {
    let unsettled = "SELECT consumer, id, envelope FROM inbox WHERE settled_at IS NULL AND envelope LIKE $1";
    let mut changed = 0;
    for row in tx.fetch(unsettled, params![format!("%{subject}%")]).await? {
        if let Some(text) = redacted(&row, redact)? {
            let (consumer, id): (String, String) = (row.get("consumer")?, row.get("id")?);
            let sql = "UPDATE inbox SET envelope = $3 WHERE consumer = $1 AND id = $2 AND settled_at IS NULL";
            changed += tx.execute(sql, params![consumer, id, text]).await?;
        }
    }
    Ok(changed)
}

/// Overwrites what is left of a person in the database's file and its log soon after they were erased; otherwise the
/// old texts would stay there until other changes happen to overwrite them.
pub(super) fn overwriting_job(database: &Database) -> Job {
    let (database, done) = (database.clone(), Arc::new(AtomicI64::new(0)));
    Job::every("overwrite-remains", SCRUB_INTERVAL, move || {
        let (database, done) = (database.clone(), Arc::clone(&done));
        Box::pin(async move {
            let erased = database.marked_at(ERASURE).await?.map_or(0, Timestamp::micros);
            if erased != done.load(Ordering::Relaxed) {
                database.overwrite_remains().await?;
                done.store(erased, Ordering::Relaxed);
            }
            Ok(())
        })
    })
}

/// The message as it is to be kept; `None` if it held no personal data.
fn redacted(row: &Row, redact: Redact) -> Result<Option<String>, StoreError> {
    let before = envelope_of(row)?;
    let mut after: Envelope = before.clone();
    redact(&before.event_type, &mut after.data);
    if after.data == before.data { Ok(None) } else { to_text(&after).map(Some) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_under_a_named_field_go_and_everything_else_stays() {
        let mut data = json!({"order_id": "o-1", "email": "kea@example.org", "phone": null, "quantity": 2,
            "delivery_address": {"name": "Kea Ngata", "lines": ["12 Kauri Lane"], "country": "NZ"},
            "object": {"charges": [{"email": "kea@example.org", "amount": 500}]}});
        erase_fields(&mut data, &["email", "phone", "delivery_address"]);
        let expected = json!({"order_id": "o-1", "email": "erased", "phone": null, "quantity": 2,
            "delivery_address": {"name": "erased", "lines": ["erased"], "country": "NZ"},
            "object": {"charges": [{"email": "erased", "amount": 500}]}});
        assert_eq!(data, expected);
        erase_fields(&mut data, &["email", "phone", "delivery_address"]);
        assert_eq!(data, expected);
    }
}
