//! Timers: things a context does every so often, whether or not anything has happened.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use shared_kernel::StoreError;
use tokio_util::sync::CancellationToken;

use super::{Failure, Lease};

/// Those who wait for their turn look again this often.
const LEASE_POLL_INTERVAL: Duration = Duration::from_secs(1);

type Run = dyn Fn() -> BoxFuture<'static, Result<(), StoreError>> + Send + Sync;

/// Something done every so often.
#[derive(Clone)]
pub struct Job {
    name: &'static str,
    period: Duration,
    run: Arc<Run>,
}

impl Job {
    /// Does `run` at start and then every `period`, never twice at once. A failure is logged and the next turn comes.
    pub fn every(
        name: &'static str,
        period: Duration,
        run: impl Fn() -> BoxFuture<'static, Result<(), StoreError>> + Send + Sync + 'static,
    ) -> Self {
        Self { name, period, run: Arc::new(run) }
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Does it once, now.
    pub async fn once(&self) -> Result<(), StoreError> {
        (self.run)().await
    }

    /// Keeps doing it until `stop`, while `lease` is held. A panic counts as a failure: the timer must keep running.
    pub async fn run(self, lease: Lease, stop: CancellationToken) {
        while !stop.is_cancelled() {
            if !lease.is_held().await {
                tokio::select! { () = stop.cancelled() => break, () = tokio::time::sleep(LEASE_POLL_INTERVAL) => continue }
            }
            match AssertUnwindSafe(async { self.once().await }).catch_unwind().await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    let Failure { text, .. } = Failure::of(&error);
                    tracing::warn!(job = self.name, "the job {} failed: {text}", self.name);
                }
                Err(_) => tracing::error!(job = self.name, "the job {} panicked", self.name),
            }
            tokio::select! { () = stop.cancelled() => {}, () = lease.renew_for(self.period) => {} }
        }
        lease.release().await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_panic_costs_one_turn_and_not_the_timer() {
        let (turns, stop) = (Arc::new(AtomicU32::new(0)), CancellationToken::new());
        let (counted, end) = (Arc::clone(&turns), stop.clone());
        let job = Job::every("shaky", Duration::from_millis(1), move || {
            let (counted, end) = (Arc::clone(&counted), end.clone());
            Box::pin(async move {
                assert!(counted.fetch_add(1, Ordering::Relaxed) > 0, "the first turn panics");
                end.cancel();
                Ok(())
            })
        });
        tokio::time::timeout(Duration::from_secs(5), job.run(Lease::alone(), stop)).await.unwrap();
        assert_eq!(turns.load(Ordering::Relaxed), 2);
    }
}
