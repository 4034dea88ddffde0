//! Keeps what reports need to know of a product: the names of its articles and its category.

use std::sync::Arc;

use shared_kernel::StoreError;

use crate::ports::{ProductStated, SalesLedger};

/// Keeps the catalogue's statements about products.
pub struct KeepProduct {
    ledger: Arc<dyn SalesLedger>,
}

impl KeepProduct {
    /// Keeps them in these books.
    pub fn new(ledger: Arc<dyn SalesLedger>) -> Self {
        Self { ledger }
    }

    /// Keeps the statement, unless a newer one is known.
    pub async fn execute(&self, stated: ProductStated) -> Result<(), StoreError> {
        self.ledger.keep_product(stated).await
    }
}
