//! Writing orders, and everything that is owed with them, inside a transaction that somebody else has opened.

use chassis::messaging::{Record, Recorder};
use chassis::params;
use chassis::sql::Tx;
use shared_kernel::{Cause, OrderId, StoreError, Timestamp};

use super::carts::take_out;
use super::rows::{changed_row, columns, new_row, read};
use crate::adapters::outbound::publish::published;
use crate::application::tasks::drafts;
use crate::domain::{IntentId, Order, Transition};
use crate::ports::RequestKey;

const FIND: &str = concat!("SELECT ", columns!(), " FROM orders WHERE id = $1");
const INSERT: &str =
    "INSERT INTO orders (id, number, cart_id, customer_id, email, status, placed_at, expires_at, due_at,
        attention_at, money_open, currency, net_minor, tax_minor, shipping_minor, gross_minor, words, frozen, progress,
        captured_minor, refunded_minor, buyer_name, buyer_reference, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
        $22, $23, 1)
    ON CONFLICT (number) DO NOTHING";
const UPDATE: &str = "UPDATE orders SET status = $3, due_at = $4, attention_at = $5, money_open = $6, progress = $7,
        captured_minor = $8, refunded_minor = $9, version = version + 1
    WHERE id = $1 AND version = $2";
const CLAIM_INTENT: &str =
    "INSERT INTO order_intents (intent, order_id) VALUES ($1, $2) ON CONFLICT (intent) DO NOTHING";
const KEEP_KEY: &str = "INSERT INTO request_keys (principal, key, fingerprint, order_id, made_at)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (principal, key) DO NOTHING";
const FIND_KEY: &str = "SELECT fingerprint, order_id FROM request_keys WHERE principal = $1 AND key = $2";

pub(super) async fn find(tx: &mut Tx, id: OrderId) -> Result<Option<Order>, StoreError> {
    tx.fetch_optional(FIND, params![id]).await?.as_ref().map(read).transpose()
}

/// The order as it is, which nobody else can change before the commit.
pub(super) async fn lock(tx: &mut Tx, id: OrderId) -> Result<Option<Order>, StoreError> {
    tx.fetch_for_update(FIND, params![id]).await?.first().map(read).transpose()
}

/// Writes a new order; `false`, and nothing written, if its number is taken.
pub(super) async fn insert(tx: &mut Tx, decided: &Transition) -> Result<bool, StoreError> {
    Ok(tx.execute(INSERT, new_row(&decided.order)?).await? == 1)
}

/// Writes a changed order over exactly the version that the decision was made on, and takes what it paid for out of its
/// cart.
pub(super) async fn overwrite(tx: &mut Tx, decided: &Transition, now: Timestamp) -> Result<(), StoreError> {
    if tx.execute(UPDATE, changed_row(&decided.order)?).await? == 0 {
        return Err(StoreError::Stale);
    }
    for intent in &decided.new_intents {
        claim(tx, intent, decided.order.id()).await?;
    }
    if let Some(bought) = decided.paid_cart_lines() {
        take_out(tx, bought, now).await?;
    }
    Ok(())
}

async fn claim(tx: &mut Tx, intent: &IntentId, order: OrderId) -> Result<(), StoreError> {
    tx.execute(CLAIM_INTENT, params![intent.as_str(), order]).await?;
    Ok(())
}

/// Keeps what a decision gives out: facts, tasks and the mark of its cause.
pub(super) async fn write_outgoing(
    tx: &mut Tx,
    recorder: &Recorder,
    cause: Option<&Cause>,
    decided: &[&Transition],
) -> Result<(), StoreError> {
    let events = decided.iter().flat_map(|decided| published(decided)).collect();
    let tasks = decided.iter().flat_map(|decided| drafts(decided)).collect();
    recorder.record(tx, Record { cause, events, tasks }).await
}

/// What a request key led to before.
pub(super) enum StoredRequest {
    Order(Box<Order>),
    OtherRequest,
}

pub(super) async fn find_key(tx: &mut Tx, key: &RequestKey) -> Result<Option<StoredRequest>, StoreError> {
    let Some(row) = tx.fetch_optional(FIND_KEY, params![key.principal, key.key.as_str()]).await? else {
        return Ok(None);
    };
    if row.get::<String>("fingerprint")? != key.fingerprint {
        return Ok(Some(StoredRequest::OtherRequest));
    }
    let id: OrderId = row.get("order_id")?;
    let gone =
        || StoreError::Corrupt { table: "request_keys", row: key.key.clone(), problem: format!("no order {id}") };
    let order = find(tx, id).await?.ok_or_else(gone)?;
    Ok(Some(StoredRequest::Order(Box::new(order))))
}

/// Keeps a key with the order that it led to. Stale if it has just led to another one: it was sent for two orders at once.
pub(super) async fn keep_key(tx: &mut Tx, key: &RequestKey, order: OrderId, now: Timestamp) -> Result<(), StoreError> {
    let row = params![key.principal, key.key.as_str(), key.fingerprint.as_str(), order, now];
    if tx.execute(KEEP_KEY, row).await? == 0 { Err(StoreError::Stale) } else { Ok(()) }
}
