//! Orders by the time at which they were placed, for anyone who compares their money with the provider's books.

use async_trait::async_trait;
use chassis::params;
use shared_kernel::StoreError;

use super::orders::SqlOrderStore;
use super::rows::{columns, read};
use crate::domain::Order;
use crate::ports::{MoneyOrders, PlacedAt};

const PLACED_AFTER: &str =
    concat!("SELECT ", columns!(), " FROM orders WHERE (placed_at, id) > ($1, $2) ORDER BY placed_at, id LIMIT $3");
const COMPARED_TO: &str = "SELECT placed_at, order_id FROM reconciliation WHERE one = 1";
const KEEP_COMPARED_TO: &str = "INSERT INTO reconciliation (one, placed_at, order_id) VALUES (1, $1, $2)
    ON CONFLICT (one) DO UPDATE SET placed_at = excluded.placed_at, order_id = excluded.order_id";

#[async_trait]
impl MoneyOrders for SqlOrderStore {
    async fn placed_after(&self, after: PlacedAt, limit: u32) -> Result<Vec<Order>, StoreError> {
        let id = after.order.map_or_else(String::new, |id| id.to_string());
        self.database
            .read_long(move |tx| {
                let id = id.clone();
                Box::pin(async move {
                    tx.fetch(PLACED_AFTER, params![after.at, id, limit]).await?.iter().map(read).collect()
                })
            })
            .await
    }

    async fn compared_to(&self) -> Result<Option<PlacedAt>, StoreError> {
        self.database
            .read(|tx| {
                Box::pin(async move {
                    let Some(row) = tx.fetch_optional(COMPARED_TO, params![]).await? else { return Ok(None) };
                    Ok(Some(PlacedAt { at: row.get("placed_at")?, order: row.get("order_id")? }))
                })
            })
            .await
    }

    async fn keep_compared_to(&self, last: PlacedAt) -> Result<(), StoreError> {
        self.database
            .write(move |tx| {
                Box::pin(async move { tx.execute(KEEP_COMPARED_TO, params![last.at, last.order]).await.map(|_| ()) })
            })
            .await
    }
}
