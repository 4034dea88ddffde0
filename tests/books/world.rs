//! A shop, its reports and a provider, and what may happen between them.

use std::sync::Arc;
use std::time::Duration;

use chassis::messaging::{Delivery, Handled, Handler};
use chassis::testing::{CountingIds, FixedClock, a_cause};
use order::adapters::stripe::WebhookConsumer;
use order::adapters::stripe::charge_limits;
use order::application::tasks::{CANCEL_INTENT, REFUND_PAYMENT, TaskPayload, TaskRun};
use order::application::{
    CheckoutPolicy, Policy, Ports, PricingConfig, ReconcileSummary, RefundOrderCommand, UseCases, ViewOrderQuery,
};
use order::domain::{DisputeReport, DisputeStatus, IntentId, IntentStatus, Order, RefundState, ReportedRefund};
use order::ports::{NewRefund, PaymentGateway};
use order::testing::{FakeProvider, KeptReceipts, MemoryShop, a_staff_member, an_order, nzd};
use reports::adapters::inbound::consumers::order::{ORDER_FACTS, order_fact};
use reports::application::RecordFact;
use reports::domain::{Month, Period, ShopCalendar};
use reports::ports::SalesReports;
use reports::testing::InMemoryBooks;
use serde_json::{Value, json};
use shared_kernel::{Clock, Currency, Envelope, Limit, MessageId, Money, OrderId, TaxRate};

use crate::chance::Chance;

/// What becomes of the provider's events.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Events {
    AllArrive,
    SomeAreLost,
}

pub struct World {
    seed: u64,
    chance: Chance,
    clock: Arc<FixedClock>,
    provider: FakeProvider,
    shop: MemoryShop,
    use_cases: UseCases,
    feed: WebhookConsumer,
    books: Arc<InMemoryBooks>,
    record: RecordFact,
    order: OrderId,
    intent: IntentId,
    on_their_way: Vec<(String, Value)>,
    names: u64,
    reported: usize,
    tasks_done: Vec<String>,
}

impl World {
    pub fn new(seed: u64) -> Self {
        let clock = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
        let (provider, ids) = (FakeProvider::default(), Arc::new(CountingIds::default()));
        let shop = MemoryShop::new(clock.clone(), ids.clone());
        let order = an_order(u128::from(seed) + 1).payable().build();
        let intent = order.payments()[0].intent.clone();
        provider.set(&intent, IntentStatus::Open { declined: None });
        provider.was_made_for(&intent, order.id(), order.number());
        let id = order.id();
        shop.keeps(order);
        let use_cases = UseCases::new(&ports(&shop, &provider, clock.clone(), ids), policy());
        let feed = WebhookConsumer::new(use_cases.record_payment.clone(), use_cases.check_payment.clone(), None);
        let books = Arc::new(InMemoryBooks::default());
        let record = RecordFact::new(books.clone(), ShopCalendar::of("Pacific/Auckland").unwrap());
        let chance = Chance::new(seed);
        Self {
            seed,
            chance,
            clock,
            provider,
            shop,
            use_cases,
            feed,
            books,
            record,
            order: id,
            intent,
            on_their_way: Vec::new(),
            names: 0,
            reported: 0,
            tasks_done: Vec::new(),
        }
    }

    pub fn seed(&self) -> u64 {
        self.seed
    }

    pub async fn live(&mut self, events: Events) {
        let slow = self.chance.one_in(2);
        self.provider.takes_its_time_with_refunds(slow);
        for _ in 0..10 + self.chance.below(25) {
            self.clock.advance(Duration::from_secs(1 + self.chance.below(60)));
            match self.chance.below(12) {
                0 | 1 => self.buyer_pays(),
                2 | 3 => self.staff_refunds().await,
                4 => self.dashboard_refunds(),
                5 => self.a_refund_moves_on(),
                6 => self.a_dispute_moves_on(),
                7 => self.works().await,
                8 => self.an_answer_is_lost().await,
                9 if events == Events::SomeAreLost => drop(self.takes_one()),
                _ => self.one_arrives().await,
            }
        }
    }

    fn happens(&mut self, event_types: &[&str], object: &Value) {
        for event_type in event_types {
            self.on_their_way.push(((*event_type).to_owned(), object.clone()));
        }
    }

    fn about_intent(&self) -> Value {
        json!({"id": "x", "object": "refund", "payment_intent": self.intent.as_str()})
    }

    fn buyer_pays(&mut self) {
        let total = self.order().totals().gross;
        let received = match self.chance.below(12) {
            0 => Money::new(total.minor() - 1, total.currency()),
            1 => Money::new(total.minor(), Currency::parse("USD").unwrap()),
            _ => total,
        };
        if matches!(self.provider.status(&self.intent), Some(IntentStatus::Open { .. })) {
            self.provider.buyer_pays(&self.intent, received);
            let currency = received.currency().code().to_ascii_lowercase();
            let object = json!({"id": self.intent.as_str(), "object": "payment_intent", "status": "succeeded",
                                "amount": received.minor(), "amount_received": received.minor(), "currency": currency});
            self.happens(&["payment_intent.succeeded"], &object);
        }
    }

    async fn staff_refunds(&mut self) {
        self.names += 1;
        let amount = Some(nzd(1 + i64::try_from(self.chance.below(12_000)).unwrap()));
        let (key, by) = (format!("r{}", self.names), a_staff_member());
        let command = RefundOrderCommand { order: self.order, by, amount, reason: None, key };
        drop(self.use_cases.refund_order.execute(command).await);
        if self.chance.one_in(2) {
            self.works().await;
        }
    }

    fn dashboard_refunds(&mut self) {
        self.names += 1;
        let name = format!("re_dashboard_{}", self.names);
        let amount = nzd(1 + i64::try_from(self.chance.below(12_000)).unwrap());
        if self.provider.returns_by_dashboard(&name, &self.intent, amount) {
            let about = self.about_intent();
            self.happens(&["refund.created", "charge.refunded"], &about);
        }
    }

    fn a_refund_moves_on(&mut self) {
        let ledger = self.provider.ledger();
        let Some(index) = self.chance.index(ledger.len()) else { return };
        let fails = self.chance.one_in(2);
        let failed = ReportedRefund::Failed { reason: "expired_or_canceled_card".into() };
        let status = if fails { failed } else { ReportedRefund::Succeeded };
        self.provider.refund_becomes(ledger[index].provider_id.as_deref().unwrap(), status);
        let about = self.about_intent();
        self.happens(if fails { &["refund.failed", "charge.refund.updated"] } else { &["refund.updated"] }, &about);
    }

    fn a_dispute_moves_on(&mut self) {
        if !matches!(self.provider.status(&self.intent), Some(IntentStatus::Succeeded { .. })) {
            return;
        }
        let status = match self.chance.below(6) {
            0 => DisputeStatus::Inquiry,
            1 | 2 => DisputeStatus::NeedsResponse,
            3 => DisputeStatus::UnderReview,
            4 => DisputeStatus::Won,
            _ => DisputeStatus::Lost,
        };
        let number = self.chance.below(2);
        self.provider.is_told_of(DisputeReport {
            id: format!("du_{number}"),
            intent: self.intent.clone(),
            amount: nzd(700 + i64::try_from(number).unwrap()),
            reason: "fraudulent".into(),
            status,
            respond_by: None,
            withdrawn: status.claims_money(),
            opened_at: Some(self.order().placed_at()),
        });
        let about = self.about_intent();
        self.happens(&["charge.dispute.updated"], &about);
    }

    /// The provider makes a refund that we ask for, and we never hear its answer; an event may tell of it.
    async fn an_answer_is_lost(&mut self) {
        let order = self.order();
        let Some(refund) = order.refunds().iter().find(|refund| refund.state == RefundState::Pending) else { return };
        let (intent, amount) = (refund.intent.clone(), refund.amount);
        let asked = NewRefund { refund: refund.id, order: order.id(), intent, amount, keys_used: 0 };
        if self.provider.refund(&asked).await.is_ok() {
            let about = self.about_intent();
            self.happens(&["refund.created", "charge.refunded"], &about);
        }
    }

    fn takes_one(&mut self) -> Option<(String, Value)> {
        let index = self.chance.index(self.on_their_way.len())?;
        Some(self.on_their_way.swap_remove(index))
    }

    async fn one_arrives(&mut self) {
        let Some((event_type, object)) = self.takes_one() else { return };
        for _ in 0..=self.chance.below(3) {
            self.names += 1;
            let data = json!({"id": format!("evt_{}", self.names), "type": event_type, "data": {"object": object}});
            let handled = self.feed.handle(&self.delivery(&event_type, data)).await;
            assert_eq!(handled, Handled::Done, "seed {}: {event_type}", self.seed);
        }
        if self.chance.one_in(3) {
            self.reports_hear().await;
        }
    }

    pub async fn everything_arrives(&mut self) {
        while !self.on_their_way.is_empty() {
            self.one_arrives().await;
        }
    }

    fn delivery(&self, event_type: &str, data: Value) -> Delivery {
        let cause = a_cause("payment-events");
        let envelope = Envelope {
            specversion: "1.0".into(),
            correlationid: cause.correlation.clone(),
            id: MessageId::new(cause.message.as_str()),
            source: "/order".into(),
            event_type: event_type.into(),
            subject: self.intent.to_string(),
            time: self.clock.now(),
            datacontenttype: "application/json".into(),
            sequence: 0,
            causationid: None,
            traceparent: None,
            data,
        };
        Delivery { envelope, cause, attempt: 1, received_at: self.clock.now() }
    }

    /// Every task that was given out is done, and the reports hear everything.
    pub async fn works(&mut self) {
        loop {
            let done = |key: &String| self.tasks_done.contains(key);
            let task = self.shop.recorder().tasks().into_iter().find(|task| !done(&task.key));
            let Some(task) = task else { break };
            self.tasks_done.push(task.key.clone());
            let payload: TaskPayload = serde_json::from_value(task.payload).unwrap();
            let run = TaskRun { cause: a_cause("task"), attempt: 1, asked_at: self.clock.now() };
            if task.consumer == REFUND_PAYMENT {
                // A refusal marks the refund as failed; the dead letter is for a person.
                drop(self.use_cases.send_refund.execute(self.order, payload.refund.unwrap(), run).await);
            } else if task.consumer == CANCEL_INTENT {
                drop(
                    self.use_cases.close_intent.execute(self.order, IntentId::new(payload.intent.unwrap()), run).await,
                );
            }
        }
        self.reports_hear().await;
    }

    async fn reports_hear(&mut self) {
        let facts = self.shop.recorder().events();
        for fact in facts.iter().skip(self.reported).filter(|fact| ORDER_FACTS.contains(&fact.event_type.as_str())) {
            for _ in 0..2 {
                self.record.execute(order_fact(fact).unwrap()).await.unwrap();
            }
        }
        self.reported = facts.len();
    }

    pub async fn reconciles(&mut self) -> ReconcileSummary {
        self.use_cases.reconcile_payments.all().await.unwrap()
    }

    pub async fn takes_a_slice(&mut self) {
        self.use_cases.reconcile_payments.next_slice(Duration::ZERO).await.unwrap();
    }

    fn order(&self) -> Order {
        let query = ViewOrderQuery { order: self.order, by: a_staff_member() };
        futures_now(self.use_cases.view_order.execute(query)).unwrap()
    }

    /// What must hold when everything is through.
    pub async fn all_books_agree(&mut self) {
        let (order, seed) = (self.order(), self.seed);
        let story = || format!("seed {seed}: {order:#?}\nprovider: {:#?}", self.provider.ledger());
        let received = match self.provider.status(&self.intent) {
            Some(IntentStatus::Succeeded { received }) => Some(received),
            _ => None,
        };
        assert_eq!(order.payments()[0].captured(), received, "{}", story());
        let ledger = self.provider.ledger();
        let through = ledger.iter().filter(|refund| refund.status == ReportedRefund::Succeeded);
        let gone: i64 = through.map(|refund| refund.amount.minor()).sum();
        assert_eq!(order.refunded(&self.intent), gone, "{}", story());
        assert!(gone <= received.map_or(0, Money::minor), "{}", story());
        let is_paid = order.state().paid_by().is_some();
        assert_eq!(is_paid, received == Some(order.totals().gross), "{}", story());
        assert_eq!(self.reported_refunds().await, if is_paid { gone } else { 0 }, "{}", story());
        for theirs in self.provider.disputes() {
            let ours = order.disputes().iter().find(|ours| ours.id == theirs.id);
            assert_eq!(
                ours.map(|ours| (ours.status, ours.amount)),
                Some((theirs.status, theirs.amount)),
                "{}",
                story()
            );
        }
        let names: Vec<_> = order.refunds().iter().filter_map(|refund| refund.provider_id.clone()).collect();
        let mut distinct = names.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), names.len(), "each refund once: {}", story());
    }

    async fn reported_refunds(&self) -> i64 {
        let period = Period::ending(Month::parse("2026-11").unwrap(), 6).unwrap();
        let most = Limit::new(100).unwrap();
        let report = self.books.refunds(Currency::NZD, period, most, None).await.unwrap();
        let listed: i64 = report.rows.iter().map(|row| row.amount.minor()).sum();
        let months = self.books.monthly(Currency::NZD, period, reports::domain::Scope::Paid).await.unwrap();
        let added: i64 = months.rows.iter().map(|row| row.amounts.refunded).sum();
        assert_eq!(listed, added, "seed {}: the list and the months differ", self.seed);
        listed
    }
}

/// The stores in memory never wait.
fn futures_now<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("a store in memory waits"),
    }
}

fn ports(shop: &MemoryShop, provider: &FakeProvider, clock: Arc<FixedClock>, ids: Arc<CountingIds>) -> Ports {
    let (shop, provider) = (Arc::new(shop.clone()), Arc::new(provider.clone()));
    Ports {
        carts: shop.clone(),
        prices: shop.clone(),
        orders: shop.clone(),
        placement: shop.clone(),
        import: shop.clone(),
        history: shop.clone(),
        webhook_inbox: shop.clone(),
        changes: shop.clone(),
        restoration: shop.clone(),
        personal_data: shop.clone(),
        money: shop,
        gateway: provider.clone(),
        provider_events: provider.clone(),
        card_page: provider,
        receipts: Arc::new(KeptReceipts::default()),
        clock,
        ids,
    }
}

fn policy() -> Policy {
    let tax = TaxRate::from_basis_points(1_500);
    Policy {
        pricing: PricingConfig {
            currency: Currency::NZD,
            tax,
            delivery: nzd(690),
            limits: charge_limits(Currency::NZD).unwrap(),
        },
        checkout: CheckoutPolicy { payment_window: Duration::from_mins(30), open_at_most: 10, pieces_at_most: 1_000 },
        placement_wait: Duration::ZERO,
        payment_wait: Duration::ZERO,
        reconcile_reach: Duration::from_hours(24 * 30),
        number_prefix: "BS-".into(),
    }
}
