//! Known browsers: one row for each account that was logged in to from one.

use async_trait::async_trait;
use chassis::params;
use shared_kernel::{CustomerId, StoreError, Timestamp};

use super::SqlCustomers;
use crate::domain::TokenHash;
use crate::ports::{KnownDevices, MAX_DEVICES};

const KNOWS: &str = "SELECT 1 AS known FROM known_device WHERE hash = $1 AND customer_id = $2";
const IS_OURS: &str = "SELECT 1 AS known FROM known_device WHERE hash = $1 LIMIT 1";
const REMEMBER: &str = "INSERT INTO known_device (hash, customer_id, used_at) VALUES ($1, $2, $3)
    ON CONFLICT (hash, customer_id) DO UPDATE SET used_at = excluded.used_at";
/// The time of the first that is one too many; it and all that are older go.
const ONE_TOO_MANY: &str = "SELECT used_at FROM known_device WHERE customer_id = $1
    ORDER BY used_at DESC, hash LIMIT 1 OFFSET $2";
const FORGET_OLD: &str = "DELETE FROM known_device WHERE customer_id = $1 AND used_at <= $2";

#[async_trait]
impl KnownDevices for SqlCustomers {
    async fn knows(&self, device: &TokenHash, customer: CustomerId) -> Result<bool, StoreError> {
        let device = device.hex();
        let found = self.database.read(move |tx| Box::pin(tx.fetch_optional(KNOWS, params![&device, customer])));
        Ok(found.await?.is_some())
    }

    async fn is_ours(&self, device: &TokenHash) -> Result<bool, StoreError> {
        let device = device.hex();
        Ok(self.database.read(move |tx| Box::pin(tx.fetch_optional(IS_OURS, params![&device]))).await?.is_some())
    }

    async fn remember(&self, device: &TokenHash, customer: CustomerId, at: Timestamp) -> Result<(), StoreError> {
        let device = device.hex();
        let done = self.database.write(move |tx| {
            let device = device.clone();
            Box::pin(async move {
                if super::hold(tx, customer).await?.is_none() {
                    return Ok(());
                }
                tx.execute(REMEMBER, params![&device, customer, at]).await?;
                let row = tx.fetch_optional(ONE_TOO_MANY, params![customer, i64::from(MAX_DEVICES)]).await?;
                if let Some(row) = row {
                    tx.execute(FORGET_OLD, params![customer, row.get::<i64>("used_at")?]).await?;
                }
                Ok(())
            })
        });
        done.await
    }
}
