//! Keeps the numbers that tell whether messages get through: how many wait, since when, and how many were given up.
//!
//! They are read off the databases, so that every process on one database says the same: look at the largest.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Clock, Timestamp};
use tokio_util::sync::CancellationToken;

use super::{DeadLetters, InboxCounts};

const EVERY: Duration = Duration::from_secs(10);

/// Keeps them up to date until `stop`. While a database does not answer, its last numbers stand.
pub(super) async fn keep(letters: DeadLetters, clock: Arc<dyn Clock>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match letters.counts().await {
            Ok(counts) => tell(&counts, clock.now()),
            Err(error) => tracing::debug!("the messages could not be counted: {error}"),
        }
        tokio::select! { () = stop.cancelled() => {}, () = tokio::time::sleep(EVERY) => {} }
    }
}

fn tell(counts: &[(&'static str, InboxCounts)], now: Timestamp) {
    let number = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    for (context, inbox) in counts {
        let age = inbox.oldest.map_or(Duration::ZERO, |since| now.since(since));
        metrics::gauge!("store_inbox_waiting", "context" => *context).set(number(inbox.open));
        metrics::gauge!("store_inbox_oldest_seconds", "context" => *context).set(age.as_secs_f64());
        metrics::gauge!("store_inbox_dead", "context" => *context).set(number(inbox.dead));
    }
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
            tell(&[("order", waiting), ("reports", InboxCounts::default())], now);
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
