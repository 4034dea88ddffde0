//! What was stamped by a clock that was ahead, brought back to the present.
//!
//! A message is due at a moment of the wall clock, because it may wait longer than any process lives. When the clock is
//! set back, or another process's clock ran ahead, that moment can be hours away though the pause was seconds. A stamp of
//! the future gives it away.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{StoreError, Timestamp};
use tokio_util::sync::CancellationToken;

use super::inbox::{LEASE, SKEW};
use super::{Failure, SqlMessages, WorkQueue as _};
use chassis_sql::Database;
use chassis_sql::params;

/// So late a clock that was set back is noticed.
const CHECK_INTERVAL: Duration = Duration::from_secs(5);

/// When a message last came or failed: from then its pause was counted.
macro_rules! stamped {
    () => {
        "(CASE WHEN failed_at > received_at THEN failed_at ELSE received_at END)"
    };
}

/// Most of the time there is nothing to correct, and looking costs no commit. `$1` the latest right stamp, `$2` the
/// latest right end of a lease.
const SELECT_FUTURE: &str = concat!(
    "SELECT 1 AS wrong FROM inbox WHERE settled_at IS NULL AND (",
    stamped!(),
    " > $1 OR lease_until > $2) LIMIT 1"
);
/// `$1` now, `$2` the latest right stamp.
const UPDATE_FUTURE: &str = concat!(
    "UPDATE inbox SET due_at = CASE WHEN due_at > ",
    stamped!(),
    " THEN $1 + due_at - ",
    stamped!(),
    " ELSE $1 END,
    received_at = CASE WHEN received_at > $1 THEN $1 ELSE received_at END,
    failed_at = CASE WHEN failed_at > $1 THEN $1 ELSE failed_at END
    WHERE settled_at IS NULL AND ",
    stamped!(),
    " > $2"
);
/// `$1` the end of a lease that is taken now, `$2` the latest right end.
const SHORTEN: &str = "UPDATE inbox SET lease_until = $1 WHERE settled_at IS NULL AND lease_until > $2";

/// See [`WorkQueue::correct_times`](super::WorkQueue::correct_times).
pub(super) async fn correct(database: &Database, now: Timestamp, steady: Timestamp) -> Result<u64, StoreError> {
    let (latest, end) = (now.plus(SKEW), steady.plus(LEASE));
    let last_end = end.plus(SKEW);
    let wrong = database.read(move |tx| {
        Box::pin(async move { Ok(tx.fetch_optional(SELECT_FUTURE, params![latest, last_end]).await?.is_some()) })
    });
    if !wrong.await? {
        return Ok(0);
    }
    let corrected = database.write(move |tx| {
        Box::pin(async move {
            let leases = tx.execute(SHORTEN, params![end, last_end]).await?;
            Ok(leases + tx.execute(UPDATE_FUTURE, params![now, latest]).await?)
        })
    });
    let corrected = corrected.await?;
    database.wake_all();
    Ok(corrected)
}

/// Corrects now, and then every few seconds until `stop`.
pub(super) async fn keep(inboxes: Vec<(&'static str, SqlMessages)>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        for (context, inbox) in &inboxes {
            let clock = Arc::clone(inbox.clock());
            match inbox.correct_times(clock.now(), clock.steady()).await {
                Ok(0) => {}
                Ok(count) => tracing::warn!(context, "{count} messages bore times of a clock that was ahead"),
                Err(error) => {
                    let Failure { text, .. } = Failure::of(&error);
                    tracing::debug!(context, "the times of messages could not be looked at: {text}");
                }
            }
        }
        tokio::select! { () = stop.cancelled() => {}, () = tokio::time::sleep(CHECK_INTERVAL) => {} }
    }
}
