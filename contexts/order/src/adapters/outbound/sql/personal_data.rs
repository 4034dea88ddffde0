//! Where people are named in this context's tables and messages.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::mail::forget;
use chassis::messaging::{Record, erase_fields, scrub};
use chassis::params;
use chassis::sql::Tx;
use serde_json::Value;
use sha2::{Digest, Sha256};
use shared_kernel::{Cause, CustomerId, OrderId, StoreError, Timestamp};

use super::orders::SqlOrderStore;
use super::rows::anonymised_row;
use super::write;
use crate::adapters::outbound::publish::published;
use crate::ports::PersonalData;

const KNOW: &str = "INSERT INTO known_customer (customer_id) VALUES ($1) ON CONFLICT (customer_id) DO NOTHING";
const REMEMBER: &str = "INSERT INTO known_customer (customer_id, erased_at) VALUES ($1, $2)
    ON CONFLICT (customer_id) DO UPDATE SET erased_at = COALESCE(known_customer.erased_at, excluded.erased_at)";
const FORGET_CARTS: &str = "DELETE FROM carts WHERE owner = $1";
const FORGET_KEYS: &str = "DELETE FROM request_keys WHERE principal = $1";
const NAMING: &str = "SELECT orders.id FROM known_customer
    JOIN orders ON orders.customer_id = known_customer.customer_id AND orders.anonymised_at IS NULL
    WHERE known_customer.erased_at IS NOT NULL AND orders.id > $1 ORDER BY orders.id LIMIT $2";
const WITHOUT_ACCOUNT: &str = "SELECT id, email FROM orders
    WHERE email IS NOT NULL AND customer_id IS NULL AND anonymised_at IS NULL AND id > $1 ORDER BY id LIMIT 1000";
const ANONYMISE: &str = "UPDATE orders SET email = NULL, buyer_name = NULL, buyer_reference = NULL, frozen = $3,
        progress = $4, anonymised_at = $5, version = version + 1
    WHERE id = $1 AND version = $2";

/// The fields of our facts, and of what the payment provider tells us, that name people.
const PERSONAL: &[&str] = &[
    "email",
    "delivery_address",
    "customer",
    "receipt_email",
    "customer_email",
    "customer_details",
    "billing_details",
    "shipping",
];

/// Reasons that people write in their own words.
const WRITTEN_BY_PEOPLE: [&str; 3] =
    ["store.order.cancellation_requested.v1", "store.order.cancelled.v1", "store.order.refunded.v1"];

/// Takes people out of our facts and of letters about orders.
pub(super) fn redact(event_type: &str, data: &mut Value) {
    erase_fields(data, PERSONAL);
    if WRITTEN_BY_PEOPLE.contains(&event_type) {
        erase_fields(data, &["reason"]);
    }
}

#[async_trait]
impl PersonalData for SqlOrderStore {
    async fn remember_customer(&self, customer: CustomerId, cause: &Cause) -> Result<(), StoreError> {
        let (recorder, cause) = (self.recorder.clone(), cause.clone());
        let remembered = self.database.write(move |tx| {
            let (recorder, cause) = (recorder.clone(), cause.clone());
            Box::pin(async move {
                tx.execute(KNOW, params![customer]).await?;
                recorder.record(tx, Record { cause: Some(&cause), ..Record::default() }).await
            })
        });
        remembered.await
    }

    async fn remember_erased(&self, customer: CustomerId, now: Timestamp, cause: &Cause) -> Result<(), StoreError> {
        let (recorder, cause) = (self.recorder.clone(), cause.clone());
        let remembered = self.database.write(move |tx| {
            let (recorder, cause) = (recorder.clone(), cause.clone());
            Box::pin(async move {
                tx.execute(REMEMBER, params![customer, now]).await?;
                tx.execute(FORGET_CARTS, params![customer]).await?;
                tx.execute(FORGET_KEYS, params![customer]).await?;
                chassis::security::forget(tx, customer).await?;
                recorder.record(tx, Record { cause: Some(&cause), ..Record::default() }).await
            })
        });
        remembered.await
    }

    async fn naming_erased(&self, after: Option<OrderId>, limit: u32) -> Result<Vec<OrderId>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let found = self.database.read_long(move |tx| Box::pin(tx.fetch(NAMING, params![&after, limit])));
        found.await?.iter().map(|row| row.get("id")).collect()
    }

    async fn without_account(&self, email_digest: &str) -> Result<Vec<OrderId>, StoreError> {
        let (mut after, mut found) = (String::new(), Vec::new());
        loop {
            let from = after.clone();
            let rows = self.database.read_long(move |tx| Box::pin(tx.fetch(WITHOUT_ACCOUNT, params![&from]))).await?;
            let Some(last) = rows.last() else { return Ok(found) };
            after = last.get("id")?;
            for row in &rows {
                if digest(&row.get::<String>("email")?) == email_digest {
                    found.push(row.get("id")?);
                }
            }
        }
    }

    async fn anonymise(&self, order: OrderId, now: Timestamp) -> Result<bool, StoreError> {
        let store = Arc::new(self.clone());
        let done = self.database.write(move |tx| {
            let store = Arc::clone(&store);
            Box::pin(async move { store.anonymise_in(tx, order, now).await })
        });
        done.await
    }
}

impl SqlOrderStore {
    async fn anonymise_in(&self, tx: &mut Tx, id: OrderId, now: Timestamp) -> Result<bool, StoreError> {
        let Some(order) = write::lock(tx, id).await? else { return Ok(false) };
        let email = order.buyer().email.clone();
        let decided = order.anonymised(now);
        if !decided.has_changes() {
            return Ok(false);
        }
        if tx.execute(ANONYMISE, anonymised_row(&decided.order, now)?).await? == 0 {
            return Err(StoreError::Stale);
        }
        scrub(tx, &id.to_string(), redact, now).await?;
        let tasks = email.map(|email| forget::task(format!("forget-mail-{id}"), &email)).into_iter().collect();
        self.recorder.record(tx, Record { cause: None, events: published(&decided), tasks }).await?;
        Ok(true)
    }
}

pub(crate) fn digest(email: &str) -> String {
    hex::encode(Sha256::digest(email.to_lowercase()))
}
