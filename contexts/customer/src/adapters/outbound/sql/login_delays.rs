//! Failed logins: one row for each address that was typed, known or not.

use async_trait::async_trait;
use chassis::params;
use chassis::sql::Tx;
use shared_kernel::{StoreError, Timestamp};

use super::SqlCustomers;
use crate::domain::{Attempts, DelayPolicy, Delayed, Fingerprint};
use crate::ports::LoginDelays;

const FIND: &str = "SELECT count, last FROM login_attempt WHERE account = $1";
/// Fails when somebody else's attempt was the first one meanwhile: then this one is charged again.
const FIRST: &str = "INSERT INTO login_attempt (account, count, last) VALUES ($1, $2, $3)";
const NEXT: &str = "UPDATE login_attempt SET count = $2, last = $3 WHERE account = $1";
const FORGET: &str = "DELETE FROM login_attempt WHERE account = $1";

#[async_trait]
impl LoginDelays for SqlCustomers {
    async fn charge(
        &self,
        account: &Fingerprint,
        policy: DelayPolicy,
        now: Timestamp,
    ) -> Result<Result<(), Delayed>, StoreError> {
        let account = account.as_str().to_owned();
        let done = self.database.write(move |tx| {
            let account = account.clone();
            Box::pin(async move { charge(tx, &account, policy, now).await })
        });
        done.await
    }

    async fn forget(&self, account: &Fingerprint) -> Result<(), StoreError> {
        let account = account.as_str().to_owned();
        self.database.write(move |tx| Box::pin(tx.execute(FORGET, params![&account]))).await.map(|_| ())
    }
}

async fn charge(
    tx: &mut Tx,
    account: &str,
    policy: DelayPolicy,
    now: Timestamp,
) -> Result<Result<(), Delayed>, StoreError> {
    let before = match tx.fetch_for_update(FIND, params![account]).await?.first() {
        Some(row) => Some(Attempts { count: row.get("count")?, last: row.get("last")? }),
        None => None,
    };
    let keep = if before.is_some() { NEXT } else { FIRST };
    match Attempts::charge(before, &policy, now) {
        Err(delayed) => Ok(Err(delayed)),
        Ok(after) => tx.execute(keep, params![account, after.count, after.last]).await.map(|_| Ok(())),
    }
}
