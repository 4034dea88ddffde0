//! Every recorded sale and refund, to be compared with the other contexts' records.

use chassis::params;
use chassis::sql::{Database, Row};
use serde_json::{Value, json};
use shared_kernel::{StoreError, Timestamp};

use super::SqlBooks;

impl SqlBooks {
    /// One JSON object per sale and per refund, by order and by refund.
    pub async fn audit(&self) -> Result<Vec<Value>, StoreError> {
        audit(&self.database).await
    }
}

/// The same for a database that is not in use, such as one in a backup.
pub async fn audit(database: &Database) -> Result<Vec<Value>, StoreError> {
    database
        .read_long(|tx| {
            Box::pin(async move {
                let sales = "SELECT s.order_id, s.number, s.outcome, s.sold_at, s.month, s.currency, s.country,
                            s.net_minor, s.tax_minor, s.shipping_minor, s.gross_minor, c.completed_at, x.cancelled_at
                        FROM sale AS s LEFT JOIN completion AS c ON c.order_id = s.order_id
                            LEFT JOIN cancellation AS x ON x.order_id = s.order_id
                        ORDER BY s.order_id";
                let refunds = "SELECT refund_id, order_id, number, amount_minor, currency, reason, refunded_at,
                            month FROM refund WHERE NOT EXISTS (SELECT 1 FROM refund_failure AS f
                                WHERE f.order_id = refund.order_id AND f.refund_id = refund.refund_id)
                            ORDER BY order_id, refund_id";
                let sales = tx.fetch(sales, params![]).await?;
                let refunds = tx.fetch(refunds, params![]).await?;
                sales.iter().map(sale).chain(refunds.iter().map(refund)).collect()
            })
        })
        .await
}

fn sale(row: &Row) -> Result<Value, StoreError> {
    let outcome: String = row.get("outcome")?;
    Ok(json!({
        "context": "reports",
        "kind": "sale",
        "order_id": row.get::<String>("order_id")?,
        "number": row.get::<String>("number")?,
        "counted": outcome != "void",
        "outcome": outcome,
        "sold_at": row.get::<Timestamp>("sold_at")?,
        "month": row.get::<String>("month")?,
        "currency": row.get::<String>("currency")?,
        "country": row.get::<String>("country")?,
        "net_minor": row.get::<i64>("net_minor")?,
        "tax_minor": row.get::<i64>("tax_minor")?,
        "shipping_minor": row.get::<i64>("shipping_minor")?,
        "gross_minor": row.get::<i64>("gross_minor")?,
        "completed_at": row.get::<Option<Timestamp>>("completed_at")?,
        "cancelled_at": row.get::<Option<Timestamp>>("cancelled_at")?,
    }))
}

fn refund(row: &Row) -> Result<Value, StoreError> {
    Ok(json!({
        "context": "reports",
        "kind": "refund",
        "refund_id": row.get::<String>("refund_id")?,
        "order_id": row.get::<String>("order_id")?,
        "number": row.get::<String>("number")?,
        "amount_minor": row.get::<i64>("amount_minor")?,
        "currency": row.get::<String>("currency")?,
        "reason": row.get::<String>("reason")?,
        "refunded_at": row.get::<Timestamp>("refunded_at")?,
        "month": row.get::<String>("month")?,
    }))
}
