//! The bus inside one process: delivered means that the subscriber's inbox has committed the message.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use shared_kernel::{BusError, Destination, Envelope, EventBus};

use super::relay::Gate;
use super::{Inbox, Subscription};

/// Knows every subscriber of every context in this process.
#[derive(Default)]
pub struct InProcessBus {
    subscribers: BTreeMap<Destination, (Subscription, Arc<dyn Inbox>)>,
    gates: BTreeMap<Destination, Gate>,
}

impl InProcessBus {
    /// Adds a context's subscribers; messages for them go to `inbox`.
    pub fn subscribe(&mut self, context: &str, subscriptions: &[Subscription], inbox: &Arc<dyn Inbox>) {
        for subscription in subscriptions.iter().filter(|subscription| subscription.is_on_the_bus()) {
            let destination = destination(context, subscription);
            self.gates.insert(destination.clone(), Gate::default());
            self.subscribers.insert(destination, (subscription.clone(), Arc::clone(inbox)));
        }
    }

    /// The gates of all destinations.
    pub(super) fn gates(&self) -> BTreeMap<Destination, Gate> {
        self.gates.clone()
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
        self.subscribers.get(to).map(|(subscription, _)| subscription.event_types().to_vec())
    }

    async fn deliver(&self, to: &Destination, batch: &[Envelope]) -> Result<usize, BusError> {
        let failed =
            |cause: Box<dyn std::error::Error + Send + Sync>| BusError { destination: to.as_str().to_owned(), cause };
        let (subscription, inbox) = self.subscribers.get(to).ok_or_else(|| failed("nobody of that name".into()))?;
        let wanted: Vec<Envelope> = batch.iter().filter(|envelope| subscription.wants(envelope)).cloned().collect();
        if !wanted.is_empty() {
            inbox.accept(subscription.consumer(), &wanted).await.map_err(|error| failed(error.into()))?;
        }
        Ok(wanted.len())
    }
}
