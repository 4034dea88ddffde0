//! Where people are named in this context's tables and messages.

use async_trait::async_trait;
use chassis::mail::forget;
use chassis::messaging::{Record, erase_fields, scrub};
use chassis::params;
use chassis::sql::Tx;
use serde_json::Value;
use shared_kernel::{Cause, OrderId, StoreError, Timestamp};

use super::warehouse::SqlWarehouse;
use crate::ports::PersonalData;

const REMEMBER: &str = "INSERT INTO anonymised_order (order_id, anonymised_at) VALUES ($1, $2)
    ON CONFLICT (order_id) DO NOTHING";
const EMAIL: &str = "SELECT email FROM shipping_order WHERE order_id = $1";
const FORGET: &str = "UPDATE shipping_order SET email = '', address = NULL WHERE order_id = $1";
/// For shipping orders that are made of messages that come late.
const FORGET_KNOWN: &str = "UPDATE shipping_order SET email = '', address = NULL WHERE order_id = $1
    AND EXISTS (SELECT 1 FROM anonymised_order WHERE anonymised_order.order_id = shipping_order.order_id)";

fn redact(_event_type: &str, data: &mut Value) {
    erase_fields(data, &["email", "delivery_address"]);
}

#[async_trait]
impl PersonalData for SqlWarehouse {
    async fn anonymise(&self, order: OrderId, now: Timestamp, cause: &Cause) -> Result<(), StoreError> {
        let (recorder, cause) = (self.recorder.clone(), cause.clone());
        let done = self.database.write(move |tx| {
            let (recorder, cause) = (recorder.clone(), cause.clone());
            Box::pin(async move {
                let row = tx.fetch_for_update(EMAIL, params![order]).await?;
                let email: String = row.first().map(|row| row.get("email")).transpose()?.unwrap_or_default();
                tx.execute(REMEMBER, params![order, now]).await?;
                tx.execute(FORGET, params![order]).await?;
                scrub(tx, &order.to_string(), redact, now).await?;
                let known = Some(email).filter(|email| !email.is_empty());
                let tasks = known.map(|email| forget::task(format!("forget-mail-{order}"), &email));
                let tasks = tasks.into_iter().collect();
                recorder.record(tx, Record { cause: Some(&cause), events: vec![], tasks }).await
            })
        });
        done.await
    }
}

/// Removes the personal data of a new shipping order if its customer was erased before it was made.
pub(super) async fn keep_forgotten(tx: &mut Tx, order: OrderId) -> Result<(), StoreError> {
    tx.execute(FORGET_KNOWN, params![order]).await.map(drop)
}
