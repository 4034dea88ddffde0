//! API keys: one row each.

use async_trait::async_trait;
use chassis::params;
use shared_kernel::{Identity, StoreError, Timestamp};

use super::{SqlCustomers, rows};
use crate::domain::{ApiKey, ApiKeyId};
use crate::ports::ApiKeys;

const ADD: &str = "INSERT INTO api_key (id, owner_id, label, role, secret_hash, created_at, expires_at, revoked_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const IDENTIFY: &str =
    "SELECT k.id, k.owner_id, k.label, k.role, k.secret_hash, k.created_at, k.expires_at, k.revoked_at,
        c.id AS customer_id, c.first_name, c.email, c.verified, c.role AS owner_role
    FROM api_key k JOIN customer c ON c.id = k.owner_id
    WHERE k.id = $1 AND c.erased_at IS NULL";
const LIST: &str = "SELECT * FROM api_key ORDER BY id DESC LIMIT 100";
const REVOKE: &str = "UPDATE api_key SET revoked_at = COALESCE(revoked_at, $2) WHERE id = $1";

#[async_trait]
impl ApiKeys for SqlCustomers {
    async fn add(&self, key: ApiKey) -> Result<(), StoreError> {
        let done = self.database.write(move |tx| {
            let (id, secret) = (key.id.uuid(), key.secret.hex());
            let (label, role) = (key.label.clone(), key.role.name());
            let row = params![id, key.owner, label, role, secret, key.created_at, key.expires_at, key.revoked_at];
            let owner = key.owner;
            Box::pin(async move {
                super::hold(tx, owner).await?.ok_or(StoreError::Stale)?;
                tx.execute(ADD, row).await.map(|_| ())
            })
        });
        done.await
    }

    async fn identify(&self, id: ApiKeyId) -> Result<Option<(ApiKey, Identity)>, StoreError> {
        let id = id.uuid();
        let found = self.database.read(move |tx| Box::pin(tx.fetch_optional(IDENTIFY, params![id]))).await?;
        found.map(|row| Ok((rows::api_key(&row)?, rows::identity(&row)?))).transpose()
    }

    async fn list(&self) -> Result<Vec<ApiKey>, StoreError> {
        let found = self.database.read(move |tx| Box::pin(tx.fetch(LIST, params![]))).await?;
        found.iter().map(rows::api_key).collect()
    }

    async fn revoke(&self, id: ApiKeyId, at: Timestamp) -> Result<bool, StoreError> {
        let id = id.uuid();
        let revoked = self.database.write(move |tx| Box::pin(tx.execute(REVOKE, params![id, at]))).await?;
        Ok(revoked == 1)
    }
}
