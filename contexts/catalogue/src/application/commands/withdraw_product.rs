//! Staff withdraw a product from sale. It is kept, because orders refer to it.

use std::sync::Arc;

use shared_kernel::{IsConflict, StoreError, retry_on_conflict};

use crate::application::MAX_ATTEMPTS;
use crate::domain::Handle;
use crate::ports::{ProductChange, ProductStore};

/// Why a product was not withdrawn.
#[derive(Debug, thiserror::Error)]
pub enum WithdrawProductError {
    /// There is nothing to withdraw.
    #[error("there is no product {0}")]
    NoSuchProduct(Handle),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IsConflict for WithdrawProductError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Store(StoreError::Stale))
    }
}

pub struct WithdrawProduct {
    products: Arc<dyn ProductStore>,
}

impl WithdrawProduct {
    pub fn new(products: Arc<dyn ProductStore>) -> Self {
        Self { products }
    }

    /// Withdraws one product; one that is withdrawn already stays so.
    pub async fn execute(&self, handle: &Handle) -> Result<(), WithdrawProductError> {
        retry_on_conflict(MAX_ATTEMPTS, || self.attempt(handle)).await
    }

    async fn attempt(&self, handle: &Handle) -> Result<(), WithdrawProductError> {
        let found = self.products.find(handle).await?;
        let product = found.ok_or_else(|| WithdrawProductError::NoSuchProduct(handle.clone()))?;
        let (product, events) = product.withdraw();
        if !events.is_empty() {
            self.products.commit(vec![ProductChange { product, events, counts: Vec::new(), written: None }]).await?;
        }
        Ok(())
    }
}
