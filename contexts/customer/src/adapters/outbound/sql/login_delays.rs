//! Failed logins: one row for each address that was typed, known or not.

use async_trait::async_trait;
use chassis::params;
use chassis::sql::Tx;
use shared_kernel::{StoreError, Timestamp};

use super::SqlCustomers;
use crate::domain::{Attempts, DelayPolicy, Delayed, Fingerprint};
use crate::ports::LoginDelays;

const FIND: &str = "SELECT count, last FROM login_attempt WHERE account = $1";
const KEEP: &str = "INSERT INTO login_attempt (account, count, last) VALUES ($1, $2, $3)
    ON CONFLICT (account) DO UPDATE SET count = excluded.count, last = excluded.last";
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
    let before = match tx.fetch_optional(FIND, params![account]).await? {
        Some(row) => Some(Attempts { count: row.get("count")?, last: row.get("last")? }),
        None => None,
    };
    match Attempts::charge(before, &policy, now) {
        Err(delayed) => Ok(Err(delayed)),
        Ok(after) => tx.execute(KEEP, params![account, after.count, after.last]).await.map(|_| Ok(())),
    }
}
