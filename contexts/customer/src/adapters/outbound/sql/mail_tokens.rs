//! Tokens of mailed links: one row each.

use async_trait::async_trait;
use chassis::params;
use chassis::sql::Tx;
use shared_kernel::StoreError;

use super::{SqlCustomers, rows};
use crate::domain::{MailToken, Purpose, TokenHash};
use crate::ports::{IssueLimit, MailTokens};

const COUNT: &str = "SELECT COUNT(*) AS issued FROM mail_token
    WHERE customer_id = $1 AND purpose = $2 AND issued_at > $3";
const ISSUE: &str = "INSERT INTO mail_token (hash, customer_id, purpose, issued_at, expires_at)
    VALUES ($1, $2, $3, $4, $5)";
const FIND: &str = "SELECT hash, customer_id, issued_at, expires_at FROM mail_token WHERE hash = $1 AND purpose = $2";
const WITHDRAW: &str = "DELETE FROM mail_token WHERE hash = $1";

#[async_trait]
impl MailTokens for SqlCustomers {
    async fn issue(&self, token: MailToken, limit: IssueLimit) -> Result<bool, StoreError> {
        let done = self.database.write(move |tx| {
            let token = token.clone();
            Box::pin(async move { issue(tx, &token, limit).await })
        });
        done.await
    }

    async fn find(&self, hash: &TokenHash, purpose: Purpose) -> Result<Option<MailToken>, StoreError> {
        let key = hash.hex();
        let read = self.database.read(move |tx| Box::pin(tx.fetch_optional(FIND, params![&key, purpose.name()])));
        let Some(row) = read.await? else { return Ok(None) };
        Ok(Some(MailToken {
            hash: rows::hash(&row, "hash")?,
            customer: row.get("customer_id")?,
            purpose,
            issued_at: row.get("issued_at")?,
            expires_at: row.get("expires_at")?,
        }))
    }

    async fn withdraw(&self, hash: &TokenHash) -> Result<(), StoreError> {
        let hash = hash.hex();
        self.database.write(move |tx| Box::pin(tx.execute(WITHDRAW, params![&hash]))).await.map(|_| ())
    }
}

async fn issue(tx: &mut Tx, token: &MailToken, limit: IssueLimit) -> Result<bool, StoreError> {
    let (customer, purpose) = (token.customer, token.purpose.name());
    if super::hold(tx, customer).await?.is_none() {
        return Ok(false);
    }
    let row = tx.fetch_optional(COUNT, params![customer, purpose, limit.since]).await?;
    let issued = row.map_or(Ok(0), |row| row.get::<u32>("issued"))?;
    if issued >= limit.at_most {
        return Ok(false);
    }
    let row = params![token.hash.hex(), customer, purpose, token.issued_at, token.expires_at];
    tx.execute(ISSUE, row).await.map(|_| true)
}
