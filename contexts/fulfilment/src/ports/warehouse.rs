//! The one way in which stock, reservations and shipping orders change.

use std::sync::Arc;

use async_trait::async_trait;
use shared_kernel::{Cause, OrderId, Sku, StoreError, Timestamp};

use crate::domain::{ImportedCount, Refusal, StockTransaction};

/// An adjustment by the key under which it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockRequest {
    /// Of which shelf.
    pub sku: Sku,
    /// The key.
    pub key: String,
}

/// What a decision has to see.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// These orders' reservations and shipping orders, and the shelves of everything in them.
    pub orders: Vec<OrderId>,
    /// These shelves.
    pub skus: Vec<Sku>,
    /// Whether this imported count has had its effect before.
    pub count: Option<ImportedCount>,
    /// Whether this adjustment was made before.
    pub request: Option<StockRequest>,
}

impl Keys {
    /// What is known of one order.
    pub fn order(order: OrderId) -> Self {
        Self { orders: vec![order], ..Self::default() }
    }
}

/// Decides on what was read: a pure function that may be asked again if the transaction has to be repeated.
pub type Decide = Arc<dyn Fn(&mut StockTransaction) -> Result<(), Refusal> + Send + Sync>;

/// Remembers stock, reservations and shipping orders. These rows are hot: many orders want the same shelf at once, so
/// they are not loaded, decided on and committed later, but read, decided on and written in one transaction.
#[async_trait]
pub trait Warehouse: Send + Sync {
    /// Reads the rows named by `keys` in key order inside a write transaction, lets `decide` work on them, and writes
    /// the changes, the facts, the mailings and the mark on `cause` together or not at all. No other change comes
    /// between reading and writing. What a shelf has committed follows from the shipping orders: it is what their open items
    /// take from it, whichever version wrote them. Answers the transaction as `decide` left it; a refusal has changed nothing.
    ///
    /// # Errors
    /// [`StoreError::AlreadyHandled`] or [`StoreError::LeaseLost`] by the cause; [`StoreError::Stale`] where another
    /// change could come between after all (ask again); [`StoreError::Corrupt`] or [`StoreError::Unavailable`].
    async fn update(
        &self,
        keys: Keys,
        decide: Decide,
        cause: Option<Cause>,
    ) -> Result<Result<StockTransaction, Refusal>, StoreError>;

    /// Up to `limit` orders whose stock is still held although their own deadline was before `deadline`; the longest
    /// overdue first.
    async fn overdue(&self, deadline: Timestamp, limit: u32) -> Result<Vec<OrderId>, StoreError>;
}
