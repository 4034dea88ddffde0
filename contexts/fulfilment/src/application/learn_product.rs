//! The catalogue has changed or withdrawn a product.

use std::sync::Arc;

use shared_kernel::{Cause, StoreError};

use crate::ports::{Product, ProductBook};

/// Keeps the local copy of names and kinds.
#[derive(Clone)]
pub struct LearnProduct {
    /// Where the copy is kept.
    pub products: Arc<dyn ProductBook>,
}

impl LearnProduct {
    /// Keeps the product as it was last stated.
    pub async fn changed(&self, product: Product, cause: Cause) -> Result<(), StoreError> {
        self.products.learn(product, cause).await
    }

    /// Forgets the product; what lies on its shelves stays there.
    pub async fn withdrawn(&self, product: String, cause: Cause) -> Result<(), StoreError> {
        self.products.forget(product, cause).await
    }
}
