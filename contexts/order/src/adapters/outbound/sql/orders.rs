//! Orders in SQL: found, and changed by decisions that are made inside the write transaction.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::messaging::Recorder;
use chassis::params;
use chassis::sql::{Database, Tx};
use shared_kernel::{Clock, OrderId, StoreError, Timestamp, retry_on_conflict};

use super::order_changes::OrderChangeNotifier;
use super::rows::{columns, read};
use super::write::{self, StoredRequest};
use crate::domain::{IntentId, Order};
use crate::ports::{OrderStore, Update, Updated};

/// Keeps orders in the context's database.
#[derive(Clone)]
pub struct SqlOrderStore {
    pub(super) database: Database,
    pub(super) recorder: Recorder,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) prefix: String,
    pub(super) room: OrderChangeNotifier,
}

/// How often a change is decided again because its key was taken meanwhile, for another order. It is found the next time.
pub(super) const MAX_ATTEMPTS: u32 = 10;

const OF_INTENT: &str = "SELECT order_id FROM order_intents WHERE intent = $1";
const DUE: &str = "SELECT id FROM orders WHERE due_at IS NOT NULL AND due_at <= $1 ORDER BY due_at LIMIT $2";
const OPEN_MONEY: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM orders WHERE money_open = 1 AND placed_at <= $1 AND id > $2 ORDER BY id LIMIT $3"
);

impl SqlOrderStore {
    /// Works on this database; numbers begin with `prefix`; those who wait in `room` are woken after each change.
    pub fn new(
        database: Database,
        recorder: Recorder,
        clock: Arc<dyn Clock>,
        prefix: impl Into<String>,
        room: OrderChangeNotifier,
    ) -> Self {
        Self { database, recorder, clock, prefix: prefix.into(), room }
    }
}

#[async_trait]
impl OrderStore for SqlOrderStore {
    async fn find(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        self.database.read(move |tx| Box::pin(write::find(tx, id))).await
    }

    async fn find_by_intent(&self, intent: &IntentId) -> Result<Option<OrderId>, StoreError> {
        let intent = intent.clone();
        self.database
            .read(move |tx| {
                let intent = intent.clone();
                Box::pin(async move {
                    let row = tx.fetch_optional(OF_INTENT, params![intent.as_str()]).await?;
                    row.map(|row| row.get("order_id")).transpose()
                })
            })
            .await
    }

    async fn update(&self, update: Update) -> Result<Updated, StoreError> {
        let order = update.order;
        let attempt = || {
            let (update, recorder, clock) = (update.clone(), self.recorder.clone(), Arc::clone(&self.clock));
            self.database.write(move |tx| {
                let (update, recorder, now) = (update.clone(), recorder.clone(), clock.now());
                Box::pin(async move { apply(tx, &recorder, &update, now).await })
            })
        };
        let updated = retry_on_conflict(MAX_ATTEMPTS, attempt).await?;
        if matches!(updated, Updated::Changed(_)) {
            self.room.notify(order);
        }
        Ok(updated)
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<OrderId>, StoreError> {
        self.database
            .read(move |tx| {
                Box::pin(async move {
                    let rows = tx.fetch(DUE, params![now, limit]).await?;
                    rows.iter().map(|row| row.get("id")).collect()
                })
            })
            .await
    }

    async fn with_open_money(
        &self,
        before: Timestamp,
        after: Option<OrderId>,
        limit: u32,
    ) -> Result<Vec<Order>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        self.database
            .read(move |tx| {
                let after = after.clone();
                Box::pin(async move {
                    tx.fetch(OPEN_MONEY, params![before, after, limit]).await?.iter().map(read).collect()
                })
            })
            .await
    }
}

async fn apply(tx: &mut Tx, recorder: &Recorder, update: &Update, now: Timestamp) -> Result<Updated, StoreError> {
    let held = write::lock(tx, update.order).await?;
    if let Some(key) = &update.key {
        match write::find_key(tx, key).await? {
            Some(StoredRequest::Order(order)) => return Ok(Updated::Unchanged(*order)),
            Some(StoredRequest::OtherRequest) => return Ok(Updated::KeyReused),
            None => {}
        }
    }
    let Some(order) = held else { return Ok(Updated::Missing) };
    let decided = match (update.decide)(order) {
        Ok(decided) => decided,
        Err(refusal) => return Ok(Updated::Refused(refusal)),
    };
    if !decided.has_changes() {
        return Ok(Updated::Unchanged(decided.order));
    }
    write::overwrite(tx, &decided, now).await?;
    if let Some(key) = &update.key {
        write::keep_key(tx, key, update.order, now).await?;
    }
    write::write_outgoing(tx, recorder, update.cause.as_ref(), &[&decided]).await?;
    let version = decided.order.version() + 1;
    Ok(Updated::Changed(decided.order.at_version(version)))
}
