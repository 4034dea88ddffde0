//! Failed logins: one row for each lane in which attempts are counted.

use async_trait::async_trait;
use chassis::params;
use chassis::sql::Tx;
use shared_kernel::{StoreError, Timestamp};

use super::SqlCustomers;
use crate::domain::{Attempts, DelayPolicy, Delayed, Fingerprint, LoginLane, NetworkAttempts};
use crate::ports::LoginDelays;

const FIND: &str = "SELECT count, last FROM login_attempt WHERE account = $1";
/// Fails when another attempt was the first one meanwhile: then this one is charged again.
const FIRST: &str = "INSERT INTO login_attempt (account, count, last) VALUES ($1, $2, $3)";
const NEXT: &str = "UPDATE login_attempt SET count = $2, last = $3 WHERE account = $1";
const FORGET: &str = "DELETE FROM login_attempt WHERE account = $1";

#[async_trait]
impl LoginDelays for SqlCustomers {
    async fn charge(
        &self,
        lane: &LoginLane,
        policy: DelayPolicy,
        now: Timestamp,
    ) -> Result<Result<(), Delayed>, StoreError> {
        let lane = lane.clone();
        let done = self.database.write(move |tx| {
            let lane = lane.clone();
            Box::pin(async move {
                match &lane {
                    LoginLane::Own(own) => charge_own(tx, own, policy, now).await,
                    LoginLane::Network { network, everywhere } => {
                        charge_network(tx, network, everywhere, policy, now).await
                    }
                }
            })
        });
        done.await
    }

    async fn forget(&self, lane: &LoginLane) -> Result<(), StoreError> {
        let (LoginLane::Own(lane) | LoginLane::Network { network: lane, .. }) = lane;
        let lane = lane.as_str().to_owned();
        self.database.write(move |tx| Box::pin(tx.execute(FORGET, params![&lane]))).await.map(|_| ())
    }
}

async fn charge_own(
    tx: &mut Tx,
    own: &Fingerprint,
    policy: DelayPolicy,
    now: Timestamp,
) -> Result<Result<(), Delayed>, StoreError> {
    let before = lock_attempts(tx, own).await?;
    match Attempts::charge(before, &policy, now) {
        Err(delayed) => Ok(Err(delayed)),
        Ok(after) => keep(tx, own, before, after).await.map(Ok),
    }
}

/// The network's row is always held before the account's, so that two attempts never wait for each other.
async fn charge_network(
    tx: &mut Tx,
    network: &Fingerprint,
    everywhere: &Fingerprint,
    policy: DelayPolicy,
    now: Timestamp,
) -> Result<Result<(), Delayed>, StoreError> {
    let before = lock_attempts(tx, network).await?;
    let before_everywhere = lock_attempts(tx, everywhere).await?;
    match NetworkAttempts::charge(before, before_everywhere, &policy, now) {
        Err(delayed) => Ok(Err(delayed)),
        Ok(charged) => {
            keep(tx, network, before, charged.network).await?;
            if let Some(after) = charged.everywhere {
                keep(tx, everywhere, before_everywhere, after).await?;
            }
            Ok(Ok(()))
        }
    }
}

async fn lock_attempts(tx: &mut Tx, lane: &Fingerprint) -> Result<Option<Attempts>, StoreError> {
    let rows = tx.fetch_for_update(FIND, params![lane.as_str()]).await?;
    rows.first().map(|row| Ok(Attempts { count: row.get("count")?, last: row.get("last")? })).transpose()
}

async fn keep(tx: &mut Tx, lane: &Fingerprint, before: Option<Attempts>, after: Attempts) -> Result<(), StoreError> {
    let sql = if before.is_some() { NEXT } else { FIRST };
    tx.execute(sql, params![lane.as_str(), after.count, after.last]).await.map(|_| ())
}
