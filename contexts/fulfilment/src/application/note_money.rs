//! Some of an order's money went back.

use std::sync::Arc;

use shared_kernel::{Cause, OrderId, StoreError};

use crate::ports::{MoneyFact, RefundBook};

/// Keeps what packers have to know of an order's money.
#[derive(Clone)]
pub struct NoteMoney {
    /// Where it is kept.
    pub refunds: Arc<dyn RefundBook>,
}

impl NoteMoney {
    /// Takes the fact in.
    pub async fn execute(&self, order: OrderId, fact: MoneyFact, cause: Cause) -> Result<(), StoreError> {
        self.refunds.note(order, fact, cause).await
    }
}
