//! Every store of this context in memory, under the same obligations as the SQL ones.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chassis::messaging::Record;
use chassis::messaging::memory::MemoryRecorder;
use shared_kernel::{Cause, Clock, CustomerId, Envelope, Ids, MessageId, OrderId, Sku, StoreError, Timestamp};
use uuid::Uuid;

use crate::adapters::outbound::publish::published;
use crate::application::tasks::{PAYMENT_EVENTS, drafts};
use crate::domain::{Cart, CartId, IntentId, Order, OrderNumber, PricedItem, ProductPrices, Transition};
use crate::ports::{
    CartStore, HistoryImport, MoneyOrders, OrderChangeListener, OrderChanges, OrderPlacement, OrderStore, PlaceOutcome,
    PlaceRequest, PlacedAt, Placement, PriceList, ProviderEvent, RequestKey, Restoration, Update, Updated,
    WebhookInbox,
};

mod lists;
mod personal_data;

#[derive(Default)]
pub(super) struct State {
    pub(super) carts: HashMap<CartId, (Cart, Timestamp)>,
    prices: BTreeMap<Sku, (Uuid, PricedItem)>,
    hints: HashMap<Sku, i64>,
    pub(super) orders: BTreeMap<OrderId, Order>,
    intents: HashMap<IntentId, OrderId>,
    pub(super) keys: HashMap<(CustomerId, String), (String, OrderId, Timestamp)>,
    placed: i64,
    went_back_to: Option<Timestamp>,
    /// Known accounts, and whether they are erased.
    pub(super) customers: BTreeMap<CustomerId, bool>,
    changes: HashMap<OrderId, u64>,
    compared_to: Option<PlacedAt>,
}

/// All stores of the context. Clones share what they keep.
#[derive(Clone)]
pub struct MemoryShop {
    pub(super) state: Arc<Mutex<State>>,
    pub(super) recorder: MemoryRecorder,
    clock: Arc<dyn Clock>,
}

impl MemoryShop {
    /// An empty shop.
    pub fn new(clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        let recorder = MemoryRecorder::new("order", Arc::clone(&clock), ids);
        Self { state: Arc::default(), recorder, clock }
    }

    /// What was published, and what work was given out.
    pub const fn recorder(&self) -> &MemoryRecorder {
        &self.recorder
    }

    /// Puts something on the price list.
    pub fn sells(&self, item: PricedItem) {
        self.lock().prices.insert(item.sku.clone(), (Uuid::nil(), item));
    }

    pub fn keeps(&self, order: Order) {
        let mut state = self.lock();
        for payment in order.payments() {
            state.intents.insert(payment.intent.clone(), order.id());
        }
        state.orders.insert(order.id(), order.at_version(1));
    }

    /// Memory has gone back to that moment.
    pub fn set_restore_point(&self, moment: Timestamp) {
        self.lock().went_back_to = Some(moment);
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Events and tasks first: if the cause was handled before, nothing is kept.
    pub(super) fn keep(
        &self,
        state: &mut State,
        cause: Option<&Cause>,
        decided: &[&Transition],
    ) -> Result<(), StoreError> {
        let events = decided.iter().flat_map(|decided| published(decided)).collect();
        let tasks = decided.iter().flat_map(|decided| drafts(decided)).collect();
        self.recorder.record(Record { cause, events, tasks })?;
        for decided in decided {
            let order = &decided.order;
            for intent in &decided.new_intents {
                state.intents.entry(intent.clone()).or_insert(order.id());
            }
            if let Some((cart, bought)) = decided.paid_cart_lines()
                && let Some((kept, _)) = state.carts.get_mut(&cart)
            {
                let left = kept.clone().without(&bought);
                *kept = Cart::restore(left.id(), left.owner(), left.lines().to_vec(), kept.version() + 1);
            }
            *state.changes.entry(order.id()).or_default() += 1;
            state.orders.insert(order.id(), order.clone().at_version(order.version() + 1));
        }
        Ok(())
    }
}

impl State {
    fn find_by_key(&self, key: &RequestKey) -> Option<Result<Order, ()>> {
        let (fingerprint, order, _) = self.keys.get(&(key.principal, key.key.clone()))?;
        if *fingerprint != key.fingerprint {
            return Some(Err(()));
        }
        self.orders.get(order).cloned().map(Ok)
    }

    fn keep_key(&mut self, key: &RequestKey, order: OrderId, now: Timestamp) {
        self.keys.insert((key.principal, key.key.clone()), (key.fingerprint.clone(), order, now));
    }
}

#[async_trait]
impl Restoration for MemoryShop {
    async fn restore_point(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.lock().went_back_to)
    }

    async fn mark_reconciled(&self, _now: Timestamp, skipped: i64) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.went_back_to.take().is_some() {
            state.placed += skipped;
        }
        Ok(())
    }
}

#[async_trait]
impl CartStore for MemoryShop {
    async fn find(&self, id: CartId) -> Result<Option<Cart>, StoreError> {
        Ok(self.lock().carts.get(&id).map(|(cart, _)| cart.clone()))
    }

    async fn save(&self, cart: Cart, now: Timestamp) -> Result<Cart, StoreError> {
        let mut state = self.lock();
        let kept = state.carts.get(&cart.id()).map_or(0, |(kept, _)| kept.version());
        if kept != cart.version() {
            return Err(StoreError::Stale);
        }
        let saved = Cart::restore(cart.id(), cart.owner(), cart.lines().to_vec(), kept + 1);
        state.carts.insert(cart.id(), (saved.clone(), now));
        Ok(saved)
    }

    async fn forget_untouched_since(&self, then: Timestamp) -> Result<u64, StoreError> {
        let mut state = self.lock();
        let open = |order: &&Order| order.state().is_open();
        let held: Vec<CartId> = state.orders.values().filter(open).filter_map(Order::cart).collect();
        let before = state.carts.len();
        state.keys.retain(|_, (.., made)| *made >= then);
        state.carts.retain(|id, (_, touched)| *touched >= then || held.contains(id));
        Ok((before - state.carts.len()) as u64)
    }
}

#[async_trait]
impl PriceList for MemoryShop {
    async fn find(&self, skus: Vec<Sku>) -> Result<Vec<PricedItem>, StoreError> {
        let state = self.lock();
        let found = skus.iter().filter_map(|sku| state.prices.get(sku));
        let hint = |item: &PricedItem| state.hints.get(&item.sku).copied();
        Ok(found.map(|(_, item)| PricedItem { available: hint(item).or(item.available), ..item.clone() }).collect())
    }

    async fn replace(&self, product: ProductPrices, cause: Option<Cause>) -> Result<(), StoreError> {
        let mut state = self.lock();
        self.recorder.record(Record { cause: cause.as_ref(), events: vec![], tasks: vec![] })?;
        for (_, item) in state.prices.values_mut().filter(|(of, _)| *of == product.product) {
            item.sellable = false;
        }
        for variant in product.variants {
            let (sku, sellable) = (variant.sku.clone(), product.active);
            let (title, kind, unit_gross) = (variant.title, variant.kind, variant.unit_gross);
            let listing = product.listing.clone();
            let item = PricedItem { sku: sku.clone(), title, kind, unit_gross, sellable, available: None, listing };
            state.prices.insert(sku, (product.product, item));
        }
        Ok(())
    }

    async fn withdraw(&self, product: Uuid, skus: Vec<Sku>, cause: Option<Cause>) -> Result<(), StoreError> {
        let mut state = self.lock();
        self.recorder.record(Record { cause: cause.as_ref(), events: vec![], tasks: vec![] })?;
        for (of, item) in state.prices.values_mut() {
            if *of == product && (skus.is_empty() || skus.contains(&item.sku)) {
                item.sellable = false;
            }
        }
        Ok(())
    }

    async fn hint(&self, sku: Sku, available: i64, cause: Option<Cause>) -> Result<(), StoreError> {
        let mut state = self.lock();
        self.recorder.record(Record { cause: cause.as_ref(), events: vec![], tasks: vec![] })?;
        state.hints.insert(sku, available);
        Ok(())
    }
}

#[async_trait]
impl OrderStore for MemoryShop {
    async fn find(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        Ok(self.lock().orders.get(&id).cloned())
    }

    async fn find_by_intent(&self, intent: &IntentId) -> Result<Option<OrderId>, StoreError> {
        Ok(self.lock().intents.get(intent).copied())
    }

    async fn update(&self, update: Update) -> Result<Updated, StoreError> {
        let mut state = self.lock();
        match update.key.as_ref().and_then(|key| state.find_by_key(key)) {
            Some(Ok(order)) => return Ok(Updated::Unchanged(order)),
            Some(Err(())) => return Ok(Updated::KeyReused),
            None => {}
        }
        let Some(order) = state.orders.get(&update.order).cloned() else { return Ok(Updated::Missing) };
        let decided = match (update.decide)(order) {
            Ok(decided) => decided,
            Err(refusal) => return Ok(Updated::Refused(refusal)),
        };
        if !decided.has_changes() {
            return Ok(Updated::Unchanged(decided.order));
        }
        self.keep(&mut state, update.cause.as_ref(), &[&decided])?;
        if let Some(key) = &update.key {
            state.keep_key(key, update.order, self.clock.now());
        }
        let version = decided.order.version() + 1;
        Ok(Updated::Changed(decided.order.at_version(version)))
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<OrderId>, StoreError> {
        let state = self.lock();
        let due = |order: &Order| order.due_at().filter(|due| *due <= now).map(|due| (due, order.id()));
        let mut due: Vec<_> = state.orders.values().filter_map(due).collect();
        due.sort();
        Ok(due.into_iter().take(limit as usize).map(|(_, id)| id).collect())
    }

    async fn with_open_money(
        &self,
        before: Timestamp,
        after: Option<OrderId>,
        limit: u32,
    ) -> Result<Vec<Order>, StoreError> {
        let state = self.lock();
        let wanted = |order: &&Order| {
            order.has_open_money() && order.placed_at() <= before && after.is_none_or(|after| order.id() > after)
        };
        Ok(state.orders.values().filter(wanted).take(limit as usize).cloned().collect())
    }
}

#[async_trait]
impl MoneyOrders for MemoryShop {
    async fn placed_after(&self, after: PlacedAt, limit: u32) -> Result<Vec<Order>, StoreError> {
        let mut orders: Vec<Order> = self.lock().orders.values().cloned().collect();
        orders.retain(|order| PlacedAt::of(order) > after);
        orders.sort_by_key(PlacedAt::of);
        orders.truncate(limit as usize);
        Ok(orders)
    }

    async fn compared_to(&self) -> Result<Option<PlacedAt>, StoreError> {
        Ok(self.lock().compared_to)
    }

    async fn keep_compared_to(&self, last: PlacedAt) -> Result<(), StoreError> {
        self.lock().compared_to = Some(last);
        Ok(())
    }
}

#[async_trait]
impl OrderPlacement for MemoryShop {
    async fn open_order(&self, cart: CartId) -> Result<Option<Order>, StoreError> {
        let of_cart = |order: &&Order| order.cart() == Some(cart) && order.state().is_open();
        Ok(self.lock().orders.values().find(of_cart).cloned())
    }

    async fn place(&self, request: PlaceRequest) -> Result<PlaceOutcome, StoreError> {
        let mut state = self.lock();
        match state.find_by_key(&request.key) {
            Some(Ok(order)) => return Ok(PlaceOutcome::Repeat(order)),
            Some(Err(())) => return Ok(PlaceOutcome::KeyReused),
            None => {}
        }
        let of_cart = |order: &&Order| order.cart() == Some(request.cart) && order.state().is_open();
        let open = state.orders.values().find(of_cart).cloned();
        let kept =
            |open: &Order| matches!((request.decide)(Some(open.clone()), open.number().clone()), Placement::Keep(_));
        let elsewhere = |order: &&Order| {
            let is_own = order.buyer().customer == Some(request.key.principal);
            is_own && order.cart() != Some(request.cart) && order.state().is_open()
        };
        let too_many = state.orders.values().filter(elsewhere).count() >= request.open_at_most as usize;
        if too_many && !open.as_ref().is_some_and(kept) {
            return Ok(PlaceOutcome::TooManyOpen);
        }
        let pieces: u32 = state.orders.values().filter(elsewhere).map(Order::pieces).sum();
        if pieces + request.pieces > request.pieces_at_most && !open.as_ref().is_some_and(kept) {
            return Ok(PlaceOutcome::TooManyPieces);
        }
        loop {
            let number = OrderNumber::sequential("BS-", 100_001 + state.placed);
            if state.orders.values().any(|order| *order.number() == number) {
                state.placed += 1;
                continue;
            }
            let (placed, superseded) = match (request.decide)(open.clone(), number) {
                Placement::Keep(order) => {
                    state.keep_key(&request.key, order.id(), self.clock.now());
                    return Ok(PlaceOutcome::Open(*order));
                }
                Placement::New { placed, superseded } => (placed, superseded),
            };
            let decided: Vec<&Transition> = std::iter::once(&*placed).chain(superseded.as_deref()).collect();
            self.keep(&mut state, None, &decided)?;
            state.keep_key(&request.key, placed.order.id(), self.clock.now());
            state.placed += 1;
            return Ok(PlaceOutcome::Placed(placed.order.at_version(1)));
        }
    }

    async fn find_outcome(&self, key: &RequestKey) -> Result<Option<PlaceOutcome>, StoreError> {
        let known = self.lock().find_by_key(key);
        Ok(known.map(|known| known.map_or(PlaceOutcome::KeyReused, PlaceOutcome::Repeat)))
    }
}

#[async_trait]
impl HistoryImport for MemoryShop {
    async fn import(&self, orders: Vec<Transition>) -> Result<u64, StoreError> {
        let mut state = self.lock();
        let mut new = 0;
        for decided in orders {
            if !state.orders.values().any(|order| order.number() == decided.order.number()) {
                self.keep(&mut state, None, &[&decided])?;
                new += 1;
            }
        }
        Ok(new)
    }

    async fn known_customers(&self, ids: BTreeSet<CustomerId>) -> Result<BTreeSet<CustomerId>, StoreError> {
        let state = self.lock();
        Ok(ids.into_iter().filter(|id| state.customers.contains_key(id)).collect())
    }
}

#[async_trait]
impl WebhookInbox for MemoryShop {
    async fn accept(&self, event: ProviderEvent) -> Result<bool, StoreError> {
        let ProviderEvent { id, event_type, subject, payload, .. } = event;
        let envelope = Envelope {
            specversion: "1.0".to_owned(),
            correlationid: id.clone(),
            id: MessageId::new(id),
            source: "/order".to_owned(),
            event_type,
            subject,
            time: self.clock.now(),
            datacontenttype: "application/json".to_owned(),
            sequence: 0,
            causationid: None,
            traceparent: None,
            data: payload,
        };
        Ok(self.recorder.accept(PAYMENT_EVENTS, &envelope))
    }
}

impl OrderChanges for MemoryShop {
    fn listen(&self, order: OrderId) -> Box<dyn OrderChangeListener> {
        let seen = self.lock().changes.get(&order).copied().unwrap_or_default();
        Box::new(InMemoryOrderChangeListener { shop: self.clone(), order, seen })
    }
}

struct InMemoryOrderChangeListener {
    shop: MemoryShop,
    order: OrderId,
    seen: u64,
}

#[async_trait]
impl OrderChangeListener for InMemoryOrderChangeListener {
    /// Nothing happens by itself in memory, so there is nothing to wait for.
    async fn next(&mut self, _at_most: Duration) -> bool {
        let now = self.shop.lock().changes.get(&self.order).copied().unwrap_or_default();
        std::mem::replace(&mut self.seen, now) != now
    }
}
