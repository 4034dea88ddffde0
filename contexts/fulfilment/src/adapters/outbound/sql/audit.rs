//! All records of the warehouse, as JSON lines for an audit. Changes nothing, judges nothing.

use chassis::params;
use chassis::sql::{Database, Row};
use serde_json::{Value, json};
use shared_kernel::{OrderId, StoreError, Timestamp};

use super::rows;

const STOCK: &str = "SELECT s.sku AS sku, s.on_hand AS on_hand, s.reserved AS reserved,
    s.derived_committed AS derived_committed,
    CAST(COALESCE(SUM(m.on_hand_delta), 0) AS BIGINT) AS moved_on_hand,
    CAST(COALESCE(SUM(m.reserved_delta), 0) AS BIGINT) AS moved_reserved
    FROM stock_item s LEFT JOIN stock_movement m ON m.sku = s.sku
    GROUP BY s.sku, s.on_hand, s.reserved, s.derived_committed ORDER BY s.sku";
const MOVEMENTS: &str = "SELECT sku, on_hand_delta, reserved_delta, committed_delta, reason, reference, moved_at
    FROM stock_movement ORDER BY position";
const RESERVATIONS: &str = "SELECT order_id, state, holds, held_until FROM reservation ORDER BY order_id";
const SHIPPING: &str =
    "SELECT order_id, number, items, created_at, state, closed_at FROM shipping_order ORDER BY order_id";

/// One object per shelf, movement, reservation and shipping order. `on_hand` is the column of that name: what is not
/// sold yet. Together with `committed` it is what lies there, `on_shelf`. Holds no personal data.
pub async fn audit(database: &Database) -> Result<Vec<Value>, StoreError> {
    database
        .read_long(|tx| {
            Box::pin(async move {
                let mut lines = Vec::new();
                for (sql, line) in [
                    (STOCK, stock as Line),
                    (MOVEMENTS, movement),
                    (RESERVATIONS, reservation_record),
                    (SHIPPING, shipped),
                ] {
                    for row in tx.fetch(sql, params![]).await? {
                        lines.push(line(&row)?);
                    }
                }
                Ok(lines)
            })
        })
        .await
}

type Line = fn(&Row) -> Result<Value, StoreError>;

fn stock(row: &Row) -> Result<Value, StoreError> {
    let item = rows::stock_item(row)?;
    Ok(json!({
        "context": "fulfilment", "kind": "stock", "sku": item.sku(), "on_hand": rows::unsold(&item),
        "reserved": item.reserved(), "available": item.available(),
        "committed": item.committed(), "on_shelf": item.on_hand(),
        "movements_on_hand": row.get::<i64>("moved_on_hand")?, "movements_reserved": row.get::<i64>("moved_reserved")?,
    }))
}

fn movement(row: &Row) -> Result<Value, StoreError> {
    Ok(json!({
        "context": "fulfilment", "kind": "stock_movement", "sku": row.get::<String>("sku")?,
        "on_hand": row.get::<i64>("on_hand_delta")?, "reserved": row.get::<i64>("reserved_delta")?,
        "committed": row.get::<Option<i64>>("committed_delta")?, "reason": row.get::<String>("reason")?,
        "reference": row.get::<String>("reference")?,
        "at": row.get::<Timestamp>("moved_at")?,
    }))
}

fn reservation_record(row: &Row) -> Result<Value, StoreError> {
    Ok(json!({
        "context": "fulfilment", "kind": "reservation", "order_id": row.get::<OrderId>("order_id")?,
        "state": row.get::<String>("state")?, "holds": row.get::<Value>("holds")?,
        "held_until": row.get::<Option<Timestamp>>("held_until")?,
    }))
}

fn shipped(row: &Row) -> Result<Value, StoreError> {
    Ok(json!({
        "context": "fulfilment", "kind": "shipping_order", "order_id": row.get::<OrderId>("order_id")?,
        "number": row.get::<String>("number")?, "status": row.get::<String>("state")?,
        "items": row.get::<Value>("items")?, "created_at": row.get::<Timestamp>("created_at")?,
        "closed_at": row.get::<Option<Timestamp>>("closed_at")?,
    }))
}
