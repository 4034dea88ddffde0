//! Keeps the local copies of what the catalogue and fulfilment say.

use std::sync::Arc;

use shared_kernel::{Cause, Sku, StoreError};
use uuid::Uuid;

use crate::domain::ProductPrices;
use crate::ports::PriceList;

/// Keeps them.
#[derive(Clone)]
pub struct KeepPrices {
    prices: Arc<dyn PriceList>,
}

impl KeepPrices {
    /// Puts the use case together.
    pub fn new(prices: Arc<dyn PriceList>) -> Self {
        Self { prices }
    }

    pub async fn product_changed(&self, product: ProductPrices, cause: Cause) -> Result<(), StoreError> {
        self.prices.replace(product, Some(cause)).await
    }

    /// A product, or some of its variants, is not sold any more.
    pub async fn product_withdrawn(&self, product: Uuid, skus: Vec<Sku>, cause: Cause) -> Result<(), StoreError> {
        self.prices.withdraw(product, skus, Some(cause)).await
    }

    /// So many of a thing could be had.
    pub async fn stock_changed(&self, sku: Sku, available: i64, cause: Cause) -> Result<(), StoreError> {
        self.prices.hint(sku, available, Some(cause)).await
    }
}
