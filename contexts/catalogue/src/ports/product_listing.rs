//! The port through which products are read in lists.

use std::sync::Arc;

use async_trait::async_trait;
use shared_kernel::{Currency, Page, StoreError};

use crate::domain::{Audience, CategoryCount, Handle, ListedProduct, ListingQuery};

/// Shows products in order, each with what is left of it.
#[async_trait]
pub trait ProductListing: Send + Sync {
    /// One page of what the query lists, ordered by [`ListingCursor`](crate::domain::ListingCursor). The cursor of the next page
    /// is the key of this page's last product.
    async fn page(&self, query: &ListingQuery) -> Result<Arc<Page<ListedProduct>>, StoreError>;

    /// One product, if the audience may see it.
    async fn find(&self, handle: &Handle, audience: Audience) -> Result<Option<Arc<ListedProduct>>, StoreError>;

    /// The active products that were made last, newest first.
    async fn newest(&self, count: u32) -> Result<Arc<Vec<ListedProduct>>, StoreError>;

    /// Categories with at least one active product that is priced in this currency alone, ordered by slug. Of several
    /// spellings the least is shown.
    async fn categories(&self, currency: Currency) -> Result<Arc<Vec<CategoryCount>>, StoreError>;

    /// The handles of all active products that are priced in this currency alone, in order.
    async fn handles(&self, currency: Currency) -> Result<Vec<Handle>, StoreError>;
}
