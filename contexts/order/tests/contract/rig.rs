//! A whole order context on a throw-away database, with a payment provider and a fulfilment that do as the test says.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::cookie::Cookie;
use actix_web::middleware::from_fn;
use actix_web::test::TestRequest;
use actix_web::{App, test, web};
use async_trait::async_trait;
use chassis::Platform;
use chassis::testing::{self, FixedClock, MemoryMailer};
use chassis::web::testing::{KnownPeople, VISITOR, edge, form_token, somebody};
use order::adapters::inbound::pages;
use order::adapters::outbound::mail::MailReceiptSender;
use order::adapters::stripe::webhook_signature::signed_header;
use order::adapters::stripe::{objects, translate};
use order::application::{FulfilmentFact, StockAnswer};
use order::domain::{
    DisputeReport, FulfilmentItem, IntentId, IntentReport, IntentStatus, Kind, Listing, Order, PaymentStatement,
    ProcessedItem, ProductPrices, RefundReport, ReportedRefund, VariantPrice,
};
use order::ports::{
    CardPage, CardPageRequest, EventPage, EventSpan, Intent, NewIntent, NewRefund, OpenedCardPage, PaymentError,
    PaymentGateway, ProviderEventLog, ProviderRefund,
};
use order::{ExternalServices, OrderModule, OrderSettings};
use secrecy::SecretString;
use serde_json::{Value, json};
use shared_kernel::{Cause, Clock, Currency, Envelope, Identity, MessageId, Money, OrderId, Role, Sku};
use utoipa_actix_web::AppExt;
use uuid::Uuid;

use crate::storage::Storage;

/// The token of a customer, of another customer, of one who is not verified, and of somebody of the staff.
pub const AROHA: &str = "token-aroha";
pub const WIREMU: &str = "token-wiremu";
pub const UNVERIFIED: &str = "token-unverified";
pub const STAFF: &str = "token-staff";
/// What signs webhooks.
pub const WEBHOOK_SECRET: &str = "whsec_test";

/// Two physical things and a digital one are for sale.
pub const NOTEBOOK: &str = "KEA-14";
pub const MUG: &str = "WEKA/MUG";
pub const GUIDE: &str = "TUI-PDF";

/// A provider that agrees to everything, and knows what the test says has happened there.
#[derive(Default)]
pub struct Agreeable {
    /// How intents have ended, or stand.
    intents: Mutex<HashMap<String, IntentReport>>,
    refunds: Mutex<Vec<RefundReport>>,
    disputes: Mutex<Vec<DisputeReport>>,
}

impl Agreeable {
    /// From now on an intent stands so.
    pub fn knows(&self, report: IntentReport) {
        self.intents.lock().unwrap().insert(report.intent.to_string(), report);
    }

    /// From now on there is this dispute.
    pub fn disputes(&self, dispute: DisputeReport) {
        self.disputes.lock().unwrap().push(dispute);
    }

    fn report(&self, intent: &IntentId) -> IntentReport {
        let open = IntentReport { intent: intent.clone(), status: IntentStatus::Open { declined: None } };
        self.intents.lock().unwrap().get(intent.as_str()).cloned().unwrap_or(open)
    }
}

#[async_trait]
impl PaymentGateway for Agreeable {
    async fn create_intent(&self, intent: &NewIntent) -> Result<Intent, PaymentError> {
        let id = intent_of(intent.order);
        let report = IntentReport { intent: IntentId::new(&id), status: IntentStatus::Open { declined: None } };
        Ok(Intent { client_secret: Some(format!("{id}_secret")), report })
    }
    async fn statement(&self, intent: &IntentId) -> Result<PaymentStatement, PaymentError> {
        let refunds = self.refunds.lock().unwrap().iter().filter(|it| it.intent == *intent).cloned().collect();
        let disputes = self.disputes.lock().unwrap().iter().filter(|it| it.intent == *intent).cloned().collect();
        Ok(PaymentStatement { intent: self.report(intent), origin: None, refunds, disputes })
    }
    async fn cancel_intent(&self, intent: &IntentId) -> Result<Intent, PaymentError> {
        let report = IntentReport { intent: intent.clone(), status: IntentStatus::Canceled };
        Ok(Intent { client_secret: None, report })
    }
    async fn refund(&self, refund: &NewRefund) -> Result<ProviderRefund, PaymentError> {
        let report = RefundReport {
            id: Some(refund.refund),
            provider_id: Some(format!("re_{}", refund.refund.uuid().simple())),
            intent: refund.intent.clone(),
            amount: refund.amount,
            status: ReportedRefund::Succeeded,
        };
        self.refunds.lock().unwrap().push(report.clone());
        Ok(ProviderRefund { report })
    }
}

#[async_trait]
impl ProviderEventLog for Agreeable {
    async fn page(&self, _: &EventSpan) -> Result<EventPage, PaymentError> {
        Ok(EventPage::default())
    }
}

#[async_trait]
impl CardPage for Agreeable {
    async fn open(&self, request: &CardPageRequest) -> Result<OpenedCardPage, PaymentError> {
        Ok(OpenedCardPage { url: format!("http://shop.test/pay/{}", request.intent), intent: None })
    }
}

/// The intent that [`Agreeable`] opens for an order.
pub fn intent_of(order: OrderId) -> String {
    format!("pi_{}", order.uuid().simple())
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or_else(|| panic!("no header {name} in {self:?}"), |(_, value)| value.as_str())
    }
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
    /// Status and name of a problem.
    pub fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let kind = self.json()["type"].as_str().unwrap().to_owned();
        (self.status, kind.rsplit('/').next().unwrap().to_owned())
    }
    /// The value of a cookie that the answer sets.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let mut set = self.headers.iter().filter(|(known, _)| known == "set-cookie");
        let value = |cookie: &str| Some(cookie.strip_prefix(&format!("{name}="))?.split(';').next()?.to_owned());
        set.find_map(|(_, cookie)| value(cookie))
    }
    /// The texts of the elements that carry `data-test="name"`, without their tags.
    pub fn marked(&self, name: &str) -> Vec<String> {
        let mark = format!("data-test=\"{name}\"");
        let after = |at: usize| {
            let rest = &self.body[at + mark.len()..];
            let inner = &rest[rest.find('>').unwrap() + 1..];
            let end = inner.find("</").unwrap_or(inner.len());
            strip_tags(&inner[..end])
        };
        self.body.match_indices(&mark).map(|(at, _)| after(at)).collect()
    }
    /// The value of a form's hidden field.
    pub fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let at = self.body.find(&start).unwrap_or_else(|| panic!("no field {name} in {}", self.body)) + start.len();
        self.body[at..].split('"').next().unwrap().to_owned()
    }
}

fn strip_tags(html: &str) -> String {
    let mut inside = false;
    let keep = html.chars().filter(|character| match character {
        '<' => {
            inside = true;
            false
        }
        '>' => {
            inside = false;
            false
        }
        _ => !inside,
    });
    keep.collect::<String>().trim().to_owned()
}

/// The shop.
pub struct Shop {
    pub module: OrderModule,
    pub platform: Platform,
    pub clock: Arc<FixedClock>,
    pub mailer: Arc<MemoryMailer>,
    pub provider: Arc<Agreeable>,
    people: KnownPeople,
}

impl Shop {
    /// Open for business, with something to sell. Nobody is kept waiting.
    pub async fn open(on: Storage) -> Self {
        Self::patient(on, Duration::ZERO).await
    }

    /// The same, but who orders is kept waiting for stock and payment so long.
    pub async fn patient(on: Storage, placement_wait: Duration) -> Self {
        let (clock, mailer) = (Arc::new(FixedClock::at("2026-11-22T12:00:00Z")), Arc::new(MemoryMailer::default()));
        let base = testing::platform_on(on.database().await);
        let platform = Platform { clock: clock.clone(), mailer: mailer.clone(), ..base };
        let mut settings = OrderSettings { placement_wait, shipping_flat_minor: 690, ..OrderSettings::default() };
        settings.stripe.webhook_secrets = vec![SecretString::from(WEBHOOK_SECRET)];
        let receipts = Arc::new(MailReceiptSender::new(mailer.clone(), platform.site.clone()));
        let provider = Arc::new(Agreeable::default());
        let (gateway, events, card_page) = (provider.clone(), provider.clone(), provider.clone());
        let world = ExternalServices { events, card_page, gateway, receipts };
        let module = OrderModule::start_with(settings, platform.clone(), world).await.unwrap();
        let people = KnownPeople::default()
            .and(AROHA, somebody(1, Role::Customer))
            .and(WIREMU, somebody(2, Role::Customer))
            .and(UNVERIFIED, Identity { verified: false, ..somebody(3, Role::Customer) })
            .and(STAFF, somebody(4, Role::Staff));
        let shop = Self { module, platform, clock, mailer, provider, people };
        shop.sells(NOTEBOOK, "Kea Notebook 14", Kind::Physical, 115_000).await;
        shop.sells(MUG, "Weka Mug", Kind::Physical, 2_300).await;
        shop.sells(GUIDE, "Tui Field Guide", Kind::Digital, 1_150).await;
        shop
    }

    /// From now on the thing costs so much.
    pub async fn sells(&self, sku: &str, title: &str, kind: Kind, minor: i64) {
        self.offers(sku, title, (kind, minor), Listing::default()).await;
    }

    /// From now on a thing of 23.00 is found there.
    pub async fn is_listed(&self, sku: &str, handle: Option<&str>, image: Option<&str>) {
        let listing = Listing { handle: handle.map(str::to_owned), image: image.map(str::to_owned) };
        self.offers(sku, &format!("Kept {sku}"), (Kind::Physical, 2_300), listing).await;
    }

    async fn offers(&self, sku: &str, title: &str, (kind, minor): (Kind, i64), listing: Listing) {
        let unit_gross = Money::new(minor, Currency::NZD);
        let variant = VariantPrice { sku: Sku::parse(sku).unwrap(), title: title.into(), kind, unit_gross };
        let product = Uuid::new_v5(&Uuid::NAMESPACE_OID, sku.as_bytes());
        let prices = ProductPrices { product, active: true, listing, variants: vec![variant] };
        let cause = self.cause("price-list", sku).await;
        self.module.use_cases().keep_prices.product_changed(prices, cause).await.unwrap();
    }

    /// The thing is not sold any more.
    pub async fn withdraws(&self, sku: &str) {
        let product = Uuid::new_v5(&Uuid::NAMESPACE_OID, sku.as_bytes());
        let cause = self.cause("price-list", sku).await;
        let prices = &self.module.use_cases().keep_prices;
        prices.product_withdrawn(product, vec![Sku::parse(sku).unwrap()], cause).await.unwrap();
    }

    /// Fulfilment says that so many of a thing can be had.
    pub async fn has_left(&self, sku: &str, available: i64) {
        let cause = self.cause("price-list", sku).await;
        let prices = &self.module.use_cases().keep_prices;
        prices.stock_changed(Sku::parse(sku).unwrap(), available, cause).await.unwrap();
    }

    async fn cause(&self, consumer: &'static str, subject: &str) -> Cause {
        let envelope = Envelope {
            specversion: "1.0".into(),
            id: MessageId::new(Uuid::now_v7().to_string()),
            source: "/test".into(),
            event_type: "test.v1".into(),
            subject: format!("{subject}-{}", Uuid::now_v7()),
            time: self.clock.now(),
            datacontenttype: "application/json".into(),
            sequence: 1,
            correlationid: "test".into(),
            causationid: None,
            traceparent: None,
            data: Value::Null,
        };
        testing::leased(&self.platform.database, consumer, envelope).await
    }

    /// Works off everything that is due.
    pub async fn settle(&self) {
        let clock = self.clock.clone() as Arc<dyn Clock>;
        testing::drive(&self.platform.database, &clock, &self.module.subscriptions()).await;
    }

    /// Fulfilment holds the goods, and the payment is prepared.
    pub async fn reserves(&self, order: OrderId) {
        self.answers(order, StockAnswer::Reserved).await;
    }

    /// Fulfilment has not got the goods.
    pub async fn lacks(&self, order: OrderId, sku: &str) {
        self.answers(order, StockAnswer::Rejected(vec![Sku::parse(sku).unwrap()])).await;
    }

    async fn answers(&self, order: OrderId, answer: StockAnswer) {
        let cause = self.cause("follow-fulfilment", "stock").await;
        self.module.use_cases().answer_stock.execute(order, answer, cause).await.unwrap();
        self.settle().await;
    }

    /// Fulfilment says what it did.
    pub async fn fulfils(&self, order: OrderId, fact: FulfilmentFact) {
        let cause = self.cause("follow-fulfilment", "fact").await;
        self.module.use_cases().follow_fulfilment.execute(order, fact, cause).await.unwrap();
        self.settle().await;
    }

    /// Fulfilment sends the first line of an order that it has taken up, and nothing else.
    pub async fn sends_first_line(&self, order: OrderId) {
        let lines = self.order(order).await.lines().to_vec();
        let item =
            |line: &order::domain::OrderLine| FulfilmentItem::pending(line.sku.clone(), line.kind, line.quantity);
        self.fulfils(order, FulfilmentFact::Created(lines.iter().map(item).collect())).await;
        let sent = ProcessedItem {
            sku: lines[0].sku.clone(),
            kind: lines[0].kind,
            quantity: lines[0].quantity,
            carrier: Some("NZ Post".into()),
            tracking: Some("TRACK-7".into()),
            at: self.clock.now(),
        };
        self.fulfils(order, FulfilmentFact::Item(sent)).await;
    }

    /// The provider posts that the order's intent has come to this, and the shop takes it in.
    pub async fn provider_says(&self, order: OrderId, event_type: &str, more: Value) -> Answer {
        let total = self.order(order).await.totals().gross.minor();
        let mut object = json!({"id": intent_of(order), "object": "payment_intent", "amount": total, "currency": "nzd",
                                "amount_received": total, "metadata": {"order_id": order.to_string()}});
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object["status"] = json!(match event_type {
            "payment_intent.succeeded" => "succeeded",
            "payment_intent.canceled" => "canceled",
            "payment_intent.processing" => "processing",
            _ => "requires_payment_method",
        });
        let intent: objects::Intent = serde_json::from_value(object.clone()).unwrap();
        self.provider.knows(translate::intent(&intent).unwrap());
        let event = json!({"id": format!("evt_{}", Uuid::now_v7().simple()), "object": "event", "type": event_type,
                           "data": {"object": object}});
        let answer = self.webhook(&event.to_string()).await;
        self.settle().await;
        answer
    }

    /// Posts a signed webhook.
    pub async fn webhook(&self, body: &str) -> Answer {
        let signature = signed_header(WEBHOOK_SECRET, body.as_bytes(), self.clock.now());
        let request = TestRequest::post()
            .uri("/api/order/v1/payment-events")
            .insert_header(("stripe-signature", signature))
            .insert_header(("content-type", "application/json"))
            .set_payload(body.to_owned());
        self.ask(request).await
    }

    /// The order is paid.
    pub async fn paid(&self, order: OrderId) {
        self.reserves(order).await;
        assert_eq!(self.provider_says(order, "payment_intent.succeeded", json!({})).await.status, 200);
    }

    /// The order as it is.
    pub async fn order(&self, id: OrderId) -> Order {
        let query = order::application::ViewOrderQuery { order: id, by: somebody(4, Role::Staff) };
        self.module.use_cases().view_order.execute(query).await.unwrap()
    }

    /// The pages as the module serves them, but with little patience for the provider's word.
    fn pages(&self) -> impl FnOnce(&mut web::ServiceConfig) + use<> {
        let mut use_cases = self.module.use_cases().clone();
        let wait = use_cases.wait_for_payment.no_longer_than(Duration::from_millis(2));
        use_cases.wait_for_payment = Arc::new(wait);
        let (site, ids) = (self.platform.site.clone(), Arc::clone(&self.platform.ids));
        pages::routes::configure(&use_cases, site, ids)
    }

    /// Sends a request through edge, API and pages.
    pub async fn ask(&self, request: TestRequest) -> Answer {
        let app = App::new()
            .into_utoipa_app()
            .configure(self.module.api())
            .into_app()
            .configure(self.pages())
            .app_data(web::Data::new(edge(self.people.clone())))
            .wrap(from_fn(chassis::web::guard));
        let app = test::init_service(app).await;
        let response = match test::try_call_service(&app, request.to_request()).await {
            Ok(response) => response.map_into_boxed_body(),
            Err(error) => panic!("{error}"),
        };
        let text = |value: &actix_web::http::header::HeaderValue| value.to_str().unwrap_or("?").to_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let status = response.status().as_u16();
        let body = response.into_body().try_into_bytes().unwrap_or_else(|_| panic!("the body is a stream"));
        Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// Asks for a page as somebody, with the browser's other cookies.
    pub async fn page(&self, path: &str, token: Option<&str>, cookies: &[(&str, &str)]) -> Answer {
        self.ask(browser(TestRequest::get().uri(path), token, cookies)).await
    }

    /// Sends a form of one of our pages as somebody.
    pub async fn form(
        &self,
        path: &str,
        token: Option<&str>,
        cookies: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Answer {
        let csrf = form_token(token);
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.ask(browser(TestRequest::post().uri(path), token, cookies).set_form(all)).await
    }
}

fn browser(request: TestRequest, token: Option<&str>, cookies: &[(&str, &str)]) -> TestRequest {
    let request = request.cookie(Cookie::new("visitor", VISITOR));
    let signed_in = token.into_iter().map(|token| ("sid", token));
    signed_in
        .chain(cookies.iter().copied())
        .fold(request, |request, (name, value)| request.cookie(Cookie::new(name.to_owned(), value.to_owned())))
}
