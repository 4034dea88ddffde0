//! What the joining pages ask of the contexts, and the answer when all contexts live in this process.

use std::sync::Arc;

use async_trait::async_trait;
use shared_kernel::StoreError;

use crate::shop::Shop;

/// A product as the home page shows it.
#[derive(Debug, Clone)]
pub struct Teaser {
    /// Its handle, the last part of its page's path.
    pub handle: String,
    /// Its name.
    pub title: String,
    /// What kind of thing it is.
    pub category: String,
    /// The lowest price of its variants, written for people.
    pub price: String,
    /// Its first image.
    pub image: Option<String>,
    /// Whether any variant can be bought now.
    pub in_stock: bool,
}

/// A category as the home page shows it.
#[derive(Debug, Clone)]
pub struct Shelf {
    /// Its name.
    pub name: String,
    /// What `/products?category=` asks for.
    pub slug: String,
    /// How many products it holds.
    pub products: u64,
}

/// One number of the back office's first page.
#[derive(Debug, Clone)]
pub struct Figure {
    /// What is counted.
    pub label: String,
    /// How many, written for people.
    pub value: String,
    /// Where more of it is found.
    pub link: String,
    /// Whether somebody should look at it.
    pub alarming: bool,
}

/// Asks other contexts on behalf of a page.
#[async_trait]
pub trait Peers: Send + Sync {
    /// Some products for the home page, at most `limit`.
    ///
    /// # Errors
    /// When the catalogue cannot answer.
    async fn featured(&self, limit: u32) -> Result<Vec<Teaser>, StoreError>;

    /// All categories that hold products.
    ///
    /// # Errors
    /// When the catalogue cannot answer.
    async fn shelves(&self) -> Result<Vec<Shelf>, StoreError>;

    /// What is to be done and how it goes, for staff.
    ///
    /// # Errors
    /// When a context cannot answer.
    async fn figures(&self) -> Result<Vec<Figure>, StoreError>;

    /// Paths that search engines may know.
    ///
    /// # Errors
    /// When the catalogue cannot answer.
    async fn public_paths(&self) -> Result<Vec<String>, StoreError>;
}

/// All contexts in this process.
pub struct InProcess {
    shop: Arc<Shop>,
}

impl InProcess {
    /// Asks the modules of `shop`.
    #[must_use]
    pub fn new(shop: Arc<Shop>) -> Self {
        Self { shop }
    }
}
