//! A listing without products that cannot be bought: shoppers see no product that is priced in another currency than
//! the shop's. Such products were made before they were refused, or came with a shop of another currency; staff see and
//! correct them.

use std::sync::Arc;

use async_trait::async_trait;
use shared_kernel::{Currency, Page, StoreError};

use crate::domain::{Audience, CategoryCount, Handle, ListedProduct, ListingQuery, SaleRules};
use crate::ports::ProductListing;

/// Hides from shoppers what cannot be sold. Categories and handles name their currency themselves.
pub struct SellableListing {
    listing: Arc<dyn ProductListing>,
    rules: SaleRules,
}

impl SellableListing {
    /// Shows what `listing` holds and `rules` allow.
    pub fn new(listing: Arc<dyn ProductListing>, rules: SaleRules) -> Self {
        Self { listing, rules }
    }

    fn shows(&self, audience: Audience, listed: &ListedProduct) -> bool {
        audience == Audience::Staff || !self.rules.is_priced_wrongly(listed.product().details())
    }
}

#[async_trait]
impl ProductListing for SellableListing {
    async fn page(&self, query: &ListingQuery) -> Result<Arc<Page<ListedProduct>>, StoreError> {
        let page = self.listing.page(query).await?;
        if page.items.iter().all(|listed| self.shows(query.audience, listed)) {
            return Ok(page);
        }
        let items = page.items.iter().filter(|listed| self.shows(query.audience, listed)).cloned().collect();
        Ok(Arc::new(Page { items, next_cursor: page.next_cursor.clone() }))
    }

    async fn find(&self, handle: &Handle, audience: Audience) -> Result<Option<Arc<ListedProduct>>, StoreError> {
        let found = self.listing.find(handle, audience).await?;
        Ok(found.filter(|listed| self.shows(audience, listed)))
    }

    async fn newest(&self, count: u32) -> Result<Arc<Vec<ListedProduct>>, StoreError> {
        let newest = self.listing.newest(count).await?;
        let shown = newest.iter().filter(|listed| self.shows(Audience::Shoppers, listed)).cloned();
        Ok(Arc::new(shown.collect()))
    }

    async fn categories(&self, currency: Currency) -> Result<Arc<Vec<CategoryCount>>, StoreError> {
        self.listing.categories(currency).await
    }

    async fn handles(&self, currency: Currency) -> Result<Vec<Handle>, StoreError> {
        self.listing.handles(currency).await
    }
}

#[cfg(test)]
mod tests {
    use shared_kernel::{Limit, TaxRate};

    use super::*;
    use crate::ports::ProductStore;
    use crate::testing::{InMemoryCatalogue, a_product, a_variant, new_product};

    fn query(audience: Audience) -> ListingQuery {
        ListingQuery { audience, category: None, words: None, after: None, limit: Limit::DEFAULT }
    }

    #[tokio::test]
    async fn what_nobody_can_pay_for_is_for_staff_only() {
        let store = InMemoryCatalogue::default();
        let euro = a_product("euro").variant(a_variant("EURO").euro());
        store.commit(vec![new_product(a_product("kea")), new_product(euro)]).await.unwrap();
        let rules = SaleRules { currency: Currency::NZD, tax: TaxRate::from_basis_points(1_500) };
        let listing = SellableListing::new(Arc::new(store), rules);
        for (audience, seen) in [(Audience::Shoppers, 1), (Audience::Staff, 2)] {
            assert_eq!(listing.page(&query(audience)).await.unwrap().items.len(), seen);
            let found = listing.find(&Handle::parse("euro").unwrap(), audience).await.unwrap();
            assert_eq!(found.is_some(), audience == Audience::Staff);
        }
        assert_eq!(listing.newest(10).await.unwrap().len(), 1);
    }
}
