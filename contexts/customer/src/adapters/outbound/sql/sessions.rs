//! Sessions: one row each, found by its primary key together with its owner.

use async_trait::async_trait;
use chassis::params;
use chassis::sql::Tx;
use shared_kernel::{CustomerId, Identity, StoreError, Timestamp};

use super::{SqlCustomers, rows};
use crate::domain::{BegunFrom, PasswordHash, Session, TokenHash};
use crate::ports::{Confirmation, Sessions};

const IDENTIFY: &str = "SELECT s.hash, s.customer_id, s.started_at, s.last_seen, s.confirmed_at, s.second_factor,
        s.address, s.agent, c.first_name, c.email, c.verified, c.role AS owner_role
    FROM session s JOIN customer c ON c.id = s.customer_id
    WHERE s.hash = $1 AND c.erased_at IS NULL";
const LIST: &str = "SELECT hash, customer_id, started_at, last_seen, confirmed_at, second_factor, address, agent
    FROM session WHERE customer_id = $1 ORDER BY started_at DESC, hash LIMIT 100";
const INSERT: &str =
    "INSERT INTO session (hash, customer_id, started_at, last_seen, confirmed_at, second_factor, address,
    agent) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const TOUCH: &str = "UPDATE session SET last_seen = $2 WHERE hash = $1 AND last_seen < $2";
const CONFIRM: &str = "UPDATE session SET last_seen = CASE WHEN last_seen < $2 THEN $2 ELSE last_seen END,
    confirmed_at = $2, second_factor = CASE WHEN $3 = 1 THEN 1 ELSE second_factor END WHERE hash = $1";
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

    async fn touch(
        &self,
        hash: &TokenHash,
        at: Timestamp,
        confirmation: Option<Confirmation>,
    ) -> Result<(), StoreError> {
        let hash = hash.hex();
        let (sql, params) = match confirmation {
            None => (TOUCH, params![&hash, at]),
            Some(shown) => (CONFIRM, params![&hash, at, i64::from(shown.second_factor)]),
        };
        let done = self.database.write(move |tx| {
            let params = params.clone();
            Box::pin(async move { tx.execute(sql, params).await })
        });
        done.await.map(|_| ())
    }

    async fn list(&self, customer: CustomerId) -> Result<Vec<Session>, StoreError> {
        let found = self.database.read(move |tx| Box::pin(tx.fetch(LIST, params![customer]))).await?;
        found.iter().map(rows::session).collect()
    }

    async fn end(&self, hash: &TokenHash) -> Result<(), StoreError> {
        let hash = hash.hex();
        self.database.write(move |tx| Box::pin(tx.execute(END, params![&hash]))).await.map(|_| ())
    }
}

/// Begins a session of a customer who is held.
pub(super) async fn insert(tx: &mut Tx, session: &Session) -> Result<(), StoreError> {
    let BegunFrom { address, agent } = &session.begun_from;
    let row = params![
        session.hash.hex(),
        session.customer,
        session.started_at,
        session.last_seen,
        session.confirmed_at,
        session.second_factor,
        address.as_str(),
        agent.as_str()
    ];
    tx.execute(INSERT, row).await.map(|_| ())
}
