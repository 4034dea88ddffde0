//! The local copies of what the catalogue and fulfilment say.

use async_trait::async_trait;
use shared_kernel::{Cause, Sku, StoreError};
use uuid::Uuid;

use crate::domain::{PricedItem, ProductPrices};

/// Remembers what may be sold, for how much, and how many there might be.
#[async_trait]
pub trait PriceList: Send + Sync {
    /// What is known of these things, in any order; unknown ones are left out, withdrawn ones are `sellable: false`.
    async fn find(&self, skus: Vec<Sku>) -> Result<Vec<PricedItem>, StoreError>;

    /// Replaces all that is known of one product: its variants are sellable if it is active, and those that it had
    /// before and has no more are not.
    ///
    /// # Errors
    /// [`StoreError::AlreadyHandled`] and [`StoreError::LeaseLost`] as for every commit with a cause.
    async fn replace(&self, product: ProductPrices, cause: Option<Cause>) -> Result<(), StoreError>;

    /// These variants of a product, or all of them if none is named, are not sold any more.
    async fn withdraw(&self, product: Uuid, skus: Vec<Sku>, cause: Option<Cause>) -> Result<(), StoreError>;

    /// Notes how many of a thing could be had.
    async fn hint(&self, sku: Sku, available: i64, cause: Option<Cause>) -> Result<(), StoreError>;
}
