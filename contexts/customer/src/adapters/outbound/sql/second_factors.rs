//! Second factors: one row for each account that has one, and one for each recovery code that was not used yet.

use async_trait::async_trait;
use chassis::params;
use chassis::sql::Tx;
use shared_kernel::{CustomerId, StoreError, Timestamp};

use super::SqlCustomers;
use crate::domain::{SecondFactor, TokenHash, TotpSecret};
use crate::ports::{Proof, SecondFactors};

const FIND: &str = "SELECT secret, confirmed_at, last_step FROM second_factor WHERE customer_id = $1";
const BEGIN: &str = "INSERT INTO second_factor (customer_id, secret, begun_at) VALUES ($1, $2, $3)
    ON CONFLICT (customer_id) DO UPDATE SET secret = excluded.secret, begun_at = excluded.begun_at
    WHERE second_factor.confirmed_at IS NULL";
const CONFIRM: &str = "UPDATE second_factor SET confirmed_at = $3, last_step = $2
    WHERE customer_id = $1 AND confirmed_at IS NULL";
const SPEND_STEP: &str = "UPDATE second_factor SET last_step = $2
    WHERE customer_id = $1 AND last_step < $2 AND confirmed_at IS NOT NULL";
const SPEND_CODE: &str = "DELETE FROM recovery_code WHERE customer_id = $1 AND hash = $2";
const ADD_CODE: &str = "INSERT INTO recovery_code (customer_id, hash) VALUES ($1, $2)";
const FORGET_CODES: &str = "DELETE FROM recovery_code WHERE customer_id = $1";
const REMOVE: &str = "DELETE FROM second_factor WHERE customer_id = $1";
const FORGET_IN_SESSIONS: &str = "UPDATE session SET second_factor = 0 WHERE customer_id = $1";

#[async_trait]
impl SecondFactors for SqlCustomers {
    async fn find(&self, customer: CustomerId) -> Result<Option<SecondFactor>, StoreError> {
        let found = self.database.read(move |tx| Box::pin(tx.fetch_optional(FIND, params![customer]))).await?;
        let Some(row) = found else { return Ok(None) };
        let bad = || StoreError::Corrupt {
            table: "second_factor",
            row: customer.to_string(),
            problem: "secret is not base32".to_owned(),
        };
        Ok(Some(SecondFactor {
            customer,
            secret: TotpSecret::parse(&row.get::<String>("secret")?).ok_or_else(bad)?,
            confirmed: row.get::<Option<Timestamp>>("confirmed_at")?.is_some(),
            last_step: row.get("last_step")?,
        }))
    }

    async fn begin(&self, customer: CustomerId, secret: &TotpSecret, at: Timestamp) -> Result<(), StoreError> {
        let secret = secret.base32();
        let done = self.database.write(move |tx| {
            let secret = secret.clone();
            Box::pin(async move {
                super::hold(tx, customer).await?.ok_or(StoreError::Stale)?;
                let begun = tx.execute(BEGIN, params![customer, &secret, at]).await?;
                if begun == 1 { Ok(()) } else { Err(StoreError::Conflict("second factor")) }
            })
        });
        done.await
    }

    async fn confirm(
        &self,
        customer: CustomerId,
        step: u64,
        codes: Vec<TokenHash>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = self.database.write(move |tx| {
            let codes = codes.clone();
            Box::pin(async move { confirm(tx, customer, step, &codes, at).await })
        });
        done.await
    }

    async fn spend(&self, customer: CustomerId, proof: &Proof) -> Result<bool, StoreError> {
        let (sql, params) = match proof {
            Proof::Step(step) => (SPEND_STEP, params![customer, number(*step)]),
            Proof::Recovery(hash) => (SPEND_CODE, params![customer, hash.hex()]),
        };
        let done = self.database.write(move |tx| {
            let params = params.clone();
            Box::pin(async move { tx.execute(sql, params).await })
        });
        Ok(done.await? == 1)
    }

    async fn remove(&self, customer: CustomerId) -> Result<bool, StoreError> {
        self.database.write(move |tx| Box::pin(async move { remove(tx, customer).await })).await
    }
}

async fn confirm(
    tx: &mut Tx,
    customer: CustomerId,
    step: u64,
    codes: &[TokenHash],
    at: Timestamp,
) -> Result<bool, StoreError> {
    super::hold(tx, customer).await?.ok_or(StoreError::Stale)?;
    if tx.execute(CONFIRM, params![customer, number(step), at]).await? == 0 {
        return Ok(false);
    }
    tx.execute(FORGET_CODES, params![customer]).await?;
    for code in codes {
        tx.execute(ADD_CODE, params![customer, code.hex()]).await?;
    }
    Ok(true)
}

/// Forgets the factor of a customer; also when they are erased. No session has shown a factor that is not there any more.
pub(super) async fn remove(tx: &mut Tx, customer: CustomerId) -> Result<bool, StoreError> {
    tx.execute(FORGET_CODES, params![customer]).await?;
    tx.execute(FORGET_IN_SESSIONS, params![customer]).await?;
    Ok(tx.execute(REMOVE, params![customer]).await? == 1)
}

fn number(step: u64) -> i64 {
    i64::try_from(step).unwrap_or(i64::MAX)
}
