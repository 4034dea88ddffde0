//! Lists of orders in SQL, by key: a page costs the same however many orders there are.

use async_trait::async_trait;
use chassis::messaging::first_traceparent;
use chassis::params;
use chassis::sql::{Params, Tx};
use chassis::telemetry::trace_id;
use shared_kernel::{Limit, OrderId, Page, StoreError, Timestamp};

use super::orders::SqlOrderStore;
use super::rows::{columns, read};
use crate::domain::Order;
use crate::ports::{OrderCursor, OrderFilter, OrderHistory};

const OF_CUSTOMER: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM orders WHERE customer_id = $1 AND placed_at >= $2 AND (placed_at, id) < ($3, $4)
      AND ($5 = '' OR status = $5) AND ($6 = '' OR words LIKE $6 ESCAPE '\\')
      ORDER BY placed_at DESC, id DESC LIMIT $7"
);
const OF_ALL: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM orders WHERE placed_at >= $1 AND (placed_at, id) < ($2, $3) ORDER BY placed_at DESC, id DESC LIMIT $4"
);
const OF_STATUS: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM orders WHERE status = $5 AND placed_at >= $1 AND (placed_at, id) < ($2, $3)
      ORDER BY placed_at DESC, id DESC LIMIT $4"
);
const NAMED: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM orders WHERE (number = $5 OR email = $6 OR id = $6 OR buyer_name = $6 OR buyer_reference = $5)
      AND placed_at >= $1 AND (placed_at, id) < ($2, $3)
      AND ($7 = '' OR status = $7) ORDER BY placed_at DESC, id DESC LIMIT $4"
);
const ATTENTION: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM orders WHERE attention_at IS NOT NULL AND (attention_at, id) > ($1, $2) ORDER BY attention_at, id LIMIT $3"
);
const BY_ID: &str = concat!("SELECT ", columns!(), " FROM orders WHERE id > $1 ORDER BY id LIMIT $2");

#[async_trait]
impl OrderHistory for SqlOrderStore {
    async fn page(&self, filter: &OrderFilter) -> Result<Page<Order>, StoreError> {
        let (sql, params) = statement(filter);
        let orders = self.fetch(sql, params).await?;
        Ok(Page::cut(orders, filter.limit, |order| OrderCursor::of(order).text()))
    }

    async fn needing_attention(&self, after: Option<&str>, limit: Limit) -> Result<Page<Order>, StoreError> {
        let (since, id) = after
            .and_then(OrderCursor::parse)
            .map_or((i64::MIN, String::new()), |cursor| (cursor.placed_at.micros(), cursor.id.to_string()));
        let orders = self.fetch(ATTENTION, params![since, id, i64::from(limit.get()) + 1]).await?;
        Ok(Page::cut(orders, limit, |order| {
            let placed_at = order.attention().map_or(order.placed_at(), |attention| attention.since);
            OrderCursor { placed_at, id: order.id() }.text()
        }))
    }

    async fn trace(&self, order: OrderId) -> Result<Option<String>, StoreError> {
        let subject = order.to_string();
        let placed = self.database.read(move |tx: &mut Tx| {
            let subject = subject.clone();
            Box::pin(async move { first_traceparent(tx, &subject).await })
        });
        Ok(placed.await?.as_deref().and_then(trace_id))
    }

    async fn all(&self, after: Option<OrderId>, limit: u32) -> Result<Vec<Order>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        self.fetch(BY_ID, params![after, limit]).await
    }
}

impl SqlOrderStore {
    async fn fetch(&self, sql: &'static str, params: Params) -> Result<Vec<Order>, StoreError> {
        self.database
            .read_long(move |tx: &mut Tx| {
                let params = params.clone();
                Box::pin(async move { tx.fetch(sql, params).await?.iter().map(read).collect() })
            })
            .await
    }
}

/// The statement that fits the filter, so that each finds an index to walk.
fn statement(filter: &OrderFilter) -> (&'static str, Params) {
    let since = filter.since.map_or(i64::MIN, Timestamp::micros);
    // The first page begins after every possible order.
    let (at, id) =
        filter.after.map_or((i64::MAX, "~".to_owned()), |after| (after.placed_at.micros(), after.id.to_string()));
    let status = filter.status.map_or("", |status| status.name());
    let limit = i64::from(filter.limit.get()) + 1;
    let text = filter.text.as_deref();
    match (filter.customer, text, filter.status) {
        (Some(customer), text, _) => {
            let words = text.map_or_else(String::new, |text| format!("%{}%", escaped(&text.to_lowercase())));
            (OF_CUSTOMER, params![customer, since, at, id, status, words, limit])
        }
        (None, Some(text), _) => (NAMED, params![since, at, id, limit, text, text.to_lowercase(), status]),
        (None, None, Some(_)) => (OF_STATUS, params![since, at, id, limit, status]),
        (None, None, None) => (OF_ALL, params![since, at, id, limit]),
    }
}

/// The text with LIKE's own characters made plain.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
