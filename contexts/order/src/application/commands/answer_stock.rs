//! Fulfilment answers a placed order: the goods are held, or they are not.

use std::sync::Arc;

use shared_kernel::{Cause, Clock, OrderId, Sku, StoreError};

use crate::application::tasks::decide_on;
use crate::ports::{OrderStore, Updated};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StockAnswer {
    /// Everything is held.
    Reserved,
    /// These fall short; nothing is held.
    Rejected(Vec<Sku>),
}

/// Takes the answer in.
#[derive(Clone)]
pub struct AnswerStock {
    orders: Arc<dyn OrderStore>,
    clock: Arc<dyn Clock>,
}

impl AnswerStock {
    /// Puts the use case together.
    pub fn new(orders: Arc<dyn OrderStore>, clock: Arc<dyn Clock>) -> Self {
        Self { orders, clock }
    }

    /// Takes the answer in.
    pub async fn execute(&self, order: OrderId, answer: StockAnswer, cause: Cause) -> Result<Updated, StoreError> {
        let now = self.clock.now();
        let decide = decide_on(move |order| match &answer {
            StockAnswer::Reserved => order.stock_reserved(now),
            StockAnswer::Rejected(skus) => order.stock_rejected(skus.clone(), now),
        });
        self.orders.update(decide.caused(order, Some(cause))).await
    }
}
