//! Looking at what there is to send.

use async_trait::async_trait;
use chassis::params;
use chassis::sql::Database;
use shared_kernel::{Limit, OrderId, Page, Sku, StoreError};

use super::rows;
use crate::domain::ShippingOrder;
use crate::ports::{StatusFilter, WorkList};

const FIND: &str = "SELECT order_id, number, gross_minor, email, address, items, created_at, state, closed_at
    FROM shipping_order WHERE order_id = $1";
const LIST: &str = "SELECT order_id, number, gross_minor, email, address, items, created_at, state, closed_at
    FROM shipping_order WHERE work_rank <= $2 AND (work_rank, work_order, order_id) > ($1, $3, $4)
    ORDER BY work_rank, work_order, order_id LIMIT $5";
const DELIVERABLE: &str = "SELECT w.order_id AS order_id, w.sku AS sku
    FROM waiting_item w JOIN digital_file f ON f.sku = w.sku ORDER BY w.sku, w.order_id LIMIT $1";

/// [`WorkList`] over the context's database.
#[derive(Clone)]
pub struct SqlWorkList {
    database: Database,
}

impl SqlWorkList {
    /// Reads from `database`.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl WorkList for SqlWorkList {
    async fn find(&self, order: OrderId) -> Result<Option<ShippingOrder>, StoreError> {
        self.database
            .read(move |tx| {
                Box::pin(async move {
                    tx.fetch_optional(FIND, params![order]).await?.as_ref().map(rows::shipping_order).transpose()
                })
            })
            .await
    }

    async fn list(
        &self,
        filter: StatusFilter,
        cursor: Option<String>,
        limit: Limit,
    ) -> Result<Option<Page<ShippingOrder>>, StoreError> {
        let (first, last) = ranks(filter);
        let start = (first, i64::MIN, String::new());
        let Some(after) = cursor.map_or(Some(start), |cursor| parse(&cursor).filter(|after| after.0 >= first)) else {
            return Ok(None);
        };
        let orders: Vec<ShippingOrder> = self
            .database
            .read_long(move |tx| {
                let (rank, place, order) = after.clone();
                Box::pin(async move {
                    let rows = tx.fetch(LIST, params![rank, last, place, order, limit.get() + 1]).await?;
                    rows.iter().map(rows::shipping_order).collect()
                })
            })
            .await?;
        Ok(Some(Page::cut(orders, limit, cursor_after)))
    }

    async fn deliverable(&self, limit: u32) -> Result<Vec<(OrderId, Sku)>, StoreError> {
        self.database
            .read(move |tx| {
                Box::pin(async move {
                    let rows = tx.fetch(DELIVERABLE, params![limit]).await?;
                    rows.iter().map(|row| Ok((row.get("order_id")?, row.get("sku")?))).collect()
                })
            })
            .await
    }
}

fn ranks(filter: StatusFilter) -> (i64, i64) {
    match filter {
        StatusFilter::All => (0, 2),
        StatusFilter::Pending => (0, 0),
        StatusFilter::Processed => (1, 1),
        StatusFilter::Cancelled => (2, 2),
    }
}

fn cursor_after(order: &ShippingOrder) -> String {
    let (_, _, rank, place) = rows::standing(order);
    format!("{rank}~{place}~{}", order.order())
}

fn parse(cursor: &str) -> Option<(i64, i64, String)> {
    let mut parts = cursor.splitn(3, '~');
    let (rank, place, order) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
    Some((rank, place, OrderId::parse(order).ok()?.to_string()))
}
