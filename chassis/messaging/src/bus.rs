//! The bus inside one process: a subscriber has received a message when its inbox has committed it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use shared_kernel::{BusError, Delivered, Destination, Envelope, EventBus, Standing, StoreError};
use tokio::time::Instant;

use super::{Inbox, Subscription};

/// Another process may have begun to rebuild a consumer; this late it is noticed here.
const RECHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Knows every subscriber of every context in this process.
#[derive(Default)]
pub struct InProcessBus {
    subscribers: BTreeMap<Destination, Subscriber>,
}

struct Subscriber {
    subscription: Subscription,
    inbox: Arc<dyn Inbox>,
    /// The consumer's generation and when it was asked for.
    generation: Mutex<Option<(i64, Instant)>>,
}

impl Subscriber {
    async fn generation(&self) -> Result<i64, StoreError> {
        let known = *self.generation.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((generation, _)) = known.filter(|(_, asked)| asked.elapsed() < RECHECK_INTERVAL) {
            return Ok(generation);
        }
        let asked = Instant::now();
        let generation = self.inbox.generation(self.subscription.consumer()).await?;
        *self.generation.lock().unwrap_or_else(PoisonError::into_inner) = Some((generation, asked));
        Ok(generation)
    }
}

impl InProcessBus {
    /// Adds a context's subscribers; messages for them go to `inbox`.
    pub fn subscribe(&mut self, context: &str, subscriptions: &[Subscription], inbox: &Arc<dyn Inbox>) {
        for subscription in subscriptions.iter().filter(|subscription| subscription.is_on_the_bus()) {
            let (subscription, inbox) = (subscription.clone(), Arc::clone(inbox));
            let destination = destination(context, &subscription);
            self.subscribers.insert(destination, Subscriber { subscription, inbox, generation: Mutex::default() });
        }
    }
}

/// The place that a consumer is on this bus: `reports/record-sales`.
pub(super) fn destination(context: &str, subscription: &Subscription) -> Destination {
    Destination::new(format!("{context}/{}", subscription.consumer()))
}

#[async_trait]
impl EventBus for InProcessBus {
    fn destinations(&self) -> Vec<Destination> {
        self.subscribers.keys().cloned().collect()
    }

    fn wanted(&self, to: &Destination) -> Option<Vec<&'static str>> {
        self.subscribers.get(to).map(|subscriber| subscriber.subscription.event_types().to_vec())
    }

    async fn standing(&self, to: &Destination) -> Result<Standing, BusError> {
        let subscriber = self.subscribers.get(to).ok_or_else(|| BusError::new(to, "nobody of that name"))?;
        let epoch = subscriber.generation().await.map_err(|error| BusError::new(to, error))?;
        Ok(Standing { epoch, tip: 0 })
    }

    async fn deliver(&self, to: &Destination, epoch: i64, batch: &[Envelope]) -> Result<Delivered, BusError> {
        let subscriber = self.subscribers.get(to).ok_or_else(|| BusError::new(to, "nobody of that name"))?;
        let subscription = &subscriber.subscription;
        let wanted: Vec<Envelope> = batch.iter().filter(|envelope| subscription.wants(envelope)).cloned().collect();
        if !wanted.is_empty() {
            let accepted = subscriber.inbox.accept_in(subscription.consumer(), epoch, &wanted).await;
            if matches!(accepted, Err(StoreError::Stale)) {
                subscriber.generation.lock().unwrap_or_else(PoisonError::into_inner).take();
            }
            accepted.map_err(|error| BusError::new(to, error))?;
        }
        Ok(Delivered { wanted: wanted.len(), tip: 0 })
    }
}
