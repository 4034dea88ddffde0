//! Throws rows away that can never matter again.

use async_trait::async_trait;
use chassis::params;
use chassis::sql::{Database, Params};
use shared_kernel::StoreError;

use super::SqlCustomers;
use crate::ports::{Housekeeping, Outdated};

// Rows are locked in the order of their keys, but found by their age: without the inner query SQLite reads all of them in
// that order.
const OLD_SESSIONS: &str = "SELECT hash FROM session
    WHERE hash IN (SELECT hash FROM session WHERE started_at < $1 OR last_seen < $2) ORDER BY hash";
const DROP_SESSIONS: &str = "DELETE FROM session WHERE started_at < $1 OR last_seen < $2";
const OLD_TOKENS: &str =
    "SELECT hash FROM mail_token WHERE hash IN (SELECT hash FROM mail_token WHERE expires_at < $1) ORDER BY hash";
const DROP_TOKENS: &str = "DELETE FROM mail_token WHERE expires_at < $1";
const OLD_CHALLENGES: &str = "SELECT hash FROM login_challenge
    WHERE hash IN (SELECT hash FROM login_challenge WHERE expires_at < $1) ORDER BY hash";
const DROP_CHALLENGES: &str = "DELETE FROM login_challenge WHERE expires_at < $1";
const OLD_ATTEMPTS: &str = "SELECT account FROM login_attempt
    WHERE account IN (SELECT account FROM login_attempt WHERE last < $1) ORDER BY account";
const DROP_ATTEMPTS: &str = "DELETE FROM login_attempt WHERE last < $1";

#[async_trait]
impl Housekeeping for SqlCustomers {
    async fn sweep(&self, outdated: Outdated) -> Result<u64, StoreError> {
        let sessions = params![outdated.sessions_started_before, outdated.sessions_unused_since];
        let tokens = params![outdated.tokens_expired_before];
        let attempts = params![outdated.attempts_before];
        Ok(drop_all(&self.database, OLD_SESSIONS, DROP_SESSIONS, sessions).await?
            + drop_all(&self.database, OLD_TOKENS, DROP_TOKENS, tokens.clone()).await?
            + drop_all(&self.database, OLD_CHALLENGES, DROP_CHALLENGES, tokens).await?
            + drop_all(&self.database, OLD_ATTEMPTS, DROP_ATTEMPTS, attempts).await?)
    }
}

/// Drops rows of one kind, which `old` holds in the order of their keys.
async fn drop_all(
    database: &Database,
    old: &'static str,
    drop: &'static str,
    params: Params,
) -> Result<u64, StoreError> {
    let dropped = database.write(move |tx| {
        let params = params.clone();
        Box::pin(async move {
            tx.fetch_for_update(old, params.clone()).await?;
            tx.execute(drop, params).await
        })
    });
    dropped.await
}
