//! Walks over all products, page by page, for files.

use std::sync::Arc;

use shared_kernel::{Limit, StoreError};

use crate::domain::{Audience, ListedProduct, ListingCursor, ListingQuery};
use crate::ports::ProductListing;

pub struct ExportProducts {
    listing: Arc<dyn ProductListing>,
}

impl ExportProducts {
    pub fn new(listing: Arc<dyn ProductListing>) -> Self {
        Self { listing }
    }

    /// Calls `each` with every product, drafts and withdrawn ones included.
    pub async fn execute(&self, mut each: impl FnMut(&ListedProduct)) -> Result<(), StoreError> {
        let mut query = ListingQuery::everything(Audience::Staff, Limit::new(100).unwrap_or(Limit::DEFAULT));
        loop {
            let page = self.listing.page(&query).await?;
            page.items.iter().for_each(&mut each);
            match page.items.last().filter(|_| page.next_cursor.is_some()) {
                Some(last) => query.after = Some(ListingCursor::of(last.product())),
                None => return Ok(()),
            }
        }
    }
}
