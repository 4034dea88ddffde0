//! Takes in the end of a payment as the provider posted it: that money has come, or that none can come any more. Both are
//! final, so they are true whenever they are heard.

use std::sync::Arc;

use shared_kernel::{Cause, Clock, StoreError};

use crate::application::tasks::decide_on;
use crate::domain::IntentReport;
use crate::ports::{OrderStore, Updated};

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It is in the books.
    Known,
    /// No order has such an intent. Only the provider can tell whether it is one of ours.
    UnknownIntent,
}

/// Takes the end of payments in.
#[derive(Clone)]
pub struct RecordPayment {
    orders: Arc<dyn OrderStore>,
    clock: Arc<dyn Clock>,
}

impl RecordPayment {
    /// Puts the use case together.
    pub fn new(orders: Arc<dyn OrderStore>, clock: Arc<dyn Clock>) -> Self {
        Self { orders, clock }
    }

    /// Takes the report in, if its intent is in our books.
    pub async fn execute(&self, report: IntentReport, cause: Option<Cause>) -> Result<Recorded, StoreError> {
        let Some(order) = self.orders.find_by_intent(&report.intent).await? else {
            return Ok(Recorded::UnknownIntent);
        };
        let now = self.clock.now();
        let decide = decide_on(move |order| order.intent_reported(report.clone(), now));
        match self.orders.update(decide.caused(order, cause)).await? {
            Updated::Missing => Ok(Recorded::UnknownIntent),
            Updated::Changed(_) | Updated::Unchanged(_) | Updated::Refused(_) | Updated::KeyReused => {
                Ok(Recorded::Known)
            }
        }
    }
}
