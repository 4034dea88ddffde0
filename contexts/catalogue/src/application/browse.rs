//! Looking around: lists, one product, categories, pictures. Changes nothing.

use std::sync::Arc;

use shared_kernel::{Page, StoreError};

use crate::domain::{Audience, CategoryCount, Handle, ImageName, Media, ShelfQuery, Shelved};
use crate::ports::{MediaStore, Shelf};

/// What visitors and staff may look at.
#[derive(Clone)]
pub struct Browse {
    shelf: Arc<dyn Shelf>,
    media: Arc<dyn MediaStore>,
}

impl Browse {
    /// Looks at what these hold.
    #[must_use]
    pub fn new(shelf: Arc<dyn Shelf>, media: Arc<dyn MediaStore>) -> Self {
        Self { shelf, media }
    }

    /// One page of a list. A search without a letter or digit finds nothing and asks nobody.
    ///
    /// # Errors
    /// The store's.
    pub async fn page(&self, query: &ShelfQuery) -> Result<Arc<Page<Shelved>>, StoreError> {
        if query.words.as_ref().is_some_and(crate::domain::SearchWords::is_empty) {
            return Ok(Arc::new(Page { items: Vec::new(), next_cursor: None }));
        }
        self.shelf.page(query).await
    }

    /// One product, if the audience may see it.
    ///
    /// # Errors
    /// The store's.
    pub async fn product(&self, handle: &Handle, audience: Audience) -> Result<Option<Arc<Shelved>>, StoreError> {
        self.shelf.find(handle, audience).await
    }

    /// The active products that were made last.
    ///
    /// # Errors
    /// The store's.
    pub async fn newest(&self, count: u32) -> Result<Arc<Vec<Shelved>>, StoreError> {
        self.shelf.newest(count).await
    }

    /// Categories and how much they hold.
    ///
    /// # Errors
    /// The store's.
    pub async fn categories(&self) -> Result<Arc<Vec<CategoryCount>>, StoreError> {
        self.shelf.categories().await
    }

    /// The handles of all active products.
    ///
    /// # Errors
    /// The store's.
    pub async fn handles(&self) -> Result<Vec<Handle>, StoreError> {
        self.shelf.handles().await
    }

    /// A picture.
    ///
    /// # Errors
    /// The store's.
    pub async fn picture(&self, name: &ImageName) -> Result<Option<Media>, StoreError> {
        self.media.find(name).await
    }
}
