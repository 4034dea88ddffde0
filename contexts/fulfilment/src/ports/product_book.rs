//! The warehouse's own copy of what the catalogue sells.

use async_trait::async_trait;
use shared_kernel::{Cause, Sku, StoreError};

use crate::domain::Kind;

/// One thing that can be bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductVariant {
    /// Its code.
    pub sku: Sku,
    /// What a buyer reads.
    pub title: String,
    /// Packed or mailed.
    pub kind: Kind,
}

/// A product as the catalogue has last stated it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The catalogue's id for it.
    pub id: String,
    /// All of its variants.
    pub variants: Vec<ProductVariant>,
}

/// Remembers names and kinds. Can be emptied and filled again from the catalogue's facts.
#[async_trait]
pub trait ProductBook: Send + Sync {
    /// Keeps the variants, forgets those that the product no longer has, and makes an empty shelf for each packed one
    /// that has none, so that staff can find it. Marks the cause.
    ///
    /// # Errors
    /// [`StoreError::AlreadyHandled`] or [`StoreError::LeaseLost`] by the cause; [`StoreError::Unavailable`].
    async fn learn(&self, product: Product, cause: Cause) -> Result<(), StoreError>;

    /// Forgets a product; its shelves stay. Marks the cause.
    async fn forget(&self, product: String, cause: Cause) -> Result<(), StoreError>;
}
