//! A cache before the listing: what was read stays in memory until something changes.
//!
//! Entries are good for one version of the catalogue and for a second of the given clock; a library's cache knows neither,
//! and would keep its bounds only some time later.
//!
//! Every change of a product is a fact in the outbox, and the database tells when that has grown: at once for a commit
//! of this process, some milliseconds later for one of another, if the notification is not lost. Stock that sells out
//! in this process is seen at once. A change without a notification is seen after a second, the longest that an answer
//! is cached. The cache holds pages, not the catalogue: memory depends on the requests, not on the number of products.

use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use shared_kernel::{Clock, Currency, Page, StoreError, Timestamp};
use tokio::sync::watch;

use crate::domain::{Audience, CategoryCount, Handle, ListedProduct, ListingCursor, ListingQuery, SearchWords};
use crate::ports::ProductListing;

/// Counts what has changed, so that a cache knows what is old.
#[derive(Debug)]
pub struct CacheVersion {
    facts: watch::Receiver<u64>,
    stock: AtomicU64,
}

impl CacheVersion {
    /// Takes every fact for a changed product; `facts` changes whenever there are new ones.
    pub fn of(facts: watch::Receiver<u64>) -> Self {
        Self { facts, stock: AtomicU64::new(0) }
    }

    /// Something is sold out now, or there again.
    pub fn stock_changed(&self) {
        self.stock.fetch_add(1, Ordering::Release);
    }

    fn of_products(&self) -> u64 {
        *self.facts.borrow()
    }

    fn of_everything(&self) -> u64 {
        self.of_products().wrapping_add(self.stock.load(Ordering::Acquire))
    }
}

type PageKey = (Audience, Option<String>, Option<SearchWords>, Option<ListingCursor>, u32);

/// A listing that remembers what it has shown.
pub struct CachedListing {
    listing: Arc<dyn ProductListing>,
    cache_version: Arc<CacheVersion>,
    clock: Arc<dyn Clock>,
    pages: Cache<PageKey, Arc<Page<ListedProduct>>>,
    products: Cache<(Handle, Audience), Option<Arc<ListedProduct>>>,
    newest: Cache<u32, Arc<Vec<ListedProduct>>>,
    categories: Cache<Currency, Arc<Vec<CategoryCount>>>,
}

impl CachedListing {
    /// How long an answer is good when nothing is heard.
    const CACHE_TTL: Duration = Duration::from_secs(1);

    /// Remembers what `listing` shows until `cache_version` turns.
    pub fn new(listing: Arc<dyn ProductListing>, cache_version: Arc<CacheVersion>, clock: Arc<dyn Clock>) -> Self {
        Self {
            listing,
            cache_version,
            clock,
            pages: Cache::new(200),
            products: Cache::new(1_000),
            newest: Cache::new(10),
            categories: Cache::new(1),
        }
    }

    fn stamp(&self, revision: u64) -> VersionStamp {
        VersionStamp { revision, read_at: self.clock.now() }
    }
}

#[async_trait]
impl ProductListing for CachedListing {
    async fn page(&self, query: &ListingQuery) -> Result<Arc<Page<ListedProduct>>, StoreError> {
        let ListingQuery { audience, category, words, after, limit } = query.clone();
        let stamp = self.stamp(self.cache_version.of_everything());
        self.pages.get((audience, category, words, after, limit.get()), stamp, || self.listing.page(query)).await
    }

    async fn find(&self, handle: &Handle, audience: Audience) -> Result<Option<Arc<ListedProduct>>, StoreError> {
        let stamp = self.stamp(self.cache_version.of_everything());
        self.products.get((handle.clone(), audience), stamp, || self.listing.find(handle, audience)).await
    }

    async fn newest(&self, count: u32) -> Result<Arc<Vec<ListedProduct>>, StoreError> {
        let stamp = self.stamp(self.cache_version.of_everything());
        self.newest.get(count, stamp, || self.listing.newest(count)).await
    }

    async fn categories(&self, currency: Currency) -> Result<Arc<Vec<CategoryCount>>, StoreError> {
        let stamp = self.stamp(self.cache_version.of_products());
        self.categories.get(currency, stamp, || self.listing.categories(currency)).await
    }

    async fn handles(&self, currency: Currency) -> Result<Vec<Handle>, StoreError> {
        self.listing.handles(currency).await
    }
}

/// What was known, and when, before an answer was read.
#[derive(Clone, Copy)]
struct VersionStamp {
    revision: u64,
    read_at: Timestamp,
}

impl VersionStamp {
    fn still_good_at(self, now: Self) -> bool {
        self.revision == now.revision && now.read_at.since(self.read_at) < CachedListing::CACHE_TTL
    }
}

struct Cache<K, V> {
    most: usize,
    answers: RwLock<HashMap<K, (VersionStamp, V)>>,
}

impl<K: Eq + Hash, V: Clone> Cache<K, V> {
    fn new(most: usize) -> Self {
        Self { most, answers: RwLock::default() }
    }

    async fn get<F: Future<Output = Result<V, StoreError>>>(
        &self,
        key: K,
        now: VersionStamp,
        read: impl FnOnce() -> F,
    ) -> Result<V, StoreError> {
        if let Some(known) = self.find(&key, now) {
            return Ok(known);
        }
        let answer = read().await?;
        let mut answers = self.answers.write().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= self.most {
            answers.retain(|_, (stamp, _)| stamp.still_good_at(now));
        }
        if answers.len() < self.most {
            answers.insert(key, (now, answer.clone()));
        }
        Ok(answer)
    }

    fn find(&self, key: &K, now: VersionStamp) -> Option<V> {
        let answers = self.answers.read().unwrap_or_else(PoisonError::into_inner);
        answers.get(key).filter(|(stamp, _)| stamp.still_good_at(now)).map(|(_, answer)| answer.clone())
    }
}

#[cfg(test)]
mod tests {
    use chassis::testing::FixedClock;
    use shared_kernel::Limit;

    use super::*;
    use crate::ports::ProductStore;
    use crate::testing::{InMemoryCatalogue, a_product, new_product};

    struct Set {
        store: InMemoryCatalogue,
        facts: watch::Sender<u64>,
        clock: Arc<FixedClock>,
        listing: CachedListing,
    }

    fn a_cache() -> Set {
        let (store, facts) = (InMemoryCatalogue::default(), watch::Sender::new(0));
        let cache_version = Arc::new(CacheVersion::of(facts.subscribe()));
        let clock = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
        let listing = CachedListing::new(Arc::new(store.clone()), cache_version, clock.clone());
        Set { store, facts, clock, listing }
    }

    async fn listed(set: &Set) -> usize {
        let query = ListingQuery::everything(Audience::Shoppers, Limit::DEFAULT);
        set.listing.page(&query).await.unwrap().items.len()
    }

    #[tokio::test]
    async fn an_answer_is_kept_until_something_changes() {
        let set = a_cache();
        assert_eq!(listed(&set).await, 0);
        set.store.commit(vec![new_product(a_product("kea"))]).await.unwrap();
        assert_eq!(listed(&set).await, 0);
        set.facts.send_modify(|facts| *facts += 1);
        assert_eq!(listed(&set).await, 1);
    }

    #[tokio::test]
    async fn an_answer_is_good_for_a_second_at_most() {
        let set = a_cache();
        assert_eq!(listed(&set).await, 0);
        set.store.commit(vec![new_product(a_product("kea"))]).await.unwrap();
        set.clock.advance(Duration::from_millis(999));
        assert_eq!(listed(&set).await, 0);
        set.clock.advance(Duration::from_millis(1));
        assert_eq!(listed(&set).await, 1);
    }
}
