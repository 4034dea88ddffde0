//! The catalogue in memory, under the same obligations as the one in SQL.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chassis::messaging::Record;
use chassis::messaging::memory::MemoryRecorder;
use chassis::testing::{CountingIds, FixedClock};
use shared_kernel::{Cause, Envelope, Page, Sku, StoreError};
use uuid::Uuid;

use crate::adapters::outbound::publish::published;
use crate::domain::{
    Audience, CategoryCount, Handle, ImageName, Media, Product, ShelfKey, ShelfQuery, Shelved, Status, StockCount,
    StockLevel,
};
use crate::ports::{MediaStore, ProductChange, ProductStore, Shelf, StockLevels};

#[derive(Default, Clone)]
struct State {
    products: BTreeMap<Handle, Product>,
    made: Vec<Handle>,
    counted: HashSet<(Uuid, Sku)>,
    levels: BTreeMap<Sku, StockLevel>,
    media: BTreeMap<ImageName, Media>,
}

/// The catalogue in memory. Clones share it.
#[derive(Clone)]
pub struct InMemoryCatalogue {
    state: Arc<Mutex<State>>,
    recorder: MemoryRecorder,
}

impl Default for InMemoryCatalogue {
    fn default() -> Self {
        let clock = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
        let recorder = MemoryRecorder::new("catalogue", clock, Arc::new(CountingIds::default()));
        Self { state: Arc::default(), recorder }
    }
}

impl InMemoryCatalogue {
    /// Every fact published so far.
    #[must_use]
    pub fn events(&self) -> Vec<Envelope> {
        self.recorder.events()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn owner(&self, sku: &Sku) -> Option<&Product> {
        self.products.values().find(|product| product.skus().contains(sku))
    }

    fn keep(&mut self, product: &Product) -> Result<(), StoreError> {
        let known = self.products.get(product.handle());
        match (product.version(), known) {
            (0, Some(_)) => return Err(StoreError::Conflict("handle")),
            (0, None) => self.made.push(product.handle().clone()),
            (version, Some(known)) if known.version() == version => {}
            (_, Some(_) | None) => return Err(StoreError::Stale),
        }
        let foreign = |sku: &Sku| self.owner(sku).is_some_and(|owner| owner.handle() != product.handle());
        if product.skus().iter().any(foreign) {
            return Err(StoreError::Conflict("sku"));
        }
        let (handle, details) = (product.handle().clone(), product.details().clone());
        let kept = Product::restore(product.id(), handle.clone(), details, product.version() + 1);
        self.products.insert(handle, kept.map_err(StoreError::unavailable)?);
        Ok(())
    }

    fn shelved(&self, product: &Product) -> Shelved {
        let levels: HashMap<Sku, i64> =
            self.levels.values().map(|level| (level.sku.clone(), level.available)).collect();
        Shelved::new(product.clone(), &levels)
    }

    fn active(&self) -> impl Iterator<Item = &Product> {
        self.products.values().filter(|product| product.details().status == Status::Active)
    }
}

#[async_trait]
impl ProductStore for InMemoryCatalogue {
    async fn find(&self, handle: &Handle) -> Result<Option<Product>, StoreError> {
        Ok(self.lock().products.get(handle).cloned())
    }

    async fn owner(&self, sku: &Sku) -> Result<Option<Handle>, StoreError> {
        Ok(self.lock().owner(sku).map(|product| product.handle().clone()))
    }

    async fn commit(&self, changes: Vec<ProductChange>) -> Result<(), StoreError> {
        let mut state = self.lock();
        let mut next = state.clone();
        let mut events = Vec::new();
        for change in &changes {
            if !change.events.is_empty() {
                next.keep(&change.product)?;
            }
            let counts = change.counts.iter();
            let news: Vec<StockCount> =
                counts.filter(|count| next.counted.insert((count.import_id, count.sku.clone()))).cloned().collect();
            events.extend(published(change, &news));
        }
        self.recorder.record(Record { cause: None, events, tasks: vec![] })?;
        *state = next;
        Ok(())
    }
}

#[async_trait]
impl Shelf for InMemoryCatalogue {
    async fn page(&self, query: &ShelfQuery) -> Result<Arc<Page<Shelved>>, StoreError> {
        let state = self.lock();
        let mut listed: Vec<(ShelfKey, &Product)> =
            state.products.values().filter(|product| query.lists(product)).map(|p| (ShelfKey::of(p), p)).collect();
        listed.sort_by(|one, other| one.0.cmp(&other.0));
        let after = listed.into_iter().filter(|(key, _)| query.after.as_ref().is_none_or(|after| key > after));
        let rows = after.take(query.limit.get() as usize + 1).map(|(_, product)| state.shelved(product)).collect();
        Ok(Arc::new(Page::cut(rows, query.limit, |last| ShelfKey::of(last.product()).cursor())))
    }

    async fn find(&self, handle: &Handle, audience: Audience) -> Result<Option<Arc<Shelved>>, StoreError> {
        let state = self.lock();
        let found = state.products.get(handle).filter(|product| audience.sees(product.details().status));
        Ok(found.map(|product| Arc::new(state.shelved(product))))
    }

    async fn newest(&self, count: u32) -> Result<Arc<Vec<Shelved>>, StoreError> {
        let state = self.lock();
        let newest_first = state.made.iter().rev().filter_map(|handle| state.products.get(handle));
        let active = newest_first.filter(|product| product.details().status == Status::Active);
        Ok(Arc::new(active.take(count as usize).map(|product| state.shelved(product)).collect()))
    }

    async fn categories(&self) -> Result<Arc<Vec<CategoryCount>>, StoreError> {
        let state = self.lock();
        let mut counts: BTreeMap<String, CategoryCount> = BTreeMap::new();
        for product in state.active() {
            let category = &product.details().category;
            let (slug, name) = (category.slug(), category.to_string());
            let new = CategoryCount { slug: slug.clone(), name: name.clone(), products: 0 };
            let count = counts.entry(slug).or_insert(new);
            count.products += 1;
            count.name = name.min(std::mem::take(&mut count.name));
        }
        Ok(Arc::new(counts.into_values().collect()))
    }

    async fn handles(&self) -> Result<Vec<Handle>, StoreError> {
        let state = self.lock();
        let mut active: Vec<&Product> = state.active().collect();
        active.sort_by_key(|product| ShelfKey::of(product));
        Ok(active.into_iter().map(|product| product.handle().clone()).collect())
    }
}

#[async_trait]
impl StockLevels for InMemoryCatalogue {
    async fn note(&self, level: StockLevel, cause: &Cause) -> Result<(), StoreError> {
        let mut state = self.lock();
        self.recorder.record(Record { cause: Some(cause), ..Record::default() })?;
        let older = state.levels.get(&level.sku).is_none_or(|known| known.sequence < level.sequence);
        if older {
            state.levels.insert(level.sku.clone(), level);
        }
        Ok(())
    }

    async fn all(&self) -> Result<Vec<StockLevel>, StoreError> {
        Ok(self.lock().levels.values().cloned().collect())
    }
}

#[async_trait]
impl MediaStore for InMemoryCatalogue {
    async fn keep(&self, media: Media) -> Result<(), StoreError> {
        self.lock().media.insert(media.name().clone(), media);
        Ok(())
    }

    async fn find(&self, name: &ImageName) -> Result<Option<Media>, StoreError> {
        Ok(self.lock().media.get(name).cloned())
    }
}
