//! What all parts of the sandbox share, and how a command is carried out with it.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Clock, Ids, StoreError};
use tokio::sync::Notify;

use crate::failures::{Failure, Failures};
use crate::idempotency::{IdempotentRequest, InFlight, StoredResponse};
use crate::objects::Origin;
use crate::settings::SandboxSettings;
use crate::store::{Command, Store, StoreTransaction};

/// A clock is exact to this.
pub(crate) const CLOCK_SKEW: Duration = Duration::from_secs(2);

/// What all parts of the sandbox share.
pub(crate) struct Core {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub settings: SandboxSettings,
    pub base_url: Arc<str>,
    pub subscribed: Arc<[String]>,
    pub in_flight: InFlight,
    pub failures: Failures,
    pub woken: Notify,
}

impl Core {
    pub(crate) async fn execute(
        &self,
        origin: Origin,
        keyed: Option<IdempotentRequest>,
        command: Arc<dyn Command>,
    ) -> Result<StoredResponse, StoreError> {
        self.execute_failing(origin, keyed, command, None).await
    }

    pub(crate) async fn execute_failing(
        &self,
        origin: Origin,
        keyed: Option<IdempotentRequest>,
        command: Arc<dyn Command>,
        failure: Option<Failure>,
    ) -> Result<StoredResponse, StoreError> {
        let scene = StoreTransaction {
            now: self.clock.now(),
            ids: Arc::clone(&self.ids),
            origin,
            subscribed: Arc::clone(&self.subscribed),
            slow: self.settings.slow,
            base_url: Arc::clone(&self.base_url),
        };
        let given = self.store.execute(scene, keyed, command, failure).await;
        self.woken.notify_one();
        given
    }
}
