//! The whole context on a throw-away database, with a provider and a mailbox that do as a test tells them.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::sync::Arc;
use std::time::Duration;

use chassis::Platform;
use chassis::messaging::{Inbox as _, InboxAdmin as _, Recorder, SqlMessages};
use chassis::sql::Database;
use chassis::testing::{CountingIds, FixedClock, Leftovers, drive, platform_on};
use order::adapters::outbound::sql::SqlWebhookInbox;
use order::adapters::stripe::events;
use order::application::{PlaceOrderCommand, SetCartItemCommand, UseCases};
use order::domain::{CartId, IntentId, IntentStatus, LineChange, Order, Status};
use order::ports::WebhookInbox as _;
use order::testing::{FakeProvider, KeptReceipts, a_customer, an_address, sku};
use order::{ExternalServices, OrderModule, OrderSettings};
use serde_json::{Value, json};
use shared_kernel::{Clock, Envelope, Identity, MessageId, OrderId, Quantity, Timestamp};

use crate::storage::Storage;

/// A message of another context.
pub fn fact(event_type: &str, source: &str, subject: &str, data: Value) -> Envelope {
    let id = uuid::Uuid::now_v7().to_string();
    Envelope {
        specversion: "1.0".into(),
        correlationid: id.clone(),
        id: MessageId::new(id),
        source: source.into(),
        event_type: event_type.into(),
        subject: subject.into(),
        time: Timestamp::parse("2026-11-22T12:00:00Z").unwrap(),
        datacontenttype: "application/json".into(),
        sequence: 1,
        causationid: None,
        traceparent: None,
        data,
    }
}

/// The context, its outside world, and time. Its test fails if messages are left undelivered or dead, unless it says that it
/// leaves them.
pub struct Shop {
    pub module: OrderModule,
    pub platform: Platform,
    pub clock: Arc<FixedClock>,
    pub provider: FakeProvider,
    pub receipts: KeptReceipts,
    leftovers: Leftovers,
}

/// A shop that sells a notebook for 100.00 and an e-book for 20.00, and delivers for 6.90.
pub async fn open(on: Storage) -> Shop {
    let (clock, provider, receipts) =
        (FixedClock::at("2026-11-22T12:00:00Z"), FakeProvider::default(), KeptReceipts::default());
    let shop = process(on.database().await, CountingIds::default(), Arc::new(clock), provider, receipts).await;
    shop.hears(product("active", 10_000)).await;
    shop
}

/// The same shop, served by two processes, where the engine can be.
pub async fn open_twice(on: Storage) -> [Shop; 2] {
    let [one, other] = on.twice().await;
    let (clock, provider, receipts) =
        (FixedClock::at("2026-11-22T12:00:00Z"), FakeProvider::default(), KeptReceipts::default());
    let first = process(one, CountingIds::default(), Arc::new(clock), provider, receipts).await;
    first.hears(product("active", 10_000)).await;
    let world = (first.clock.clone(), first.provider.clone(), first.receipts.clone());
    let second = process(other, CountingIds::from(1_000_000), world.0, world.1, world.2).await;
    [first, second]
}

async fn process(
    database: Database,
    ids: CountingIds,
    clock: Arc<FixedClock>,
    provider: FakeProvider,
    receipts: KeptReceipts,
) -> Shop {
    let platform = Platform { clock: clock.clone(), ids: Arc::new(ids), ..platform_on(database) };
    let world = ExternalServices {
        gateway: Arc::new(provider.clone()),
        events: Arc::new(provider.clone()),
        card_page: Arc::new(provider.clone()),
        receipts: Arc::new(receipts.clone()),
    };
    let placement_wait = Duration::from_millis(50);
    let settings = OrderSettings { placement_wait, shipping_flat_minor: 690, ..OrderSettings::default() };
    let module = OrderModule::start_with(settings, platform.clone(), world).await.unwrap();
    Shop { module, platform, clock, provider, receipts, leftovers: Leftovers::default() }
}

pub fn product(status: &str, notebook_minor: i64) -> Envelope {
    let variant = |sku: &str, title: &str, kind: &str, minor: i64| {
        json!({"sku": sku, "title": title, "options": {}, "kind": kind, "gross_minor": minor, "currency": "NZD",
               "tax_class": "standard", "weight_g": 1})
    };
    let id = "0190f3a0-0000-7000-8000-00000000ca7a";
    let data = json!({"product_id": id, "handle": "kea", "title": "Kea", "description": "", "category": "c",
        "status": status, "variants": [variant("NOTE", "Kea Notebook", "physical", notebook_minor),
                                       variant("EBOOK", "Kea Manual", "digital", 2_000)]});
    fact("store.catalogue.product_changed.v1", "/catalogue", id, data)
}

impl Shop {
    pub fn use_cases(&self) -> &UseCases {
        self.module.use_cases()
    }

    /// Runs everything that is due.
    pub async fn works(&self) {
        let clock: Arc<dyn Clock> = self.clock.clone();
        drive(&self.platform.database, &clock, &self.module.subscriptions()).await;
        self.leftovers.look(&self.messages()).await;
    }

    /// Says that the test leaves messages undelivered or dead.
    pub fn leaves_messages(&self) {
        self.leftovers.expect();
    }

    /// A message arrives at all who want it, and everything due is run.
    pub async fn hears(&self, message: Envelope) {
        let messages = self.messages();
        let mut wanted = 0;
        for subscription in self.module.subscriptions().iter().filter(|subscription| subscription.wants(&message)) {
            messages.accept(subscription.consumer(), std::slice::from_ref(&message)).await.unwrap();
            wanted += 1;
        }
        assert!(wanted > 0, "nobody listens to {}", message.event_type);
        self.works().await;
    }

    pub fn messages(&self) -> SqlMessages {
        SqlMessages::new(self.platform.database.clone(), self.clock.clone())
    }

    pub async fn fulfilment_says(&self, what: &str, order: OrderId, mut data: Value) {
        data["order_id"] = json!(order);
        self.hears(fact(&format!("store.fulfilment.{what}.v1"), "/fulfilment", &order.to_string(), data)).await;
    }

    /// A cart of this customer with these things.
    pub async fn cart(&self, by: &Identity, things: &[(&str, i64)]) -> CartId {
        let command = order::application::CreateCartCommand { by: Some(by.customer) };
        let cart = self.use_cases().create_cart.execute(command).await.unwrap().id;
        for (code, count) in things {
            self.puts(cart, by, code, *count).await;
        }
        cart
    }

    pub async fn puts(&self, cart: CartId, by: &Identity, code: &str, count: i64) {
        let change = LineChange::Set(Quantity::new(count).unwrap());
        let command = SetCartItemCommand { cart, by: Some(by.customer), sku: sku(code), change };
        self.use_cases().set_cart_item.execute(command).await.unwrap();
    }

    /// An order of two notebooks, whose goods are held and which can be paid.
    pub async fn payable_order(&self) -> Order {
        let by = a_customer(1);
        let cart = self.cart(&by, &[("NOTE", 2)]).await;
        let placed = self.use_cases().place_order.execute(places(cart, &by, &cart.to_string())).await.unwrap();
        let order = placed.order().id();
        self.fulfilment_says("stock_reserved", order, json!({"expires_at": "2026-11-22T12:30:00Z"})).await;
        let order = self.order(order).await;
        assert_eq!(order.status(), Status::Initial);
        order
    }

    /// The same, paid.
    pub async fn paid_order(&self) -> Order {
        let order = self.payable_order().await;
        self.provider_says_paid(&order, "evt_1").await;
        let order = self.order(order.id()).await;
        assert_eq!(order.status(), Status::Paid);
        order
    }

    /// The buyer pays at the provider, and the provider posts it.
    pub async fn provider_says_paid(&self, order: &Order, event: &str) {
        let intent = intent_of(order);
        let total = order.totals().gross;
        self.provider.buyer_pays(&intent, total);
        self.provider_posts(event, "payment_intent.succeeded", succeeded(&intent, order.id(), total.minor())).await;
    }

    pub async fn provider_posts(&self, event: &str, event_type: &str, object: Value) -> bool {
        let payload = json!({"id": event, "type": event_type, "data": {"object": object}});
        let new = self.stores(payload).await;
        self.works().await;
        new
    }

    /// The webhook route has stored an event of the provider, on which nobody has acted yet. `false` if it was there already.
    pub async fn stores(&self, payload: Value) -> bool {
        let Platform { database, clock, ids, .. } = &self.platform;
        let recorder = Recorder::new("order", Arc::clone(clock), Arc::clone(ids));
        let inbox = SqlWebhookInbox::new(database.clone(), recorder);
        inbox.accept(events::read(payload).unwrap()).await.unwrap()
    }

    pub async fn order(&self, id: OrderId) -> Order {
        let by = order::testing::a_staff_member();
        let query = order::application::ViewOrderQuery { order: id, by };
        self.use_cases().view_order.execute(query).await.unwrap()
    }

    /// The types of all facts published about an order, oldest first, without prefix and version.
    pub async fn published(&self, order: OrderId) -> Vec<String> {
        let rows = self.platform.database.read(move |tx| {
            Box::pin(async move {
                let about = "SELECT event_type FROM outbox WHERE subject = $1 ORDER BY sequence";
                let rows = tx.fetch(about, chassis::params![order]).await?;
                rows.iter().map(|row| row.get::<String>("event_type")).collect::<Result<Vec<_>, _>>()
            })
        });
        let short = |event_type: String| event_type.replace("store.order.", "").replace(".v1", "");
        rows.await.unwrap().into_iter().map(short).collect()
    }

    pub async fn dead_letters(&self) -> usize {
        self.messages().dead_letters(100).await.unwrap().len()
    }

    pub fn minutes_pass(&self, minutes: u64) {
        self.clock.advance(Duration::from_mins(minutes));
    }

    /// Timers that look after deadlines, and the work that follows.
    pub async fn deadlines(&self) {
        self.use_cases().handle_overdue.execute().await.unwrap();
        self.works().await;
    }
}

pub fn intent_of(order: &Order) -> IntentId {
    order.payments()[0].intent.clone()
}

pub fn succeeded(intent: &IntentId, order: OrderId, received: i64) -> Value {
    json!({"id": intent.as_str(), "object": "payment_intent", "amount": received, "amount_received": received, "currency": "nzd",
           "status": "succeeded", "metadata": {"order_id": order, "order_number": "BS-1"}})
}

pub fn is_canceled(shop: &Shop, intent: &IntentId) -> bool {
    shop.provider.status(intent) == Some(IntentStatus::Canceled)
}

/// What a buyer sends to order a cart.
pub fn places(cart: CartId, by: &Identity, key: &str) -> PlaceOrderCommand {
    PlaceOrderCommand {
        by: by.clone(),
        cart,
        delivery_address: Some(an_address()),
        email: None,
        expected_total: None,
        key: key.into(),
    }
}
