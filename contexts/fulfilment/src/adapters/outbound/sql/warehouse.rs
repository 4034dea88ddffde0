//! Stock, reservations and shipping orders: read, decided on and written in one transaction.

use std::collections::BTreeSet;

use async_trait::async_trait;
use chassis::messaging::{Record, Recorder};
use chassis::params;
use chassis::sql::{Database, Tx};
use shared_kernel::{Cause, OrderId, Sku, StoreError, Timestamp};

use super::personal_data::keep_forgotten;
use super::rows;
use crate::adapters::outbound::publish;
use crate::domain::{
    Changes, ImportedCount, ItemState, Movement, Refusal, Reservation, Row, ShippingOrder, ShippingState, StockItem,
    StockTransaction,
};
use crate::ports::{Decide, Keys, Warehouse};

const STOCK: &str = "SELECT sku, on_hand, reserved, derived_committed FROM stock_item WHERE sku = $1";
const RESERVATION: &str = "SELECT order_id, state, holds, held_until FROM reservation WHERE order_id = $1";
const SHIPPING: &str = "SELECT order_id, number, gross_minor, email, address, items, created_at, state, closed_at
    FROM shipping_order WHERE order_id = $1";

/// [`Warehouse`] over the context's database.
#[derive(Clone)]
pub struct SqlWarehouse {
    pub(super) database: Database,
    pub(super) recorder: Recorder,
}

impl SqlWarehouse {
    /// Keeps the rows in `database` and the facts with `recorder`.
    pub fn new(database: Database, recorder: Recorder) -> Self {
        Self { database, recorder }
    }
}

#[async_trait]
impl Warehouse for SqlWarehouse {
    async fn update(
        &self,
        keys: Keys,
        decide: Decide,
        cause: Option<Cause>,
    ) -> Result<Result<StockTransaction, Refusal>, StoreError> {
        let recorder = self.recorder.clone();
        self.database
            .write(move |tx| {
                let (keys, decide, cause, recorder) = (keys.clone(), decide.clone(), cause.clone(), recorder.clone());
                Box::pin(async move {
                    let mut transaction = read(tx, &keys).await?;
                    if let Err(refusal) = decide(&mut transaction) {
                        return Ok(Err(refusal));
                    }
                    let changes = transaction.clone().finish();
                    if changes.is_empty() && cause.is_none() {
                        return Ok(Ok(transaction));
                    }
                    let events = changes.events.iter().map(publish::publish).collect();
                    let tasks = changes.deliveries.iter().map(publish::task).collect();
                    write(tx, changes).await?;
                    recorder.record(tx, Record { cause: cause.as_ref(), events, tasks }).await?;
                    Ok(Ok(transaction))
                })
            })
            .await
    }

    async fn overdue(&self, deadline: Timestamp, limit: u32) -> Result<Vec<OrderId>, StoreError> {
        let sql = "SELECT order_id FROM reservation WHERE state = 'held' AND held_until <= $1 ORDER BY held_until, order_id LIMIT $2";
        self.database
            .read(move |tx| {
                Box::pin(async move {
                    let rows = tx.fetch(sql, params![deadline, limit]).await?;
                    rows.iter().map(|row| row.get("order_id")).collect()
                })
            })
            .await
    }
}

/// Loads the named rows and locks them, orders before shelves and each in key order, so that two
/// transactions never wait for each other in a circle.
async fn read(tx: &mut Tx, keys: &Keys) -> Result<StockTransaction, StoreError> {
    let mut transaction = StockTransaction::default();
    for order in keys.orders.iter().copied().collect::<BTreeSet<_>>() {
        let held = tx.fetch_for_update(RESERVATION, params![order]).await?;
        let held = held.first().map(rows::reservation).transpose()?;
        // Only what was taken can have a shipping order.
        let shipping = if held.as_ref().is_some_and(may_ship) {
            let row = tx.fetch_for_update(SHIPPING, params![order]).await?;
            row.first().map(rows::shipping_order).transpose()?
        } else {
            None
        };
        transaction.load_order(order, held, shipping);
    }
    let skus: BTreeSet<Sku> = keys.skus.iter().cloned().chain(transaction.skus_of_orders()).collect();
    for sku in skus {
        let row = tx.fetch_for_update(STOCK, params![&sku]).await?;
        transaction.load_stock(sku, row.first().map(rows::stock_item).transpose()?);
    }
    if let Some(count) = &keys.count {
        let sql = "SELECT sku FROM stock_count WHERE import_id = $1 AND sku = $2";
        if tx.fetch_optional(sql, params![&count.import, &count.sku]).await?.is_some() {
            transaction.mark_count_applied();
        }
    }
    if let Some(request) = &keys.request {
        let sql = "SELECT on_hand_delta, reason FROM stock_movement WHERE sku = $1 AND request = $2";
        if let Some(row) = tx.fetch_optional(sql, params![&request.sku, &request.key]).await? {
            transaction.mark_request_applied(row.get("on_hand_delta")?, row.get("reason")?);
        }
    }
    Ok(transaction)
}

fn may_ship(reservation: &Reservation) -> bool {
    *reservation.state() == crate::domain::ReservationState::Taken
}

/// What is committed is not written: the database follows it up when a shipping order is.
async fn write(tx: &mut Tx, changes: Changes) -> Result<(), StoreError> {
    for row in &changes.stock {
        write_stock(tx, row).await?;
    }
    for row in &changes.reservations {
        write_reservation(tx, row).await?;
    }
    for row in &changes.shipping {
        write_shipping(tx, row).await?;
    }
    if let Some(count) = changes.count {
        write_count(tx, count).await?;
    }
    for movement in changes.movements {
        write_movement(tx, movement).await?;
    }
    Ok(())
}

async fn write_stock(tx: &mut Tx, row: &Row<StockItem>) -> Result<(), StoreError> {
    let Some(item) = row.changed() else { return Ok(()) };
    let sql = if row.is_new() {
        "INSERT INTO stock_item (sku, on_hand, reserved) VALUES ($1, $2, $3) ON CONFLICT (sku) DO NOTHING"
    } else {
        "UPDATE stock_item SET on_hand = $2, reserved = $3 WHERE sku = $1"
    };
    one(tx.execute(sql, params![item.sku(), rows::unsold(item), item.reserved()]).await?)
}

async fn write_reservation(tx: &mut Tx, row: &Row<Reservation>) -> Result<(), StoreError> {
    let Some(reservation) = row.changed() else { return Ok(()) };
    let sql = if row.is_new() {
        "INSERT INTO reservation (order_id, state, holds, held_until) VALUES ($1, $2, $3, $4)
         ON CONFLICT (order_id) DO NOTHING"
    } else {
        "UPDATE reservation SET state = $2, holds = $3, held_until = $4 WHERE order_id = $1"
    };
    let (state, holds) = (rows::state_name(reservation.state()), rows::holds_json(reservation)?);
    one(tx.execute(sql, params![reservation.order(), state, holds, reservation.until()]).await?)
}

async fn write_shipping(tx: &mut Tx, row: &Row<ShippingOrder>) -> Result<(), StoreError> {
    let Some(order) = row.changed() else { return Ok(()) };
    let (state, closed_at, rank, place) = rows::standing(order);
    let items = rows::items_json(order.items())?;
    if row.is_new() {
        let sql = "INSERT INTO shipping_order
            (order_id, state, closed_at, work_rank, work_order, items, number, email, address, created_at, gross_minor)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (order_id) DO NOTHING";
        let (number, email, address) = (order.number(), order.email(), rows::address_json(order)?);
        let (created, gross) = (order.created_at(), order.gross_minor());
        let params =
            params![order.order(), state, closed_at, rank, place, items, number, email, address, created, gross];
        one(tx.execute(sql, params).await?)?;
        return keep_forgotten(tx, order.order()).await;
    }
    let sql = "UPDATE shipping_order SET state = $2, closed_at = $3, work_rank = $4, work_order = $5, items = $6
        WHERE order_id = $1";
    one(tx.execute(sql, params![order.order(), state, closed_at, rank, place, items]).await?)?;
    if order.items().iter().any(|item| item.mailings > 0) {
        write_waiting(tx, order).await?;
    }
    Ok(())
}

/// Keeps the list of those who wait for a file in step with the order.
async fn write_waiting(tx: &mut Tx, order: &ShippingOrder) -> Result<(), StoreError> {
    tx.execute("DELETE FROM waiting_item WHERE order_id = $1", params![order.order()]).await?;
    let open = order.state() == ShippingState::Pending;
    for item in order.items().iter().filter(|item| open && item.state == ItemState::WaitingForFile) {
        let sql = "INSERT INTO waiting_item (sku, order_id) VALUES ($1, $2)";
        tx.execute(sql, params![&item.sku, order.order()]).await?;
    }
    Ok(())
}

async fn write_count(tx: &mut Tx, count: ImportedCount) -> Result<(), StoreError> {
    let sql = "INSERT INTO stock_count (import_id, sku, on_hand) VALUES ($1, $2, $3)
        ON CONFLICT (import_id, sku) DO NOTHING";
    one(tx.execute(sql, params![count.import, count.sku, count.on_hand.get()]).await?)
}

async fn write_movement(tx: &mut Tx, movement: Movement) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO stock_movement (sku, on_hand_delta, reserved_delta, committed_delta, reason, reference, moved_at,
        note, request, made_by, made_by_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let (unsold, person) = (movement.on_hand - movement.committed, movement.reference.person());
    let (by, name) = (person.map(|person| person.id), person.map(|person| person.name.clone()));
    let (reason, reference) = (movement.reason.name(), movement.reference.text());
    let Movement { sku, reserved, committed, note, request, at, .. } = movement;
    let params = params![sku, unsold, reserved, committed, reason, reference, at, note, request, by, name];
    tx.execute(sql, params).await.map(drop)
}

/// A row that was not there when it was read may have been made since, where the engine lets others write meanwhile.
fn one(rows: u64) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Stale) }
}
