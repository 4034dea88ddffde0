//! Looking around: lists, one product, categories, pictures. Changes nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use shared_kernel::{Currency, Page, StoreError};

use crate::domain::{Audience, CategoryCount, Handle, ImageName, ListedProduct, ListingQuery, Media};
use crate::ports::{MediaStore, ProductListing};

/// Of so many of the newest some are featured.
const MAX_SCANNED: u32 = 100;

/// What visitors and staff may look at.
#[derive(Clone)]
pub struct Browse {
    shelf: Arc<dyn ProductListing>,
    media: Arc<dyn MediaStore>,
    currency: Currency,
}

impl Browse {
    /// Looks at what these hold, in a shop that sells in this currency.
    pub fn new(shelf: Arc<dyn ProductListing>, media: Arc<dyn MediaStore>, currency: Currency) -> Self {
        Self { shelf, media, currency }
    }

    /// One page of a list. A search without a letter or digit finds nothing and asks nobody.
    pub async fn page(&self, query: &ListingQuery) -> Result<Arc<Page<ListedProduct>>, StoreError> {
        if query.words.as_ref().is_some_and(crate::domain::SearchWords::is_empty) {
            return Ok(Arc::new(Page { items: Vec::new(), next_cursor: None }));
        }
        self.shelf.page(query).await
    }

    /// One product, if the audience may see it.
    pub async fn product(&self, handle: &Handle, audience: Audience) -> Result<Option<Arc<ListedProduct>>, StoreError> {
        self.shelf.find(handle, audience).await
    }

    /// Some of the active products that were made last: the newest of each category, then the next of each, so that one
    /// full shelf does not push the others aside.
    pub async fn featured(&self, count: usize) -> Result<Vec<ListedProduct>, StoreError> {
        let newest = self.shelf.newest(MAX_SCANNED).await?;
        let (mut seen, mut ranked) = (BTreeMap::<String, usize>::new(), Vec::new());
        for shelved in newest.iter() {
            let rank = seen.entry(shelved.product().details().category.slug()).or_default();
            ranked.push((*rank, shelved));
            *rank += 1;
        }
        ranked.sort_by_key(|(rank, _)| *rank);
        Ok(ranked.into_iter().take(count).map(|(_, shelved)| shelved.clone()).collect())
    }

    /// Paths that search engines may know: the list, its categories, and every product that can be bought.
    pub async fn public_paths(&self) -> Result<Vec<String>, StoreError> {
        let (categories, handles) = (self.categories().await?, self.shelf.handles(self.currency).await?);
        let mut paths = vec!["/products".to_owned()];
        paths.extend(categories.iter().map(|count| format!("/products?category={}", count.slug)));
        paths.extend(handles.iter().map(|handle| format!("/products/{handle}")));
        Ok(paths)
    }

    /// Categories and how much they hold.
    pub async fn categories(&self) -> Result<Arc<Vec<CategoryCount>>, StoreError> {
        self.shelf.categories(self.currency).await
    }

    pub async fn picture(&self, name: &ImageName) -> Result<Option<Media>, StoreError> {
        self.media.find(name).await
    }

    /// Which of these pictures are not there.
    pub async fn missing_pictures(&self, names: &[ImageName]) -> Result<Vec<ImageName>, StoreError> {
        if names.is_empty() { Ok(Vec::new()) } else { self.media.missing(names).await }
    }
}
