//! The books: takes in facts, and keeps the totals true to them.

use async_trait::async_trait;
use shared_kernel::{Cause, OrderId, StoreError, Timestamp};
use uuid::Uuid;

use crate::domain::{Article, Category, Contradiction, Fact};

/// A fact about an order on its way into the books.
#[derive(Debug, Clone)]
pub struct FactAdded {
    /// The order.
    pub order: OrderId,
    /// The number by which people call it.
    pub number: String,
    /// The fact.
    pub fact: Fact,
    /// When it was stated; the books are as fresh as the newest of these.
    pub stated_at: Timestamp,
    /// The message that brought it.
    pub cause: Option<Cause>,
}

/// What came of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// It is in the books now.
    News,
    /// It was in them before.
    NoNews,
    /// The books say otherwise; nothing was changed and the cause is not marked as handled.
    Contradiction(Contradiction),
}

/// What the catalogue states about one product.
#[derive(Debug, Clone)]
pub struct ProductStated {
    /// The product.
    pub product: Uuid,
    /// Its category, if it has one.
    pub category: Option<Category>,
    /// Its articles.
    pub articles: Vec<Article>,
    /// When it was stated.
    pub stated_at: Timestamp,
    /// Which statement about this product it is.
    pub sequence: u64,
    /// The message that brought it.
    pub cause: Option<Cause>,
}

/// Keeps facts about sales.
#[async_trait]
pub trait SalesLedger: Send + Sync {
    /// Reads what is known of the order, learns the fact ([`crate::domain::OrderHistory::learn`]), and keeps the fact,
    /// its postings and its cause together, or none of them. Two facts of one order never overlook each other.
    ///
    /// # Errors
    /// [`StoreError::AlreadyHandled`] if the cause was seen before, [`StoreError::LeaseLost`],
    /// [`StoreError::Unavailable`].
    async fn add(&self, added: FactAdded) -> Result<Added, StoreError>;

    /// Keeps what the catalogue states about a product's articles, as far as it
    /// [replaces](crate::domain::CatalogueEntry::replaces) what was stated before, and moves the articles' past sales
    /// to their present category in the same commit. Articles that the product no longer names stay as they were.
    async fn keep_product(&self, stated: ProductStated) -> Result<(), StoreError>;

    /// Forgets why money of this order went back: people write names there. Changes no figure.
    async fn forget_reasons(&self, order: OrderId, cause: Option<Cause>) -> Result<(), StoreError>;
}
