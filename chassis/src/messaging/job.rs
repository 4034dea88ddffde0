//! Timers: things a context does every so often, whether or not anything has happened.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use shared_kernel::StoreError;
use tokio_util::sync::CancellationToken;

use super::Failure;

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

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Does it once, now.
    ///
    /// # Errors
    /// The job's own.
    pub async fn once(&self) -> Result<(), StoreError> {
        (self.run)().await
    }

    /// Keeps doing it until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            if let Err(error) = self.once().await {
                let Failure { text, .. } = Failure::of(&error);
                tracing::warn!(job = self.name, "the job {} failed: {text}", self.name);
            }
            tokio::select! { () = stop.cancelled() => return, () = tokio::time::sleep(self.period) => {} }
        }
    }
}
