//! Takes an import back: what it changed is again as it was, and what it made is no longer sold.
//!
//! Only products that have not changed since. Counts of stock stay: goods have moved meanwhile.

use std::collections::HashMap;
use std::sync::Arc;

use shared_kernel::{IsConflict, StoreError, retry_on_conflict};

use crate::application::MAX_ATTEMPTS;
use crate::domain::{FileHandle, Handle, ProductPatch, ProductRefused, Touched};
use crate::ports::{ProductChange, ProductStore};

/// What became of the products of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reverted {
    /// As they were before.
    pub restored: u64,
    /// Made by the import and no longer sold.
    pub withdrawn: u64,
    /// Changed since, and left as they are.
    pub left: Vec<Handle>,
}

/// Why nothing was taken back.
#[derive(Debug, thiserror::Error)]
pub enum RevertImportError {
    /// A code or an address belongs to another product now.
    #[error("a SKU of the products as they were belongs to another product now")]
    Taken,
    /// The products as they were cannot be read.
    #[error(transparent)]
    Refused(#[from] ProductRefused),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IsConflict for RevertImportError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Store(StoreError::Stale))
    }
}

pub struct RevertImport {
    products: Arc<dyn ProductStore>,
}

impl RevertImport {
    pub fn new(products: Arc<dyn ProductStore>) -> Self {
        Self { products }
    }

    /// Takes back what was `touched`, given what the changed products were `before`. All of it in one commit.
    pub async fn execute(&self, touched: &[Touched], before: Vec<ProductPatch>) -> Result<Reverted, RevertImportError> {
        let by_handle = before.into_iter().filter_map(|patch| match patch.handle.clone() {
            FileHandle::Address(handle) => Some((handle, patch)),
            FileHandle::Written(_) => None,
        });
        let before: HashMap<Handle, ProductPatch> = by_handle.collect();
        retry_on_conflict(MAX_ATTEMPTS, || self.attempt(touched, &before)).await
    }

    async fn attempt(
        &self,
        touched: &[Touched],
        before: &HashMap<Handle, ProductPatch>,
    ) -> Result<Reverted, RevertImportError> {
        let (changes, reverted) = self.decide(touched, before).await?;
        self.products.commit(changes).await.map_err(|error| match error {
            StoreError::Conflict(_) => RevertImportError::Taken,
            error => error.into(),
        })?;
        Ok(reverted)
    }

    async fn decide(
        &self,
        touched: &[Touched],
        before: &HashMap<Handle, ProductPatch>,
    ) -> Result<(Vec<ProductChange>, Reverted), RevertImportError> {
        let (mut changes, mut reverted) = (Vec::new(), Reverted::default());
        for Touched { handle, version } in touched {
            let known = self.products.find(handle).await?.filter(|product| product.version() == version + 1);
            let Some(product) = known else {
                reverted.left.push(handle.clone());
                continue;
            };
            let (product, events) = match before.get(handle) {
                Some(patch) => {
                    reverted.restored += 1;
                    product.replace(patch.clone().onto(None)?)?
                }
                None => {
                    reverted.withdrawn += 1;
                    product.withdraw()
                }
            };
            changes.push(ProductChange { product, events, counts: Vec::new(), written: None });
        }
        Ok((changes, reverted))
    }
}
