//! What is on record, one JSON object each: for the books of a shop and of a backup.

use chassis_sql::params;
use chassis_sql::{Database, Row};
use serde_json::{Value, json};
use shared_kernel::{StoreError, Timestamp};

use crate::domain::attempt::Charge;
use crate::domain::dispute::Dispute;
use crate::domain::intent::Intent;
use crate::domain::refund::Refund;
use crate::store::record;

/// Every intent, charge, refund and dispute, and every webhook that has not arrived.
pub(crate) async fn audit(database: &Database) -> Result<Vec<Value>, StoreError> {
    let mut all = Vec::new();
    all.extend(
        every(database, "SELECT id, record FROM intent WHERE id > $1 ORDER BY id LIMIT 1000", audited_intent).await?,
    );
    all.extend(
        every(database, "SELECT id, record FROM charge WHERE id > $1 ORDER BY id LIMIT 1000", audited_charge).await?,
    );
    all.extend(
        every(database, "SELECT id, record FROM refund WHERE id > $1 ORDER BY id LIMIT 1000", audited_refund).await?,
    );
    all.extend(
        every(database, "SELECT id, record FROM dispute WHERE id > $1 ORDER BY id LIMIT 1000", audited_dispute).await?,
    );
    let waiting = "SELECT d.event AS id, e.type AS type, d.attempts AS attempts, d.problem AS problem
        FROM webhook_delivery d JOIN webhook_event e ON e.id = d.event WHERE d.event > $1 ORDER BY d.event LIMIT 1000";
    all.extend(every(database, waiting, audited_webhook).await?);
    Ok(all)
}

/// Reads a whole table, a thousand rows at a time; `sql` takes the last id seen.
async fn every(
    database: &Database,
    sql: &'static str,
    audited: fn(&Row) -> Result<Value, StoreError>,
) -> Result<Vec<Value>, StoreError> {
    let (mut all, mut last) = (Vec::new(), String::new());
    loop {
        let after = last.clone();
        let page = database.read(move |tx| {
            let after = after.clone();
            Box::pin(async move {
                let rows = tx.fetch(sql, params![after]).await?;
                let page = rows.iter().map(|row| Ok((row.get::<String>("id")?, audited(row)?)));
                page.collect::<Result<Vec<(String, Value)>, StoreError>>()
            })
        });
        let page = page.await?;
        let Some((id, _)) = page.last() else { return Ok(all) };
        last.clone_from(id);
        all.extend(page.into_iter().map(|(_, value)| value));
    }
}

fn moment(time: Timestamp) -> String {
    time.to_string()
}

fn audited_intent(row: &Row) -> Result<Value, StoreError> {
    let intent: Intent = record(row)?;
    let amount = intent.amount();
    let (received, left) = intent.captured().map_or((0, 0), |captured| (amount.minor(), captured.left));
    Ok(json!({
        "context": "sandbox", "kind": "intent", "id": intent.id(), "status": intent.status(), "amount": amount.minor(),
        "currency": amount.currency(), "received": received, "refunded": received - left,
        "metadata": intent.details().metadata, "latest_charge": intent.latest_charge(), "created_at": moment(intent.created()),
    }))
}

fn audited_charge(row: &Row) -> Result<Value, StoreError> {
    let charge: Charge = record(row)?;
    Ok(json!({
        "context": "sandbox", "kind": "charge", "id": charge.id, "payment_intent": charge.intent, "amount": charge.amount.minor(),
        "currency": charge.amount.currency(), "status": if charge.declined.is_none() { "succeeded" } else { "failed" },
        "created_at": moment(charge.created),
    }))
}

fn audited_refund(row: &Row) -> Result<Value, StoreError> {
    let refund: Refund = record(row)?;
    Ok(json!({
        "context": "sandbox", "kind": "refund", "id": refund.id(), "payment_intent": refund.intent(), "charge": refund.charge(),
        "amount": refund.amount().minor(), "currency": refund.amount().currency(), "status": refund.status().name(),
        "metadata": refund.metadata(), "created_at": moment(refund.created()),
    }))
}

fn audited_dispute(row: &Row) -> Result<Value, StoreError> {
    let dispute: Dispute = record(row)?;
    Ok(json!({
        "context": "sandbox", "kind": "dispute", "id": dispute.id, "payment_intent": dispute.intent, "charge": dispute.charge,
        "amount": dispute.amount.minor(), "currency": dispute.amount.currency(), "status": dispute.status.name(),
        "created_at": moment(dispute.created),
    }))
}

fn audited_webhook(row: &Row) -> Result<Value, StoreError> {
    let (id, kind): (String, String) = (row.get("id")?, row.get("type")?);
    let (attempts, problem): (i64, Option<String>) = (row.get("attempts")?, row.get("problem")?);
    Ok(json!({
        "context": "sandbox", "kind": "webhook", "id": id, "type": kind, "attempts": attempts, "problem": problem,
    }))
}
