//! Throws rows away that can never matter again.

use async_trait::async_trait;
use chassis::params;
use chassis::sql::Tx;
use shared_kernel::StoreError;

use super::SqlCustomers;
use crate::ports::{Housekeeping, Outdated};

#[async_trait]
impl Housekeeping for SqlCustomers {
    async fn sweep(&self, outdated: Outdated) -> Result<u64, StoreError> {
        self.database.write(move |tx| Box::pin(sweep(tx, outdated))).await
    }
}

async fn sweep(tx: &mut Tx, outdated: Outdated) -> Result<u64, StoreError> {
    let sessions = "DELETE FROM session WHERE started_at < $1 OR last_seen < $2";
    let (started, seen) = (outdated.sessions_started_before, outdated.sessions_unused_since);
    let mut gone = tx.execute(sessions, params![started, seen]).await?;
    let tokens = "DELETE FROM mail_token WHERE expires_at < $1";
    gone += tx.execute(tokens, params![outdated.tokens_expired_before]).await?;
    let attempts = "DELETE FROM login_attempt WHERE last < $1";
    gone += tx.execute(attempts, params![outdated.attempts_before]).await?;
    Ok(gone)
}
