//! Timer: asks the provider how open intents and refunds really stand, and takes the answers in on the same path as
//! webhooks. What a lost webhook left behind is repaired here.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Clock, StoreError};

use super::record_payment::{PaymentFact, RecordPayment, RecordPaymentCommand, RecordPaymentError};
use crate::domain::{Order, Payment, RefundState};
use crate::ports::{OrderStore, PaymentError, PaymentGateway};

const AT_ONCE: u32 = 100;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReconcileSummary {
    /// Intents and refunds that the provider was asked about.
    pub asked: u32,
    /// Those of which something was new.
    pub repaired: u32,
    /// Those that the provider could not tell about.
    pub unanswered: u32,
}

/// Compares the books.
#[derive(Clone)]
pub struct ReconcilePayments {
    orders: Arc<dyn OrderStore>,
    gateway: Arc<dyn PaymentGateway>,
    record: RecordPayment,
    clock: Arc<dyn Clock>,
}

impl ReconcilePayments {
    /// Puts the use case together.
    #[must_use]
    pub fn new(
        orders: Arc<dyn OrderStore>,
        gateway: Arc<dyn PaymentGateway>,
        record: RecordPayment,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { orders, gateway, record, clock }
    }

    /// Asks about every order placed at least `settled_for` ago: younger ones are still being paid.
    ///
    /// # Errors
    /// The store's. A provider that does not answer is counted, not an error: the next run asks again.
    pub async fn execute(&self, settled_for: Duration) -> Result<ReconcileSummary, StoreError> {
        let before = self.clock.now().minus(settled_for);
        let (mut summary, mut after) = (ReconcileSummary::default(), None);
        loop {
            let page = self.orders.with_open_money(before, after, AT_ONCE).await?;
            for order in &page {
                self.compare(order, &mut summary).await?;
            }
            after = page.last().map(Order::id);
            if page.len() < AT_ONCE as usize {
                return Ok(summary);
            }
        }
    }

    async fn compare(&self, order: &Order, summary: &mut ReconcileSummary) -> Result<(), StoreError> {
        for payment in order.payments().iter().filter(|payment| Payment::is_open(payment)) {
            let found = self.gateway.find_intent(&payment.intent).await;
            self.take_in(order, found.map(|intent| PaymentFact::Intent(intent.report)), summary).await?;
        }
        for refund in order.refunds().iter().filter(|refund| refund.state == RefundState::Pending) {
            let Some(provider_id) = &refund.provider_id else { continue }; // its task is still at it
            let found = self.gateway.find_refund(provider_id).await;
            self.take_in(order, found.map(|refund| PaymentFact::Refund(refund.report)), summary).await?;
        }
        Ok(())
    }

    async fn take_in(
        &self,
        order: &Order,
        found: Result<PaymentFact, PaymentError>,
        summary: &mut ReconcileSummary,
    ) -> Result<(), StoreError> {
        summary.asked += 1;
        let fact = match found {
            Ok(fact) => fact,
            Err(error) => {
                tracing::warn!(order.id = %order.id(), %error, "the payment provider could not tell about order {}", order.id());
                summary.unanswered += 1;
                return Ok(());
            }
        };
        let command = RecordPaymentCommand { fact, order: Some(order.id()), cause: None };
        match self.record.execute(command).await {
            Ok(news) => summary.repaired += u32::from(news),
            Err(RecordPaymentError::NotOurs | RecordPaymentError::UnknownOrder(_)) => {}
            Err(RecordPaymentError::Store(error)) => return Err(error),
        }
        Ok(())
    }
}
