//! The context as a whole on a throw-away database: messages in, messages and mails out, pages and API requested as
//! different users.

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::cookie::Cookie;
use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::test::{self, TestRequest};
use actix_web::{App, web};
use chassis::ContextModule as _;
use chassis::Platform;
use chassis::mail::Mailer;
use chassis::messaging::{Inbox, InboxAdmin as _, Outbox, SqlMessages};
use chassis::testing::{CountingIds, FixedClock, Leftovers, MemoryMailer, platform_on, postgres, shared_cluster};
use chassis::web::testing::{KnownPeople, VISITOR, form_token, somebody};
use chassis::web::{Edge, EdgeSettings};
use fulfilment::domain::Count;
use fulfilment::testing::{order, sku};
use fulfilment::{FulfilmentModule, FulfilmentSettings};
use serde_json::{Value, json};
use shared_kernel::{Clock, Envelope, Role};
use utoipa_actix_web::AppExt;

/// What keeps a shop's data.
#[derive(Debug, Clone, Copy)]
pub enum Storage {
    Sqlite,
    Postgres,
}

impl Storage {
    /// PostgreSQL; where tests cannot run on it, that is said.
    pub fn postgres() -> Option<Self> {
        shared_cluster("fulfilment").map(|_| Self::Postgres)
    }

    async fn platform(self) -> Platform {
        match self {
            Self::Sqlite => chassis::testing::platform("fulfilment", &[]).await,
            Self::Postgres => platform_on(postgres("fulfilment", &[]).await.unwrap()),
        }
    }
}

/// Runs each of these tests on SQLite and, where it is there, on PostgreSQL.
macro_rules! on_both_engines {
    ($($case:ident)*) => {
        chassis::testing::on_both_engines! {
            #[actix_web::test] crate::shop::Storage::Sqlite, crate::shop::Storage::postgres() =>
            $($case)*
        }
    };
}
pub(crate) use on_both_engines;

/// A shop with one context. Its test fails if messages are left undelivered or dead, unless it says that it leaves them.
pub struct TestShop {
    pub module: FulfilmentModule,
    pub mailer: Arc<MemoryMailer>,
    pub clock: Arc<FixedClock>,
    messages: SqlMessages,
    database: chassis::sql::Database,
    leftovers: Leftovers,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: header::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }
}

impl TestShop {
    pub async fn open(on: Storage) -> Self {
        let mailer = Arc::new(MemoryMailer::default());
        Self { mailer: Arc::clone(&mailer), ..Self::with(on, mailer).await }
    }

    /// A shop whose mail goes to `mailer`; its own mailbox stays empty.
    pub async fn with(on: Storage, mailer: Arc<dyn Mailer>) -> Self {
        let platform = on.platform().await;
        let clock = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
        let platform = Platform { mailer, clock: Arc::clone(&clock) as _, ..platform };
        let database = platform.database.clone();
        let messages = SqlMessages::new(database.clone(), Arc::clone(&clock) as _);
        let module = FulfilmentModule::start(FulfilmentSettings::default(), platform).await.unwrap();
        Self { module, mailer: Arc::default(), clock, messages, database, leftovers: Leftovers::default() }
    }

    /// A message of another context about `subject`.
    pub fn message(event_type: &str, subject: &str, data: &Value) -> Envelope {
        let (source, id) = (event_type.split('.').nth(1).unwrap(), uuid::Uuid::now_v7().to_string());
        serde_json::from_value(json!({
            "specversion": "1.0", "id": id, "source": format!("/{source}"), "type": event_type, "subject": subject,
            "time": "2026-11-22T12:00:00Z", "datacontenttype": "application/json", "sequence": 1,
            "correlationid": id, "data": data,
        }))
        .unwrap()
    }

    /// Hears a message and does all that follows from it.
    pub async fn hear(&self, message: Envelope) {
        for subscription in self.module.subscriptions().iter().filter(|subscription| subscription.wants(&message)) {
            self.messages.accept(subscription.consumer(), std::slice::from_ref(&message)).await.unwrap();
        }
        self.work().await;
    }

    /// Does all that is due.
    pub async fn work(&self) {
        let clock: Arc<dyn Clock> = Arc::clone(&self.clock) as _;
        chassis::testing::drive(&self.database, &clock, &self.module.subscriptions()).await;
        self.leftovers.look(&self.messages).await;
    }

    /// Says that the test leaves messages undelivered or dead.
    pub fn leaves_messages(&self) {
        self.leftovers.expect();
    }

    /// Hears that the order of that number was placed; `lines` are (sku, kind, quantity).
    pub async fn place(&self, number: u128, lines: &[(&str, &str, i64)]) {
        let data = order_data(number, lines);
        self.hear(Self::message("store.order.placed.v1", &order(number).to_string(), &data)).await;
    }

    /// Hears that it was paid.
    pub async fn pay(&self, number: u128, lines: &[(&str, &str, i64)]) {
        let mut data = order_data(number, lines);
        data["paid_at"] = json!("2026-11-22T12:05:00Z");
        data["gross_minor"] = json!(1_000 * lines.iter().map(|(_, _, quantity)| quantity).sum::<i64>());
        self.hear(Self::message("store.order.paid.v1", &order(number).to_string(), &data)).await;
    }

    /// Hears that so much went back of its money.
    pub async fn refund(&self, number: u128, refund: &str, amount_minor: i64) {
        let id = order(number).to_string();
        let data = json!({"order_id": id, "number": format!("A-{number}"), "refund_id": refund,
            "amount_minor": amount_minor, "currency": "NZD", "reason": "scratched", "refunded_at": "2026-11-22T13:00:00Z"});
        self.hear(Self::message("store.order.refunded.v1", &id, &data)).await;
    }

    /// Hears that a refund failed after all.
    pub async fn refund_fails(&self, number: u128, refund: &str) {
        let id = order(number).to_string();
        let data = json!({"order_id": id, "number": format!("A-{number}"), "refund_id": refund, "amount_minor": 1});
        self.hear(Self::message("store.order.refund_failed.v1", &id, &data)).await;
    }

    /// Hears any other fact of an order.
    pub async fn hear_of_order(&self, what: &str, number: u128) {
        let id = order(number).to_string();
        let data = json!({"order_id": id, "number": format!("A-{number}"), "reason": "changed my mind"});
        self.hear(Self::message(&format!("store.order.{what}.v1"), &id, &data)).await;
    }

    pub async fn count(&self, code: &str, on_hand: i64) {
        self.module.count_stock(sku(code), Count::new(on_hand).unwrap()).await.unwrap();
    }

    /// The facts told so far, without what they all begin with.
    pub async fn event_types(&self) -> Vec<String> {
        self.events().await.iter().map(|event| event.event_type.replace("store.fulfilment.", "")).collect()
    }

    pub async fn events(&self) -> Vec<Envelope> {
        self.messages.after(0, 1_000, None).await.unwrap().into_iter().filter_map(|row| row.envelope).collect()
    }

    /// `consumer: code` of every dead letter.
    pub async fn dead_letters(&self) -> Vec<String> {
        let letters = self.messages.dead_letters(100).await.unwrap();
        letters.into_iter().map(|letter| format!("{}: {}", letter.consumer, letter.code)).collect()
    }

    /// Asks as the request says.
    pub async fn ask(&self, request: TestRequest) -> Answer {
        let people = KnownPeople::default();
        let people = people.and("staff", somebody(1, Role::Staff)).and("buyer", somebody(2, Role::Customer));
        let app = App::new()
            .into_utoipa_app()
            .configure(|config| self.module.register_api(config))
            .into_app()
            .configure(|config| self.module.register_pages(config))
            .app_data(web::Data::new(edge(people)))
            .wrap(from_fn(chassis::web::guard));
        let app = test::init_service(app).await;
        let answer = test::call_service(&app, request.to_request()).await;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.into_body();
        let body = actix_web::body::to_bytes(body.boxed()).await.unwrap().to_vec();
        Answer { status, headers, body }
    }

    /// Asks the API as staff.
    pub async fn api(&self, request: TestRequest) -> Answer {
        self.ask(request.insert_header((header::AUTHORIZATION, "Bearer staff"))).await
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        let answer = self.api(TestRequest::get().uri(path)).await;
        (answer.status, answer.json())
    }

    pub async fn stock(&self, code: &str) -> (u16, Value) {
        self.get(&format!("/api/fulfilment/v1/stock/{code}")).await
    }

    /// Looks at a page as staff.
    pub async fn page(&self, path: &str) -> Answer {
        self.ask(TestRequest::get().uri(path).cookie(Cookie::new("sid", "staff"))).await
    }

    /// Sends a form as staff.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = form_token(Some("staff"));
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", token.as_str())]).collect();
        let request =
            TestRequest::post().uri(path).cookie(Cookie::new("sid", "staff")).cookie(Cookie::new("visitor", VISITOR));
        self.ask(request.set_form(fields)).await
    }
}

/// The edge as tests know it, which lets large files in where the context asks for it.
fn edge(people: KnownPeople) -> Edge {
    let settings = EdgeSettings {
        csrf_key: [42; 32],
        base_url: "http://localhost".to_owned(),
        large_bodies: FulfilmentModule::LARGE_BODIES.to_vec(),
        ..EdgeSettings::default()
    };
    Edge::new(settings, Arc::new(people), Arc::new(CountingIds::default()))
}

fn order_data(number: u128, lines: &[(&str, &str, i64)]) -> Value {
    let line = |(sku, kind, quantity): &(&str, &str, i64)| json!({"sku": sku, "title": format!("The {sku}"), "kind": kind, "quantity": quantity, "unit_gross_minor": 1_000});
    json!({
        "order_id": order(number), "number": format!("A-{number}"), "customer_id": order(900), "replaces": null,
        "email": "aroha@example.test", "placed_at": "2026-11-22T12:00:00Z", "expires_at": "2026-11-22T12:30:00Z",
        "currency": "NZD", "lines": lines.iter().map(line).collect::<Vec<_>>(),
        "delivery_address": {"name": "Aroha Ngata", "line1": "12 Kauri Lane", "city": "Nelson", "postcode": "7010", "country": "NZ"},
    })
}
