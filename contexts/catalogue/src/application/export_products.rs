//! Walks over all products, page by page, for files.

use std::sync::Arc;

use shared_kernel::{Limit, StoreError};

use crate::domain::{Audience, ShelfKey, ShelfQuery, Shelved};
use crate::ports::Shelf;

/// Hands out all products in order.
#[derive(Clone)]
pub struct ExportProducts {
    shelf: Arc<dyn Shelf>,
}

impl ExportProducts {
    /// Takes them from there.
    #[must_use]
    pub fn new(shelf: Arc<dyn Shelf>) -> Self {
        Self { shelf }
    }

    /// Calls `each` with every product, drafts and withdrawn ones included.
    ///
    /// # Errors
    /// The store's.
    pub async fn execute(&self, mut each: impl FnMut(&Shelved)) -> Result<(), StoreError> {
        let mut query = ShelfQuery::everything(Audience::Staff, Limit::new(100).unwrap_or(Limit::DEFAULT));
        loop {
            let page = self.shelf.page(&query).await?;
            page.items.iter().for_each(&mut each);
            match page.items.last().filter(|_| page.next_cursor.is_some()) {
                Some(last) => query.after = Some(ShelfKey::of(last.product())),
                None => return Ok(()),
            }
        }
    }
}
