//! Login challenges: one row for each login that still waits for its code.

use async_trait::async_trait;
use chassis::params;
use shared_kernel::StoreError;

use super::SqlCustomers;
use crate::domain::{PasswordHash, TokenHash};
use crate::ports::{LoginChallenge, LoginChallenges};

const OPEN: &str = "INSERT INTO login_challenge (hash, customer_id, password_hash, expires_at) VALUES ($1, $2, $3, $4)";
const FIND: &str = "SELECT customer_id, password_hash, expires_at FROM login_challenge WHERE hash = $1";
const END: &str = "DELETE FROM login_challenge WHERE hash = $1";

#[async_trait]
impl LoginChallenges for SqlCustomers {
    async fn open(&self, challenge: &LoginChallenge) -> Result<(), StoreError> {
        let challenge = challenge.clone();
        let done = self.database.write(move |tx| {
            let LoginChallenge { hash, customer, proven, expires_at } = challenge.clone();
            Box::pin(async move {
                if super::hold(tx, customer).await?.as_ref() != Some(&proven) {
                    return Err(StoreError::Stale);
                }
                let row = params![hash.hex(), customer, proven.as_str(), expires_at];
                tx.execute(OPEN, row).await.map(|_| ())
            })
        });
        done.await
    }

    async fn find(&self, hash: &TokenHash) -> Result<Option<LoginChallenge>, StoreError> {
        let key = hash.hex();
        let found = self.database.read(move |tx| Box::pin(tx.fetch_optional(FIND, params![&key]))).await?;
        let Some(row) = found else { return Ok(None) };
        Ok(Some(LoginChallenge {
            hash: *hash,
            customer: row.get("customer_id")?,
            proven: PasswordHash::new(row.get::<String>("password_hash")?),
            expires_at: row.get("expires_at")?,
        }))
    }

    async fn end(&self, hash: &TokenHash) -> Result<(), StoreError> {
        let hash = hash.hex();
        self.database.write(move |tx| Box::pin(tx.execute(END, params![&hash]))).await.map(|_| ())
    }
}
