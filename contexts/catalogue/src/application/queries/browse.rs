//! What visitors and staff look at: lists, one product, categories, pictures.

use std::collections::BTreeMap;
use std::sync::Arc;

use shared_kernel::{Currency, Page, StoreError};

use crate::domain::{Audience, CategoryCount, Handle, ImageName, ListedProduct, ListingQuery, Media};
use crate::ports::{MediaStore, ProductListing};

/// How many of the newest products compete for being featured.
const MAX_SCANNED: u32 = 100;

pub struct Browse {
    listing: Arc<dyn ProductListing>,
    media: Arc<dyn MediaStore>,
    currency: Currency,
}

impl Browse {
    pub fn new(listing: Arc<dyn ProductListing>, media: Arc<dyn MediaStore>, currency: Currency) -> Self {
        Self { listing, media, currency }
    }

    /// One page of a list. A search without a letter or digit finds nothing and does not ask the store.
    pub async fn page(&self, query: &ListingQuery) -> Result<Arc<Page<ListedProduct>>, StoreError> {
        if query.words.as_ref().is_some_and(crate::domain::SearchWords::is_empty) {
            return Ok(Arc::new(Page { items: Vec::new(), next_cursor: None }));
        }
        self.listing.page(query).await
    }

    /// One product, if the audience may see it.
    pub async fn product(&self, handle: &Handle, audience: Audience) -> Result<Option<Arc<ListedProduct>>, StoreError> {
        self.listing.find(handle, audience).await
    }

    /// Some of the active products that were made last: the newest of each category, then the next of each, so that one
    /// full category does not push the others aside.
    pub async fn featured(&self, count: usize) -> Result<Vec<ListedProduct>, StoreError> {
        let newest = self.listing.newest(MAX_SCANNED).await?;
        let (mut seen, mut ranked) = (BTreeMap::<String, usize>::new(), Vec::new());
        for listed in newest.iter() {
            let rank = seen.entry(listed.product().details().category.slug()).or_default();
            ranked.push((*rank, listed));
            *rank += 1;
        }
        ranked.sort_by_key(|(rank, _)| *rank);
        Ok(ranked.into_iter().take(count).map(|(_, listed)| listed.clone()).collect())
    }

    /// Paths that search engines may know: the list, its categories, and every product that can be bought.
    pub async fn public_paths(&self) -> Result<Vec<String>, StoreError> {
        let (categories, handles) = (self.categories().await?, self.listing.handles(self.currency).await?);
        let mut paths = vec!["/products".to_owned()];
        paths.extend(categories.iter().map(|count| format!("/products?category={}", count.slug)));
        paths.extend(handles.iter().map(|handle| format!("/products/{handle}")));
        Ok(paths)
    }

    /// Categories and how much they hold.
    pub async fn categories(&self) -> Result<Arc<Vec<CategoryCount>>, StoreError> {
        self.listing.categories(self.currency).await
    }

    pub async fn picture(&self, name: &ImageName) -> Result<Option<Media>, StoreError> {
        self.media.find(name).await
    }

    /// Which of these pictures are not there.
    pub async fn missing_pictures(&self, names: &[ImageName]) -> Result<Vec<ImageName>, StoreError> {
        if names.is_empty() { Ok(Vec::new()) } else { self.media.missing(names).await }
    }
}
