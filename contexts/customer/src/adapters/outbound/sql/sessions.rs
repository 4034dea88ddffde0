//! Sessions: one row each, found by its primary key together with its owner.

use async_trait::async_trait;
use chassis::params;
use chassis::sql::Tx;
use shared_kernel::{Identity, StoreError, Timestamp};

use super::{SqlCustomers, rows};
use crate::domain::{PasswordHash, Session, TokenHash};
use crate::ports::Sessions;

const IDENTIFY: &str = "SELECT s.hash, s.customer_id, s.started_at, s.last_seen,
        c.first_name, c.email, c.verified, c.role AS owner_role
    FROM session s JOIN customer c ON c.id = s.customer_id
    WHERE s.hash = $1 AND c.erased_at IS NULL";
const INSERT: &str = "INSERT INTO session (hash, customer_id, started_at, last_seen) VALUES ($1, $2, $3, $4)";
const END: &str = "DELETE FROM session WHERE hash = $1";

#[async_trait]
impl Sessions for SqlCustomers {
    async fn open(
        &self,
        session: Session,
        proven: &PasswordHash,
        instead_of: Option<TokenHash>,
    ) -> Result<(), StoreError> {
        let proven = proven.clone();
        let done = self.database.write(move |tx| {
            let (session, proven) = (session.clone(), proven.clone());
            Box::pin(async move {
                if super::hold(tx, session.customer).await? != Some(proven) {
                    return Err(StoreError::Stale);
                }
                insert(tx, &session).await?;
                if let Some(hash) = instead_of {
                    tx.execute(END, params![hash.hex()]).await?;
                }
                Ok(())
            })
        });
        done.await
    }

    async fn identify(&self, hash: &TokenHash) -> Result<Option<(Session, Identity)>, StoreError> {
        let hash = hash.hex();
        let found = self.database.read(move |tx| Box::pin(tx.fetch_optional(IDENTIFY, params![&hash]))).await?;
        found.map(|row| Ok((rows::session(&row)?, rows::identity(&row)?))).transpose()
    }

    async fn touch(&self, hash: &TokenHash, at: Timestamp) -> Result<(), StoreError> {
        let hash = hash.hex();
        let touch = "UPDATE session SET last_seen = $2 WHERE hash = $1 AND last_seen < $2";
        self.database.write(move |tx| Box::pin(tx.execute(touch, params![&hash, at]))).await.map(|_| ())
    }

    async fn end(&self, hash: &TokenHash) -> Result<(), StoreError> {
        let hash = hash.hex();
        self.database.write(move |tx| Box::pin(tx.execute(END, params![&hash]))).await.map(|_| ())
    }
}

/// Begins a session of a customer who is held.
pub(super) async fn insert(tx: &mut Tx, session: &Session) -> Result<(), StoreError> {
    let row = params![session.hash.hex(), session.customer, session.started_at, session.last_seen];
    tx.execute(INSERT, row).await.map(|_| ())
}
