//! What the joining pages ask of the contexts, and the answer when all contexts live in this process.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use shared_kernel::{Limit, StoreError};

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
    pub label: &'static str,
    /// How many, written for people.
    pub count: String,
    /// Where more of it is found.
    pub link: &'static str,
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

    /// What waits for staff.
    ///
    /// # Errors
    /// When a context cannot answer.
    async fn to_do(&self) -> Result<Vec<Figure>, StoreError>;

    /// Paths that search engines may know.
    ///
    /// # Errors
    /// When the catalogue cannot answer.
    async fn public_paths(&self) -> Result<Vec<String>, StoreError>;
}

/// Beyond this nobody counts: it is simply a lot.
const MOST: Limit = Limit::MAX;

fn counted(found: usize) -> String {
    if found < MOST.get() as usize { found.to_string() } else { format!("{found} or more") }
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

/// The newest of each category, then the next of each, so that one full shelf does not push the others off the page.
fn one_of_each(cards: Vec<catalogue::ProductCard>, limit: usize) -> Vec<catalogue::ProductCard> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, catalogue::ProductCard)> = Vec::new();
    for card in cards {
        let rank = seen.entry(card.category.clone()).or_default();
        ranked.push((*rank, card));
        *rank += 1;
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().take(limit).map(|(_, card)| card).collect()
}

#[async_trait]
impl Peers for InProcess {
    async fn featured(&self, limit: u32) -> Result<Vec<Teaser>, StoreError> {
        let cards = one_of_each(self.shop.catalogue.featured(Limit::MAX.get()).await?, limit as usize);
        let teaser = |card: catalogue::ProductCard| Teaser {
            price: if card.from { format!("from {}", card.price) } else { card.price },
            handle: card.handle,
            title: card.title,
            category: card.category,
            image: card.image,
            in_stock: card.in_stock,
        };
        Ok(cards.into_iter().map(teaser).collect())
    }

    async fn shelves(&self) -> Result<Vec<Shelf>, StoreError> {
        let shelf =
            |count: catalogue::CategoryCount| Shelf { name: count.name, slug: count.slug, products: count.products };
        Ok(self.shop.catalogue.categories().await?.into_iter().map(shelf).collect())
    }

    async fn to_do(&self) -> Result<Vec<Figure>, StoreError> {
        let parcels = self.shop.fulfilment.to_send(MOST).await?;
        let orders = self.shop.order.use_cases().list_orders.needing_attention(None, MOST).await;
        let attention = orders.map_err(StoreError::unavailable)?.items.len();
        Ok(vec![
            Figure { label: "to send", count: counted(parcels), link: "/admin/shipping-orders", alarming: false },
            Figure {
                label: "orders need a person",
                count: counted(attention),
                link: "/admin/orders",
                alarming: attention > 0,
            },
        ])
    }

    async fn public_paths(&self) -> Result<Vec<String>, StoreError> {
        self.shop.catalogue.sitemap_paths().await
    }
}
