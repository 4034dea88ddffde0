//! The catalogue in memory, under the same obligations as the one in SQL.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chassis::messaging::Record;
use chassis::messaging::memory::MemoryRecorder;
use chassis::testing::{CountingIds, FixedClock};
use shared_kernel::{Cause, Currency, Envelope, Page, Sku, StoreError};
use uuid::Uuid;

use crate::adapters::outbound::publish::published;
use crate::domain::{
    Audience, Category, CategoryCount, Handle, ImageName, ImportRun, ImportRunId, ListedProduct, ListingCursor,
    ListingQuery, Media, Product, Status, StockCount, StockLevel, WrittenHandle,
};
use crate::ports::{FileHandles, ImportLog, MediaStore, ProductChange, ProductListing, ProductStore, StockLevels};

#[derive(Default, Clone)]
struct State {
    products: BTreeMap<Handle, Product>,
    made: Vec<Handle>,
    counted: HashSet<(Uuid, Sku)>,
    levels: BTreeMap<Sku, StockLevel>,
    media: BTreeMap<ImageName, Media>,
    written: BTreeMap<WrittenHandle, Handle>,
    runs: Vec<ImportRun>,
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

    fn listed_product(&self, product: &Product) -> ListedProduct {
        let levels: HashMap<Sku, i64> =
            self.levels.values().map(|level| (level.sku.clone(), level.available)).collect();
        ListedProduct::new(product.clone(), &levels)
    }

    fn active(&self, currency: Currency) -> impl Iterator<Item = &Product> {
        let priced = move |product: &&Product| product.variants().iter().all(|one| one.price.currency() == currency);
        self.products.values().filter(|product| product.details().status == Status::Active).filter(priced)
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
            if let Some(written) = &change.written {
                let (written, handle) = (written.clone(), change.product.handle().clone());
                if next.written.insert(written, handle).is_some() {
                    return Err(StoreError::Conflict("written"));
                }
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
impl ProductListing for InMemoryCatalogue {
    async fn page(&self, query: &ListingQuery) -> Result<Arc<Page<ListedProduct>>, StoreError> {
        let state = self.lock();
        let names: Vec<Category> = state.products.values().map(|product| product.details().category.clone()).collect();
        let categories = query.categories(&names);
        let lists = |product: &&Product| query.lists(product, categories.as_deref());
        let mut listed: Vec<(ListingCursor, &Product)> =
            state.products.values().filter(lists).map(|p| (ListingCursor::of(p), p)).collect();
        listed.sort_by(|one, other| one.0.cmp(&other.0));
        let after = listed.into_iter().filter(|(key, _)| query.after.as_ref().is_none_or(|after| key > after));
        let rows =
            after.take(query.limit.get() as usize + 1).map(|(_, product)| state.listed_product(product)).collect();
        Ok(Arc::new(Page::cut(rows, query.limit, |last| ListingCursor::of(last.product()).cursor())))
    }

    async fn find(&self, handle: &Handle, audience: Audience) -> Result<Option<Arc<ListedProduct>>, StoreError> {
        let state = self.lock();
        let found = state.products.get(handle).filter(|product| audience.sees(product.details().status));
        Ok(found.map(|product| Arc::new(state.listed_product(product))))
    }

    async fn newest(&self, count: u32) -> Result<Arc<Vec<ListedProduct>>, StoreError> {
        let state = self.lock();
        let newest_first = state.made.iter().rev().filter_map(|handle| state.products.get(handle));
        let active = newest_first.filter(|product| product.details().status == Status::Active);
        Ok(Arc::new(active.take(count as usize).map(|product| state.listed_product(product)).collect()))
    }

    async fn categories(&self, currency: Currency) -> Result<Arc<Vec<CategoryCount>>, StoreError> {
        let state = self.lock();
        Ok(Arc::new(CategoryCount::of(state.active(currency).map(|product| (product.details().category.clone(), 1)))))
    }

    async fn handles(&self, currency: Currency) -> Result<Vec<Handle>, StoreError> {
        let state = self.lock();
        let mut active: Vec<&Product> = state.active(currency).collect();
        active.sort_by_key(|product| ListingCursor::of(product));
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

    async fn missing(&self, names: &[ImageName]) -> Result<Vec<ImageName>, StoreError> {
        let state = self.lock();
        Ok(names.iter().filter(|name| !state.media.contains_key(name)).cloned().collect())
    }
}

#[async_trait]
impl FileHandles for InMemoryCatalogue {
    async fn address_of(&self, written: &WrittenHandle) -> Result<Option<Handle>, StoreError> {
        Ok(self.lock().written.get(written).cloned())
    }

    async fn written_of(&self, address: &Handle) -> Result<Option<WrittenHandle>, StoreError> {
        let state = self.lock();
        Ok(state.written.iter().find(|(_, handle)| *handle == address).map(|(written, _)| written.clone()))
    }
}

#[async_trait]
impl ImportLog for InMemoryCatalogue {
    async fn counted(&self, import_id: Uuid) -> Result<HashSet<Sku>, StoreError> {
        let state = self.lock();
        Ok(state.counted.iter().filter(|(id, _)| *id == import_id).map(|(_, sku)| sku.clone()).collect())
    }

    async fn keep(&self, run: ImportRun) -> Result<(), StoreError> {
        let (mut state, run_state) = (self.lock(), run.state);
        state.runs.retain(|known| known.id != run.id);
        state.runs.push(run);
        state.runs.sort_by_key(|run| std::cmp::Reverse((run.at, run.id.to_string())));
        let mut room = ImportRun::MAX_KEPT;
        state.runs.retain(|known| {
            let stays = known.state != run_state || room > 0;
            room = room.saturating_sub(u32::from(known.state == run_state));
            stays
        });
        Ok(())
    }

    async fn find(&self, id: ImportRunId) -> Result<Option<ImportRun>, StoreError> {
        Ok(self.lock().runs.iter().find(|run| run.id == id).cloned())
    }

    async fn recent(&self) -> Result<Vec<ImportRun>, StoreError> {
        let overview = |run: &ImportRun| ImportRun { file: Vec::new(), ..run.clone() };
        Ok(self.lock().runs.iter().map(overview).collect())
    }
}
