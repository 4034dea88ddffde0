//! One purchase is one trace, from the request that places the order to the receipt, in one process and across several; and
//! what goes wrong is found in it. The shop is the real binary, the collector decodes what it sends.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here, and says where")]

#[path = "../support/api_fixtures.rs"]
mod api_fixtures;
#[path = "../security/buy.rs"]
#[expect(dead_code, reason = "these tests need only a part of what all share")]
mod buy;
mod collector;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "these tests need only a part of what all share")]
mod support;
#[path = "../security/wire.rs"]
#[expect(dead_code, reason = "these tests need only a part of what all share")]
mod wire;

use chassis::testing::eventually;
use collector::{Collector, Span};
use serde_json::{Value, json};
use support::EVENTUALLY_TIMEOUT;
use support::process::{ADMIN, Shop, Topology};
use support::visitor::Visitor;

/// What an outsider sends along, whose trace must not be continued.
const FOREIGN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// The spans of one trace.
struct Trace(Vec<Span>);

impl Trace {
    fn named(&self, name: &str) -> Option<&Span> {
        self.0.iter().find(|span| span.name.starts_with(name))
    }

    fn parent(&self, of: &Span) -> &Span {
        let found = self.0.iter().find(|span| span.id == of.parent);
        found.unwrap_or_else(|| panic!("the parent of {} is not in its trace", of.name))
    }

    /// The span of this name, whose parent has that name.
    fn below(&self, name: &str, parent: &str) -> &Span {
        let named = self.0.iter().filter(|span| span.name.starts_with(name));
        let fits = |span: &&Span| self.parent(span).name.starts_with(parent);
        named.into_iter().find(fits).unwrap_or_else(|| panic!("no {name} below {parent}: {:#?}", self.outline()))
    }

    fn outline(&self) -> Vec<String> {
        let parent = |span: &Span| self.0.iter().find(|other| other.id == span.parent).map_or("", |found| &found.name);
        self.0.iter().map(|span| format!("{}: {} < {}", span.service, span.name, parent(span))).collect()
    }
}

/// What must be in the trace of a purchase.
const STATIONS: [&str; 7] = [
    "POST /api/order/v1/orders",
    "send ",
    "process store.order.placed.v1 ",
    "POST the payment provider",
    "process payment_intent.succeeded payment-events",
    "process store.order.paid.v1 ",
    "send mail",
];

/// The trace in which the order was placed, once every station has arrived.
async fn trace_of_purchase(collector: &Collector) -> Trace {
    eventually(EVENTUALLY_TIMEOUT, || async {
        let spans = collector.spans();
        let placed = spans.iter().find(|span| {
            span.name == STATIONS[0]
                && span.attributes.get("http.response.status_code").is_some_and(|code| code == "201")
        })?;
        let trace = placed.trace.clone();
        let trace = Trace(spans.into_iter().filter(|span| span.trace == trace).collect());
        let complete = STATIONS.iter().all(|station| trace.named(station).is_some());
        let whole = trace.0.iter().all(|span| span.parent.is_empty() || trace.0.iter().any(|it| it.id == span.parent));
        (complete && whole).then_some(trace)
    })
    .await
}

async fn shop(topology: Topology, collector: &Collector) -> (Shop, Visitor, Visitor) {
    let settings = [("STORE_DEMO", "off"), ("STORE_OTLP_ENDPOINT", collector.endpoint.as_str())];
    let shop = Shop::open_as(topology, &settings).await;
    let admin = api_fixtures::admin(&shop).await;
    api_fixtures::product(&admin, "KEA-1", "physical", 4_990, Some(10)).await;
    let buyer = api_fixtures::user(&shop, "buyer@post.test", "customer").await;
    (shop, admin, buyer)
}

/// The administrator with a browser.
async fn in_the_back_office(shop: &Shop) -> Visitor {
    let mut staff = Visitor::new(&shop.url(""));
    staff.visit("/login").await;
    staff.submit("/login", &[("email", ADMIN.0), ("password", ADMIN.1)]).await;
    staff
}

/// Orders as a program that sends a `traceparent` of its own, and pays.
async fn buy_one(shop: &Shop, buyer: &Visitor) -> Value {
    let cart = buy::cart(buyer, &[("KEA-1", 1)]).await;
    let body = json!({"cart_id": cart, "delivery_address": api_fixtures::address()});
    let headers = [("Idempotency-Key", "traced"), ("traceparent", FOREIGN)];
    let placed = buyer.api("POST", "/api/order/v1/orders", Some(body), &headers).await;
    assert_eq!(placed.status, 201, "{}", placed.json);
    let order = buy::becomes(buyer, &placed.json, "INITIAL").await;
    assert_eq!(buy::pay(shop, &order, "pm_card_visa").await["status"], "succeeded");
    buy::becomes(buyer, &order, "PAID").await
}

fn is_one_purchase(trace: &Trace) {
    let request = trace.named(STATIONS[0]).unwrap();
    assert_eq!((request.parent.as_str(), request.kind), ("", 2), "nobody outside says where it belongs");
    assert_eq!(request.links, ["4bf92f3577b34da6a3ce929d0e0e4736"]);
    assert_eq!(request.attributes["http.route"], "/api/order/v1/orders");
    let commit = trace.below("write order", STATIONS[0]);
    assert!(commit.attributes["db.operation.batch.size"].parse::<u32>().unwrap() > 0, "{commit:?}");
    assert_eq!(trace.below("send ", "write order").kind, 4);
    let consumer = trace.below("process store.order.placed.v1 ", "write order");
    assert_eq!((consumer.kind, consumer.attributes["store.outcome"].as_str()), (5, "handled"));
    trace.below("write fulfilment", "process store.order.placed.v1 ");
    trace.below("process store.fulfilment.stock_reserved.v1 ", "write fulfilment");
    let call = trace.named("POST the payment provider").unwrap();
    assert_eq!((call.kind, call.attributes["http.response.status_code"].as_str()), (3, "200"));
    assert!(trace.parent(call).name.starts_with("process task."), "{:#?}", trace.outline());
    trace.below("process payment_intent.succeeded", "write order");
    trace.below("process store.order.paid.v1 ", "write order");
    let mail = trace.below("send mail", "process task.");
    assert!(mail.attributes["messaging.message.id"].starts_with("receipt"), "{mail:?}");
    for span in &trace.0 {
        assert!(!format!("{span:?}").contains("buyer@post.test"), "personal data in {span:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purchase_is_one_trace_which_logs_and_the_order_page_name() {
    let collector = Collector::start();
    let (mut shop, _, buyer) = shop(Topology::Monolith, &collector).await;
    let order = buy_one(&shop, &buyer).await;
    let trace = trace_of_purchase(&collector).await;
    is_one_purchase(&trace);
    let commit = trace.below("write order", STATIONS[0]);
    assert!(commit.attributes["store.queue.duration_ms"].parse::<f64>().unwrap() >= 0.0);
    assert_eq!(commit.attributes["db.system.name"], "sqlite");
    assert!(commit.nanoseconds > 0);
    let id = &trace.0[0].trace;
    assert!(shop.log().contains(&format!("trace_id={id}")), "no log line names the trace");
    let mut staff = in_the_back_office(&shop).await;
    let page = staff.visit(&format!("/admin/orders/{}", order["id"].as_str().unwrap())).await;
    assert_eq!(page.text("trace"), *id);
    let late = collector.spans().len();
    staff.visit("/admin").await;
    assert!(shop.close().await);
    let last = collector.spans().split_off(late);
    assert!(last.iter().any(|span| span.name == "GET /admin"), "what waited was sent at the end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purchase_is_one_trace_across_processes() {
    if !Topology::Split.is_possible() {
        return;
    }
    let collector = Collector::start();
    let (shop, _, buyer) = shop(Topology::Split, &collector).await;
    buy_one(&shop, &buyer).await;
    let trace = trace_of_purchase(&collector).await;
    is_one_purchase(&trace);
    let of = |name: &str| trace.named(name).unwrap().service.as_str();
    assert_eq!(of("POST /api/order/v1/orders"), "better-store-order");
    assert_eq!(of("process store.order.placed.v1 "), "better-store-fulfilment");
    assert!(!Visitor::new(&shop.url("")).visit("/").await.has("no-products"));
    let home = eventually(EVENTUALLY_TIMEOUT, || async {
        let spans = collector.spans();
        let trace = spans.iter().find(|span| span.name == "GET /")?.trace.clone();
        let home = Trace(spans.into_iter().filter(|span| span.trace == trace).collect());
        home.named("GET /api/catalogue/v1/featured").is_some().then_some(home)
    });
    let home = home.await;
    let asked = home.below("GET /api/catalogue/v1/featured", "GET catalogue");
    assert_eq!(asked.service, "better-store-catalogue", "a call of our own is continued");
    home.below("GET catalogue", "GET /");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_is_an_event_of_its_span_and_listed_with_its_fingerprint() {
    let collector = Collector::start();
    let (shop, admin, _) = shop(Topology::Monolith, &collector).await;
    let unreadable = json!({"id": "evt_1", "object": "event", "type": "payment_intent.succeeded",
        "data": {"object": {"id": "pi_1", "object": "payment_intent"}}});
    assert_eq!(buy::post_event(&shop, &unreadable.to_string()).await.status, 200);
    let error = eventually(EVENTUALLY_TIMEOUT, || async {
        let errors = admin.get("/api/ops/v1/errors").await;
        errors["items"].as_array().unwrap().iter().find(|error| error["code"] == "unreadable").cloned()
    })
    .await;
    assert_eq!(error["count"], 1, "{error}");
    assert!(!error["text"].as_str().unwrap().contains("evt_1"), "{error}");
    let event = eventually(EVENTUALLY_TIMEOUT, || async {
        let spans = collector.spans();
        let failed =
            spans.into_iter().find(|span| span.attributes.get("store.outcome").is_some_and(|it| it == "dead"))?;
        let (_, exception) = failed.events.iter().find(|(name, _)| name == "exception").cloned()?;
        Some((failed.trace, exception))
    });
    let (trace, exception) = event.await;
    assert_eq!(exception["store.error.fingerprint"], error["fingerprint"].as_str().unwrap());
    assert_eq!(error["trace_id"], trace);
    let mut staff = in_the_back_office(&shop).await;
    let page = staff.visit("/admin/errors").await;
    assert!(page.text("program-error").contains(error["fingerprint"].as_str().unwrap()));
}
