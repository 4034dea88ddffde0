//! Every record of this context for the audit, without a personal datum.

use chassis::params;
use serde_json::{Value, json};
use shared_kernel::{CustomerId, StoreError, Timestamp};

use super::{SqlCustomers, rows};

impl SqlCustomers {
    /// One JSON object per customer, erased ones included, and one per API key.
    pub async fn audit(&self) -> Result<Vec<Value>, StoreError> {
        let customers = "SELECT id, version, verified, role, registered_at, erased_at FROM customer ORDER BY id";
        let found = self.database.read_long(move |tx| Box::pin(tx.fetch(customers, params![]))).await?;
        let mut records = Vec::with_capacity(found.len());
        for row in &found {
            records.push(json!({
                "context": "customer", "kind": "customer", "id": row.get::<CustomerId>("id")?,
                "version": row.get::<i64>("version")?, "verified": row.get::<bool>("verified")?,
                "role": row.get::<String>("role")?, "registered_at": row.get::<Timestamp>("registered_at")?,
                "erased_at": row.get::<Option<Timestamp>>("erased_at")?,
            }));
        }
        let keys = "SELECT * FROM api_key ORDER BY id";
        for row in &self.database.read_long(move |tx| Box::pin(tx.fetch(keys, params![]))).await? {
            let key = rows::api_key(row)?;
            records.push(json!({
                "context": "customer", "kind": "api-key", "id": key.id, "owner": key.owner, "role": key.role.name(),
                "created_at": key.created_at, "expires_at": key.expires_at, "revoked_at": key.revoked_at,
            }));
        }
        Ok(records)
    }
}
