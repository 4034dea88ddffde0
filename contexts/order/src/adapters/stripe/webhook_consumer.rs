//! Handles the provider's events from our inbox, where the webhook route stored them.
//!
//! Events arrive in any order, late, twice or never. So only what is final is taken from them: an intent has succeeded, or
//! can no longer succeed. Every other event about money is a hint to ask the provider for the present state. Types that move
//! no money are ignored; a money event that cannot be read becomes a dead letter, so that a person sees it.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::messaging::{Delivery, Failure, Handled, Handler};
use serde_json::Value;
use shared_kernel::{Cause, StoreError};

use super::events::{self, Meaning};
use crate::application::{CheckPayment, CheckPaymentError, RecordPayment, Recorded};
use crate::domain::{IntentId, IntentReport};
use crate::ports::PaymentError;

/// Consumer `payment-events`.
pub struct WebhookConsumer {
    record: Arc<RecordPayment>,
    check: Arc<CheckPayment>,
    live: Option<bool>,
}

impl WebhookConsumer {
    /// Feeds these use cases, with events of the mode that the shop's key is of, if that is known.
    pub fn new(record: Arc<RecordPayment>, check: Arc<CheckPayment>, live: Option<bool>) -> Self {
        Self { record, check, live }
    }

    /// Money of a test is no money, and real money is none of a shop that is being tried.
    fn is_of_another_mode(&self, event: &Value) -> bool {
        matches!((self.live, events::livemode(event)), (Some(ours), Some(stated)) if ours != stated)
    }

    async fn record(&self, report: IntentReport, cause: Cause) -> Handled {
        let intent = report.intent.clone();
        match self.record.execute(report, Some(cause.clone())).await {
            Ok(Recorded::Known) => Handled::Done,
            Ok(Recorded::UnknownIntent) => self.look(&intent, cause).await,
            Err(error) => stored(error),
        }
    }

    async fn look(&self, intent: &IntentId, cause: Cause) -> Handled {
        match self.check.execute(intent, Some(cause)).await {
            Ok(_) => Handled::Done,
            Err(CheckPaymentError::NotOurs) => Handled::Ignored,
            Err(error @ CheckPaymentError::Provider(PaymentError::Refused { .. })) => {
                Handled::Dead(Failure::new("refused", error))
            }
            Err(error @ CheckPaymentError::Provider(PaymentError::Failed(_) | PaymentError::Unavailable(_))) => {
                Handled::Retry(Failure::new("unavailable", error))
            }
            Err(error @ CheckPaymentError::Busy) => Handled::Retry(Failure::new("busy", error)),
            Err(CheckPaymentError::Store(error)) => stored(error),
            Err(
                error @ (CheckPaymentError::Forgotten { .. }
                | CheckPaymentError::NoSuchOrder(_)
                | CheckPaymentError::Forbidden),
            ) => Handled::Dead(Failure::new("unknown-order", error)),
        }
    }
}

fn stored(error: StoreError) -> Handled {
    match error {
        StoreError::AlreadyHandled => Handled::Done,
        error => Handled::Retry(Failure::of(&error)),
    }
}

#[async_trait]
impl Handler for WebhookConsumer {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        let event = &delivery.envelope;
        if self.is_of_another_mode(&event.data) {
            tracing::warn!(event.id = %event.id, "a payment event of another mode than the key is ignored");
            return Handled::Ignored;
        }
        match events::meaning(&event.event_type, &event.data) {
            Ok(Some(Meaning::Final(report))) => self.record(report, delivery.cause.clone()).await,
            Ok(Some(Meaning::Hint(intent))) => self.look(&intent, delivery.cause.clone()).await,
            Ok(None) => Handled::Ignored,
            Err(error) => Handled::Dead(Failure::new("unreadable", error)),
        }
    }
}
