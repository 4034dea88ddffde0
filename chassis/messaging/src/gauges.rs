//! Keeps the numbers that tell whether messages get through (how many wait, since when, and how many were given up), and
//! how large it all is: the facts in the archive, and the context's database.
//!
//! They are read off the databases, so that every process on one database says the same: look at the largest.

use std::time::Duration;

use shared_kernel::{StoreError, Timestamp};
use tokio_util::sync::CancellationToken;

use super::{InboxAdmin as _, InboxCounts, SqlMessages};
use chassis_sql::{Work, params};

const REFRESH_INTERVAL: Duration = Duration::from_secs(10);
/// Sizes change slowly: they are measured once in this many turns.
const SIZE_REFRESH_TURNS: u64 = 6;

/// Keeps them up to date until `stop`. While a database does not answer, its last numbers stand.
pub(super) async fn keep(inboxes: Vec<(&'static str, SqlMessages)>, stop: CancellationToken) {
    for turn in 0_u64.. {
        for (context, inbox) in &inboxes {
            if let Err(error) = look(context, inbox, turn.is_multiple_of(SIZE_REFRESH_TURNS)).await {
                tracing::debug!(context, "the messages could not be counted: {error}");
            }
        }
        tokio::select! { () = stop.cancelled() => return, () = tokio::time::sleep(REFRESH_INTERVAL) => {} }
    }
}

async fn look(context: &'static str, inbox: &SqlMessages, sizes: bool) -> Result<(), StoreError> {
    tell_work(context, inbox.database().work());
    tell(context, &inbox.counts().await?, inbox.clock().now());
    if sizes {
        let facts = facts_of(inbox).await?;
        metrics::gauge!("store_outbox_facts", "context" => context).set(number(facts));
        metrics::gauge!("store_database_bytes", "context" => context).set(number(inbox.database().bytes().await?));
    }
    Ok(())
}

/// What this process has had the database do; unlike the other numbers these are of one process each.
fn tell_work(context: &'static str, work: Work) {
    metrics::counter!("store_sql_commits_total", "context" => context).absolute(work.commits);
    metrics::counter!("store_sql_writes_total", "context" => context).absolute(work.writes);
    metrics::counter!("store_sql_reads_total", "context" => context).absolute(work.reads);
    metrics::counter!("store_sql_statements_total", "context" => context).absolute(work.statements);
    metrics::counter!("store_sql_rows_total", "context" => context).absolute(work.rows);
}

/// Places are given without gaps, so the last one is the number of facts.
async fn facts_of(inbox: &SqlMessages) -> Result<u64, StoreError> {
    let last = inbox.database().read(|tx| {
        Box::pin(async move {
            let sql = "SELECT COALESCE(MAX(position), 0) AS last FROM outbox";
            tx.fetch_optional(sql, params![]).await?.map_or(Ok(0), |row| row.get("last"))
        })
    });
    last.await
}

/// A gauge is exact up to 2^53; nothing that is counted here comes near.
#[expect(clippy::cast_precision_loss, reason = "see above")]
fn number(count: u64) -> f64 {
    count as f64
}

fn tell(context: &'static str, inbox: &InboxCounts, now: Timestamp) {
    let age = inbox.oldest.map_or(Duration::ZERO, |since| now.since(since));
    metrics::gauge!("store_inbox_waiting", "context" => context).set(number(inbox.open));
    metrics::gauge!("store_inbox_oldest_seconds", "context" => context).set(age.as_secs_f64());
    metrics::gauge!("store_inbox_dead", "context" => context).set(number(inbox.dead));
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    #[test]
    fn what_waits_and_since_when_is_told_for_each_context() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let now = Timestamp::from_micros(100_000_000);
        let waiting = InboxCounts { open: 3, dead: 1, oldest: Some(now.minus(Duration::from_millis(2_500))) };
        metrics::with_local_recorder(&recorder, || {
            tell("order", &waiting, now);
            tell("reports", &InboxCounts::default(), now);
        });
        let told = recorder.handle().render();
        for line in [
            "store_inbox_waiting{context=\"order\"} 3",
            "store_inbox_oldest_seconds{context=\"order\"} 2.5",
            "store_inbox_dead{context=\"order\"} 1",
            "store_inbox_waiting{context=\"reports\"} 0",
            "store_inbox_oldest_seconds{context=\"reports\"} 0",
        ] {
            assert!(told.lines().any(|told| told == line), "{line} is not in\n{told}");
        }
    }
}
