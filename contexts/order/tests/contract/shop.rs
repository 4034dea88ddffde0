//! The whole context on a throw-away database, with a provider and a mailbox that do as a test tells them, and other
//! contexts that say what it says.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::sync::Arc;
use std::time::Duration;

use chassis::ContextModule as _;
use chassis::Platform;
use chassis::messaging::{Inbox as _, InboxAdmin as _, Recorder, SqlMessages};
use chassis::sql::Database;
use chassis::testing::{CountingIds, FixedClock, Leftovers, drive, platform_on};
use order::adapters::outbound::sql::SqlWebhookInbox;
use order::adapters::stripe::{events, objects, translate};
use order::application::{PlaceOrderCommand, SetCartItemCommand, UseCases};
use order::domain::{CartId, IntentId, IntentStatus, Kind, LineChange, Order, OrderLine, Status};
use order::ports::WebhookInbox as _;
use order::testing::{FakeProvider, KeptReceipts, a_customer, an_address, sku};
use order::{ExternalServices, OrderModule, OrderSettings};
use secrecy::SecretString;
use serde_json::{Value, json};
use shared_kernel::{Clock, Envelope, Identity, MessageId, OrderId, Quantity, Timestamp};
use uuid::Uuid;

use crate::http::Answer;
use crate::storage::Storage;

/// A message of another context.
pub fn fact(event_type: &str, source: &str, subject: &str, data: Value) -> Envelope {
    let id = Uuid::now_v7().to_string();
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

/// What signs webhooks.
pub const WEBHOOK_SECRET: &str = "whsec_test";

/// Two physical things and a digital one, each a product of its own.
pub const NOTEBOOK: &str = "KEA-14";
pub const MUG: &str = "WEKA/MUG";
pub const GUIDE: &str = "TUI-PDF";

/// The context, its outside world, and time. Its test fails if messages are left undelivered or dead, unless it says that it
/// leaves them.
pub struct TestShop {
    pub module: OrderModule,
    pub platform: Platform,
    pub clock: Arc<FixedClock>,
    pub provider: FakeProvider,
    pub receipts: KeptReceipts,
    leftovers: Leftovers,
}

type Outside = (Arc<FixedClock>, FakeProvider, KeptReceipts);

fn outside() -> Outside {
    (Arc::new(FixedClock::at("2026-11-22T12:00:00Z")), FakeProvider::default(), KeptReceipts::default())
}

async fn process(
    database: Database,
    ids: CountingIds,
    (clock, provider, receipts): Outside,
    placement_wait: Duration,
) -> TestShop {
    let platform = Platform { clock: clock.clone(), ids: Arc::new(ids), ..platform_on(database) };
    let services = ExternalServices {
        gateway: Arc::new(provider.clone()),
        events: Arc::new(provider.clone()),
        card_page: Arc::new(provider.clone()),
        receipts: Arc::new(receipts.clone()),
    };
    let mut settings = OrderSettings { placement_wait, shipping_flat_minor: 690, ..OrderSettings::default() };
    settings.stripe.webhook_secrets = vec![SecretString::from(WEBHOOK_SECRET)];
    let module = OrderModule::start_with(settings, platform.clone(), services).await.unwrap();
    TestShop { module, platform, clock, provider, receipts, leftovers: Leftovers::default() }
}

/// A product of a notebook, at that price, and an e-book.
pub fn product(status: &str, notebook_minor: i64) -> Envelope {
    let id = "0190f3a0-0000-7000-8000-00000000ca7a";
    let variants = [
        variant("NOTE", "Kea Notebook", Kind::Physical, notebook_minor),
        variant("EBOOK", "Kea Manual", Kind::Digital, 2_000),
    ];
    product_changed(id, json!({"handle": "kea", "status": status, "variants": variants}))
}

fn variant(sku: &str, title: &str, kind: Kind, minor: i64) -> Value {
    json!({"sku": sku, "title": title, "options": {}, "kind": kind.name(), "gross_minor": minor, "currency": "NZD",
           "tax_class": "standard", "weight_g": 1})
}

fn product_changed(id: &str, mut data: Value) -> Envelope {
    data["product_id"] = json!(id);
    fact("store.catalogue.product_changed.v1", "/catalogue", id, data)
}

/// The product of a thing that is sold alone.
fn product_of(sku: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, sku.as_bytes()).to_string()
}

impl TestShop {
    /// Open for business, with something to sell; a parcel costs 6.90. Nobody is kept waiting.
    pub async fn open(on: Storage) -> Self {
        Self::patient(on, Duration::ZERO).await
    }

    /// The same, but who orders is kept waiting for stock and payment so long.
    pub async fn patient(on: Storage, placement_wait: Duration) -> Self {
        let shop = process(on.database().await, CountingIds::default(), outside(), placement_wait).await;
        shop.is_stocked().await;
        shop
    }

    /// The same shop, served by two processes, where the engine can be.
    pub async fn open_twice(on: Storage) -> [Self; 2] {
        let [one, other] = on.twice().await;
        let first = process(one, CountingIds::default(), outside(), Duration::ZERO).await;
        first.is_stocked().await;
        let world = (first.clock.clone(), first.provider.clone(), first.receipts.clone());
        let second = process(other, CountingIds::from(1_000_000), world, Duration::ZERO).await;
        [first, second]
    }

    /// Two physical things and a digital one of one price each, and one product of both kinds.
    async fn is_stocked(&self) {
        self.hears(product("active", 10_000)).await;
        self.sells(NOTEBOOK, "Kea Notebook 14", Kind::Physical, 115_000).await;
        self.sells(MUG, "Weka Mug", Kind::Physical, 2_300).await;
        self.sells(GUIDE, "Tui Field Guide", Kind::Digital, 1_150).await;
    }

    pub fn use_cases(&self) -> &UseCases {
        self.module.use_cases()
    }

    /// Works off everything that is due.
    pub async fn settle(&self) {
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
        self.settle().await;
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
        self.settle().await;
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
        self.settle().await;
    }

    /// From now on the thing costs so much.
    pub async fn sells(&self, sku: &str, title: &str, kind: Kind, minor: i64) {
        let data = json!({"status": "active", "variants": [variant(sku, title, kind, minor)]});
        self.hears(product_changed(&product_of(sku), data)).await;
    }

    /// From now on a thing of 23.00 is found there.
    pub async fn is_listed(&self, sku: &str, handle: Option<&str>, image: Option<&str>) {
        let variants = [variant(sku, &format!("Kept {sku}"), Kind::Physical, 2_300)];
        let data = json!({"status": "active", "handle": handle, "image": image, "variants": variants});
        self.hears(product_changed(&product_of(sku), data)).await;
    }

    /// The thing is not sold any more.
    pub async fn withdraws(&self, sku: &str) {
        let (id, kind) = (product_of(sku), "store.catalogue.product_withdrawn.v1");
        self.hears(fact(kind, "/catalogue", &id, json!({"product_id": id, "skus": [sku]}))).await;
    }

    /// Fulfilment says that so many of a thing can be had.
    pub async fn has_left(&self, sku: &str, available: i64) {
        let level = json!({"sku": sku, "on_hand": available, "available": available});
        self.hears(fact("store.fulfilment.stock_changed.v1", "/fulfilment", sku, level)).await;
    }

    /// Fulfilment holds the goods, and the payment is prepared.
    pub async fn reserves(&self, order: OrderId) {
        self.fulfilment_says("stock_reserved", order, json!({})).await;
    }

    /// Fulfilment has not got the goods.
    pub async fn lacks(&self, order: OrderId, sku: &str) {
        self.fulfilment_says("stock_rejected", order, json!({"short": [sku]})).await;
    }

    /// Fulfilment sends the first line of an order that it has taken up, and nothing else.
    pub async fn sends_first_line(&self, order: OrderId) {
        let item = |line: &OrderLine| json!({"sku": line.sku, "kind": line.kind.name(), "quantity": line.quantity});
        let items: Vec<Value> = self.order(order).await.lines().iter().map(item).collect();
        self.fulfilment_says("shipping_order_created", order, json!({"items": items})).await;
        self.sends(order, 0).await;
    }

    /// Fulfilment sends a line of an order, always by the same carrier and under the same number.
    pub async fn sends(&self, order: OrderId, line: usize) {
        let line = self.order(order).await.lines()[line].clone();
        let sent = json!({"sku": line.sku, "kind": line.kind.name(), "quantity": line.quantity, "carrier": "NZ Post",
                          "tracking": "TRACK-7", "processed_at": self.clock.now()});
        self.fulfilment_says("item_processed", order, sent).await;
    }

    /// The provider posts that the order's intent has come to this, and the shop takes it in.
    pub async fn provider_says(&self, order: OrderId, event_type: &str, more: Value) -> Answer {
        let total = self.order(order).await.totals().gross.minor();
        let mut object = json!({"id": self.intent(order).await.as_str(), "object": "payment_intent", "amount": total, "currency": "nzd",
                                "amount_received": total, "metadata": {"order_id": order.to_string()}});
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object["status"] = json!(match event_type {
            "payment_intent.succeeded" => "succeeded",
            "payment_intent.canceled" => "canceled",
            "payment_intent.processing" => "processing",
            _ => "requires_payment_method",
        });
        let intent: objects::Intent = serde_json::from_value(object.clone()).unwrap();
        let report = translate::intent(&intent).unwrap();
        self.provider.set(&report.intent, report.status);
        let event = json!({"id": format!("evt_{}", Uuid::now_v7().simple()), "object": "event", "type": event_type,
                           "data": {"object": object}});
        let answer = self.webhook(&event.to_string()).await;
        self.settle().await;
        answer
    }

    /// The order is paid.
    pub async fn paid(&self, order: OrderId) {
        self.reserves(order).await;
        assert_eq!(self.provider_says(order, "payment_intent.succeeded", json!({})).await.status, 200);
    }

    /// The intent through which an order is to be paid.
    pub async fn intent(&self, order: OrderId) -> IntentId {
        intent_of(&self.order(order).await)
    }
}

pub fn intent_of(order: &Order) -> IntentId {
    order.payments()[0].intent.clone()
}

pub fn succeeded(intent: &IntentId, order: OrderId, received: i64) -> Value {
    json!({"id": intent.as_str(), "object": "payment_intent", "amount": received, "amount_received": received, "currency": "nzd",
           "status": "succeeded", "metadata": {"order_id": order, "order_number": "BS-1"}})
}

pub fn is_canceled(shop: &TestShop, intent: &IntentId) -> bool {
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
