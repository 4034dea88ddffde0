//! What was refunded of orders, as those who pack must know.

use std::collections::BTreeMap;

use async_trait::async_trait;
use shared_kernel::{Cause, OrderId, StoreError};

use crate::domain::Refunded;

/// What an order has said of its money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MoneyFact {
    /// So much went back. The text names the refund.
    Refunded(String, i64),
    /// That refund failed after all. Final, in whatever order the two are heard.
    RefundFailed(String),
}

/// Remembers refunds of orders. Decides nothing by them.
#[async_trait]
pub trait RefundBook: Send + Sync {
    /// Takes a fact in, once for each refund, and marks the cause.
    ///
    /// # Errors
    /// [`StoreError::AlreadyHandled`] or [`StoreError::LeaseLost`] by the cause; [`StoreError::Unavailable`].
    async fn note(&self, order: OrderId, fact: MoneyFact, cause: Cause) -> Result<(), StoreError>;

    /// Those of these orders of whose money something went back, compared with what their shipping orders were paid with.
    async fn of(&self, orders: Vec<OrderId>) -> Result<BTreeMap<OrderId, Refunded>, StoreError>;
}
