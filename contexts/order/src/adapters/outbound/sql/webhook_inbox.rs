//! Provider events in the context's own inbox.

use async_trait::async_trait;
use chassis::messaging::Recorder;
use chassis::sql::Database;
use shared_kernel::{MessageId, StoreError};

use crate::application::tasks::PAYMENT_EVENTS;
use crate::ports::{ProviderEvent, WebhookInbox};

/// Keeps provider events for the consumer `payment-events`.
#[derive(Clone)]
pub struct SqlWebhookInbox {
    database: Database,
    recorder: Recorder,
}

impl SqlWebhookInbox {
    /// Works on this database.
    pub fn new(database: Database, recorder: Recorder) -> Self {
        Self { database, recorder }
    }
}

#[async_trait]
impl WebhookInbox for SqlWebhookInbox {
    async fn accept(&self, event: ProviderEvent) -> Result<bool, StoreError> {
        let ProviderEvent { id, event_type, subject, order, payload } = event;
        let envelope = self.recorder.envelope(&event_type, MessageId::new(id), &subject, payload);
        let recorder = self.recorder.clone();
        self.database
            .write(move |tx| {
                let (recorder, mut envelope, order) = (recorder.clone(), envelope.clone(), order.clone());
                Box::pin(async move {
                    if let Some(order) = order {
                        recorder.continue_trace_of(tx, &order, &mut envelope).await?;
                    }
                    recorder.accept(tx, PAYMENT_EVENTS, envelope).await
                })
            })
            .await
    }
}
