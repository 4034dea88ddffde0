//! All ports in memory, under one lock. They pass the same suites as SQL, so tests of use cases may trust them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chassis::messaging::Record;
use chassis::messaging::memory::MemoryRecorder;
use shared_kernel::{Cause, Limit, OrderId, Page, Sku, StoreError, Timestamp};

use crate::adapters::outbound::publish;
use crate::domain::digital::{DownloadToken, Grant};
use crate::domain::{
    Changes, DigitalFile, ItemState, Kind, Movement, Refunded, Refusal, Reservation, ShippingOrder, ShippingState,
    StockItem, StockTransaction,
};
use crate::ports::{
    Decide, DigitalFiles, DigitalLine, Keys, MoneyFact, PersonalData, Product, ProductBook, RefundBook, StatusFilter,
    StockBook, StockChange, StockLine, StockQuery, Warehouse, WorkList,
};

#[derive(Default)]
struct State {
    stock: BTreeMap<Sku, StockItem>,
    reservations: BTreeMap<OrderId, Reservation>,
    shipping: BTreeMap<OrderId, ShippingOrder>,
    counts: BTreeSet<(String, Sku)>,
    movements: Vec<Movement>,
    /// What went back by each refund; nothing if it failed.
    refunds: BTreeMap<(OrderId, String), Option<i64>>,
    products: BTreeMap<Sku, (String, String, Kind)>,
    files: BTreeMap<Sku, DigitalFile>,
    grants: BTreeMap<(OrderId, Sku), Grant>,
    anonymised: BTreeSet<OrderId>,
}

/// The warehouse in memory. Clones share it.
#[derive(Clone)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
    recorder: MemoryRecorder,
}

impl MemoryStore {
    /// Empty; tells its facts to `recorder`.
    pub fn new(recorder: MemoryRecorder) -> Self {
        Self { state: Arc::default(), recorder }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Warehouse for MemoryStore {
    async fn update(
        &self,
        keys: Keys,
        decide: Decide,
        cause: Option<Cause>,
    ) -> Result<Result<StockTransaction, Refusal>, StoreError> {
        let mut state = self.lock();
        let mut transaction = state.load(&keys);
        if let Err(refusal) = decide(&mut transaction) {
            return Ok(Err(refusal));
        }
        let changes = transaction.clone().finish();
        let events = changes.events.iter().map(publish::publish).collect();
        let tasks = changes.deliveries.iter().map(publish::task).collect();
        self.recorder.record(Record { cause: cause.as_ref(), events, tasks })?;
        state.apply(&changes);
        Ok(Ok(transaction))
    }

    async fn overdue(&self, deadline: Timestamp, limit: u32) -> Result<Vec<OrderId>, StoreError> {
        let state = self.lock();
        let held = state.reservations.values().filter_map(|held| Some((held.until()?, held.order())));
        let mut overdue: Vec<_> = held.filter(|(until, _)| *until <= deadline).collect();
        overdue.sort_unstable();
        Ok(overdue.into_iter().take(limit as usize).map(|(_, order)| order).collect())
    }
}

impl State {
    fn load(&self, keys: &Keys) -> StockTransaction {
        let mut transaction = StockTransaction::default();
        for order in &keys.orders {
            transaction.load_order(*order, self.reservations.get(order).cloned(), self.shipping.get(order).cloned());
        }
        for sku in keys.skus.iter().cloned().chain(transaction.skus_of_orders()) {
            let item = self.stock.get(&sku).cloned();
            transaction.load_stock(sku, item);
        }
        if keys.count.as_ref().is_some_and(|count| self.counts.contains(&(count.import.clone(), count.sku.clone()))) {
            transaction.mark_count_applied();
        }
        if let Some(request) = &keys.request {
            let same = |it: &&Movement| it.sku == request.sku && it.request.as_ref() == Some(&request.key);
            if let Some(known) = self.movements.iter().find(same) {
                transaction.mark_request_applied(known.on_hand, known.reason.name().to_owned());
            }
        }
        transaction
    }

    fn apply(&mut self, changes: &Changes) {
        let stock = changes.stock.iter().filter_map(|row| row.changed());
        self.stock.extend(stock.map(|item| (item.sku().clone(), item.clone())));
        let held = changes.reservations.iter().filter_map(|row| row.changed());
        self.reservations.extend(held.map(|held| (held.order(), held.clone())));
        let shipping = changes.shipping.iter().filter_map(|row| row.changed());
        self.shipping.extend(shipping.map(|order| (order.order(), order.clone())));
        self.movements.extend(changes.movements.iter().cloned());
        self.counts.extend(changes.count.iter().map(|count| (count.import.clone(), count.sku.clone())));
        self.keep_forgotten();
    }

    fn keep_forgotten(&mut self) {
        for order in &self.anonymised {
            if let Some(kept) = self.shipping.get_mut(order) {
                let (items, at) = (kept.items().to_vec(), kept.created_at());
                let named = (kept.number().to_owned(), kept.gross_minor());
                let nobody = (String::new(), None);
                *kept = ShippingOrder::restore(*order, named, nobody, items, at, kept.state());
            }
        }
    }

    fn line(&self, item: &StockItem) -> StockLine {
        let product = self.products.get(item.sku());
        let (title, kind) = (product.map(|(_, title, _)| title.clone()), product.map(|(_, _, kind)| *kind));
        StockLine { item: item.clone(), title, kind }
    }
}

#[async_trait]
impl PersonalData for MemoryStore {
    async fn anonymise(&self, order: OrderId, _now: Timestamp, cause: &Cause) -> Result<(), StoreError> {
        let mut state = self.lock();
        self.recorder.record(Record { cause: Some(cause), ..Record::default() })?;
        state.anonymised.insert(order);
        state.keep_forgotten();
        Ok(())
    }
}

#[async_trait]
impl StockBook for MemoryStore {
    async fn find(&self, sku: &Sku) -> Result<Option<StockLine>, StoreError> {
        let state = self.lock();
        Ok(state.stock.get(sku).map(|item| state.line(item)))
    }

    async fn list(&self, query: StockQuery, limit: Limit) -> Result<Page<StockLine>, StoreError> {
        let state = self.lock();
        let (text, after) = (query.text.trim().to_lowercase(), query.after.unwrap_or_default());
        let wanted = |line: &StockLine| {
            if !line.is_known() && line.item.on_hand() == 0 {
                return false;
            }
            let title = line.title.as_deref().unwrap_or_default().to_lowercase();
            line.item.sku().as_str().to_lowercase().contains(&text) || title.contains(&text)
        };
        let items = state.stock.values().filter(|item| item.sku().as_str() > after.as_str());
        let lines = items.map(|item| state.line(item)).filter(wanted).take(limit.get() as usize + 1);
        Ok(Page::cut(lines.collect(), limit, |line| line.item.sku().to_string()))
    }

    async fn is_known(&self, sku: &Sku) -> Result<bool, StoreError> {
        let state = self.lock();
        Ok(state.stock.contains_key(sku) || state.products.contains_key(sku))
    }

    async fn history(&self, sku: &Sku, before: Option<i64>, limit: Limit) -> Result<Page<StockChange>, StoreError> {
        let state = self.lock();
        let before = before.unwrap_or(i64::MAX);
        let numbered = (1..).zip(&state.movements).filter(|(position, it)| it.sku == *sku && *position < before);
        let mut changes: Vec<StockChange> = numbered.map(|(position, it)| change(position, it)).collect();
        changes.reverse();
        changes.truncate(limit.get() as usize + 1);
        Ok(Page::cut(changes, limit, |change| change.position.to_string()))
    }
}

fn change(position: i64, movement: &Movement) -> StockChange {
    StockChange {
        position,
        at: movement.at,
        reason: movement.reason.name().to_owned(),
        on_hand: movement.on_hand,
        available: movement.available(),
        reference: movement.reference.text(),
        by: movement.reference.person().map(|person| person.name.clone()),
        note: movement.note.clone(),
    }
}

#[async_trait]
impl RefundBook for MemoryStore {
    async fn note(&self, order: OrderId, fact: MoneyFact, cause: Cause) -> Result<(), StoreError> {
        let mut state = self.lock();
        self.recorder.record(Record { cause: Some(&cause), ..Record::default() })?;
        match fact {
            MoneyFact::Refunded(refund, amount) => drop(state.refunds.entry((order, refund)).or_insert(Some(amount))),
            MoneyFact::RefundFailed(refund) => drop(state.refunds.insert((order, refund), None)),
        }
        Ok(())
    }

    async fn of(&self, orders: Vec<OrderId>) -> Result<BTreeMap<OrderId, Refunded>, StoreError> {
        let state = self.lock();
        let refunded = |order: OrderId| {
            let of_order = state.refunds.iter().filter(|((of, _), _)| *of == order);
            let sum = of_order.filter_map(|(_, amount)| *amount).sum();
            Some((order, Refunded::of(state.shipping.get(&order).and_then(ShippingOrder::gross_minor), sum)?))
        };
        Ok(orders.into_iter().filter_map(refunded).collect())
    }
}

fn place(order: &ShippingOrder) -> (i64, i64, String) {
    match order.state() {
        ShippingState::Pending => (0, order.created_at().micros(), order.order().to_string()),
        ShippingState::Processed(at) => (1, -at.micros(), order.order().to_string()),
        ShippingState::Cancelled(at) => (2, -at.micros(), order.order().to_string()),
    }
}

#[async_trait]
impl WorkList for MemoryStore {
    async fn find(&self, order: OrderId) -> Result<Option<ShippingOrder>, StoreError> {
        Ok(self.lock().shipping.get(&order).cloned())
    }

    async fn list(
        &self,
        filter: StatusFilter,
        cursor: Option<String>,
        limit: Limit,
    ) -> Result<Option<Page<ShippingOrder>>, StoreError> {
        let wanted = |order: &&ShippingOrder| match filter {
            StatusFilter::All => true,
            StatusFilter::Pending => order.state() == ShippingState::Pending,
            StatusFilter::Processed => matches!(order.state(), ShippingState::Processed(_)),
            StatusFilter::Cancelled => matches!(order.state(), ShippingState::Cancelled(_)),
        };
        let state = self.lock();
        let mut orders: Vec<ShippingOrder> = state.shipping.values().filter(wanted).cloned().collect();
        orders.sort_by_key(place);
        if let Some(cursor) = cursor {
            let Some(last) = OrderId::parse(&cursor).ok().and_then(|order| state.shipping.get(&order)) else {
                return Ok(None);
            };
            orders.retain(|order| place(order) > place(last));
        }
        Ok(Some(Page::cut(orders, limit, |order| order.order().to_string())))
    }

    async fn deliverable(&self, limit: u32) -> Result<Vec<(OrderId, Sku)>, StoreError> {
        let state = self.lock();
        let open = state.shipping.values().filter(|order| order.state() == ShippingState::Pending);
        let items = open.flat_map(|order| order.items().iter().map(|item| (order.order(), item)));
        let there =
            items.filter(|(_, item)| item.state == ItemState::WaitingForFile && state.files.contains_key(&item.sku));
        Ok(there.map(|(order, item)| (order, item.sku.clone())).take(limit as usize).collect())
    }
}

#[async_trait]
impl ProductBook for MemoryStore {
    async fn learn(&self, product: Product, cause: Cause) -> Result<(), StoreError> {
        let mut state = self.lock();
        self.recorder.record(Record { cause: Some(&cause), ..Record::default() })?;
        state.products.retain(|_, (id, _, _)| *id != product.id);
        for variant in product.variants {
            if variant.kind == Kind::Physical {
                let place = state.stock.entry(variant.sku.clone());
                place.or_insert_with(|| StockItem::empty(variant.sku.clone()));
            }
            state.products.insert(variant.sku, (product.id.clone(), variant.title, variant.kind));
        }
        Ok(())
    }

    async fn forget(&self, product: String, cause: Cause) -> Result<(), StoreError> {
        self.learn(Product { id: product, variants: Vec::new() }, cause).await
    }
}

#[async_trait]
impl DigitalFiles for MemoryStore {
    async fn put(&self, file: DigitalFile, _now: Timestamp) -> Result<(), StoreError> {
        self.lock().files.insert(file.info().sku().clone(), file);
        Ok(())
    }

    async fn read(&self, sku: &Sku) -> Result<Option<DigitalFile>, StoreError> {
        Ok(self.lock().files.get(sku).cloned())
    }

    async fn list(&self, after: Option<String>, limit: Limit) -> Result<Page<DigitalLine>, StoreError> {
        let (state, after) = (self.lock(), after.unwrap_or_default());
        let named = state.products.iter().filter(|(_, (_, _, kind))| *kind == Kind::Digital).map(|(sku, _)| sku);
        let skus: BTreeSet<&Sku> =
            named.chain(state.files.keys()).filter(|sku| sku.as_str() > after.as_str()).collect();
        let line = |sku: &Sku| DigitalLine {
            sku: sku.clone(),
            title: state.products.get(sku).map(|(_, title, _)| title.clone()),
            file: state.files.get(sku).map(|file| file.info().clone()),
        };
        let lines = skus.into_iter().take(limit.get() as usize + 1).map(line).collect();
        Ok(Page::cut(lines, limit, |line| line.sku.to_string()))
    }

    async fn grant(&self, order: OrderId, sku: &Sku, offered: Grant, now: Timestamp) -> Result<Grant, StoreError> {
        let mut state = self.lock();
        let grant = state.grants.entry((order, sku.clone())).or_insert_with(|| offered.clone());
        if grant.until <= now {
            *grant = offered;
        }
        Ok(grant.clone())
    }

    async fn fetch(&self, token: &DownloadToken, now: Timestamp) -> Result<Option<DigitalFile>, StoreError> {
        let state = self.lock();
        let granted = state.grants.iter().find(|(_, grant)| grant.token == *token && grant.until > now);
        Ok(granted.and_then(|((_, sku), _)| state.files.get(sku).cloned()))
    }
}
