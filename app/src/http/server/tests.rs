//! Several processes of one shop, as far as they need no broker: doors, identities, and pages that join contexts. The
//! test stands in for the gateway.

use std::path::Path;
use std::time::Duration;

use chassis::messaging::each_record;
use chassis::testing::eventually;
use chassis::web::signed::{IDENTITY_HEADER, PrivateKey, Signer};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::*;
use crate::cli::commands::{self, Command};
use crate::cli::output::Output;
use crate::config::parts::{Part, Parts};

const ADMIN: (&str, &str) = ("admin@shop.test", "correct horse battery");
const WEBHOOK_SECRET: &str = "whsec_known_to_tests";
const MOST_CONTEXTS: &str = "catalogue,order,fulfilment,reports";
const TIMEOUT: Duration = Duration::from_secs(30);

/// Settings of one process; all of them know the same keys.
fn settings(folder: &Path, parts: &str) -> Settings {
    // Only fails when another test did it before, which is as good.
    let _done = rustls::crypto::ring::default_provider().install_default();
    let mut settings = Settings::in_folder(&folder.join(parts.replace(',', "-"))).unwrap();
    let key = PrivateKey::parse(&"A".repeat(43)).unwrap();
    settings.process.parts = Parts::parse(parts).unwrap();
    settings.process.identity_public_keys = vec![key.public()];
    settings.process.identity_private_key = Some(key);
    settings.process.csrf_key = Some([7; 32]);
    settings.payments.sandbox_secret_key = Some("sk_sandbox_1".to_owned());
    settings.payments.webhook_secrets = vec![WEBHOOK_SECRET.to_owned()];
    settings.accounts = settings.accounts.with_admin(ADMIN.0, ADMIN.1);
    settings.accounts.demo_password = Some("a demo password".into());
    settings.site.base_url = "http://shop.test".to_owned();
    settings
}

fn url(process: &Running, path: &str) -> String {
    format!("http://{}{path}", process.address)
}

struct Response {
    status: u16,
    location: String,
    body: String,
}

impl Response {
    async fn by(request: reqwest::RequestBuilder) -> Self {
        let answer = request.send().await.unwrap();
        let location = answer.headers().get("location").map(|it| it.to_str().unwrap().to_owned()).unwrap_or_default();
        Self { status: answer.status().as_u16(), location, body: answer.text().await.unwrap() }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

async fn get(process: &Running, path: &str) -> Response {
    Response::by(client().get(url(process, path))).await
}

/// A shop in three processes: most contexts, the customers, and the pages that join them.
struct Town {
    _folder: tempfile::TempDir,
    contexts: Option<Running>,
    customers: Running,
    edge: Running,
    token: String,
}

impl Town {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let contexts = open(settings(folder.path(), MOST_CONTEXTS)).await.unwrap();
        let customers = open(settings(folder.path(), "customer")).await.unwrap();
        let mut at_the_edge = settings(folder.path(), "edge");
        for part in Part::CONTEXTS {
            let process = if part == Part::Customer { &customers } else { &contexts };
            at_the_edge.process.peers.insert(part, url(process, ""));
        }
        let edge = open(at_the_edge).await.unwrap();
        let token = log_in(&customers, ADMIN).await;
        Self { _folder: folder, contexts: Some(contexts), customers, edge, token }
    }

    fn contexts(&self) -> &Running {
        self.contexts.as_ref().unwrap()
    }

    /// What the gateway would pass on: who asks, as the customers' process tells.
    async fn signed(&self, path: &str) -> Option<String> {
        let asked = client().get(url(&self.customers, CustomerModule::IDENTITY)).header("x-original-uri", path);
        let asked = asked.bearer_auth(&self.token).header("cookie", format!("sid={}", self.token));
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), 204);
        answer.headers().get(IDENTITY_HEADER).map(|it| it.to_str().unwrap().to_owned())
    }

    /// A request of the administrator through the gateway.
    async fn admin(&self, method: reqwest::Method, process: &Running, path: &str) -> Response {
        let signed = self.signed(path).await.unwrap();
        Response::by(client().request(method, url(process, path)).header(IDENTITY_HEADER, signed)).await
    }

    async fn admin_gets(&self, process: &Running, path: &str) -> Response {
        self.admin(reqwest::Method::GET, process, path).await
    }

    async fn close(self) {
        for process in [self.contexts, Some(self.customers), Some(self.edge)].into_iter().flatten() {
            process.close().await;
        }
    }
}

async fn log_in(process: &Running, (email, password): (&str, &str)) -> String {
    let body = json!({"email": email, "password": password});
    let told = Response::by(client().post(url(process, "/api/customer/v1/sessions")).json(&body)).await;
    assert_eq!(told.status, 201, "{}", told.body);
    told.json()["token"].as_str().unwrap().to_owned()
}

async fn records_of(shop: &Shop) -> Vec<Value> {
    let mut records = Vec::new();
    each_record(async |to| shop.audit(&to).await, |record| records.push(record)).await.unwrap();
    records
}

fn count(html: &str, what: &str) -> usize {
    html.matches(&format!("data-test=\"{what}\"")).count()
}

#[actix_web::test]
async fn each_process_serves_what_it_holds_and_nothing_else() {
    let town = Town::open().await;
    let table = [
        (town.contexts(), "/products", 200),
        (town.contexts(), "/cart", 200),
        (town.contexts(), "/", 404),
        (town.contexts(), "/login", 404),
        (town.contexts(), "/api/openapi.json", 404),
        (town.contexts(), "/api/ops/v1/counts", 404),
        (town.contexts(), "/api/customer/v1/identity", 404),
        (&town.customers, "/login", 200),
        (&town.customers, "/products", 404),
        (&town.edge, "/", 200),
        (&town.edge, "/about", 200),
        (&town.edge, "/robots.txt", 200),
        (&town.edge, "/sitemap.xml", 200),
        (&town.edge, "/products", 404),
        (&town.edge, "/api/reports/v1/ops/counts", 404),
    ];
    for (process, path, status) in table {
        let told = get(process, path).await;
        assert_eq!(told.status, status, "{path} of {}", process.shop.settings.process.parts);
    }
    for process in [town.contexts(), &town.customers, &town.edge] {
        for path in ["/health/live", "/health/ready", "/assets/shop.css"] {
            assert_eq!(get(process, path).await.status, 200, "{path} of {}", process.shop.settings.process.parts);
        }
    }
    let described = get(&town.edge, "/api/openapi.json").await.json();
    assert!(described["paths"]["/api/order/v1/orders"].is_object(), "the API of all contexts is described");
    town.close().await;
}

#[actix_web::test]
async fn the_home_page_shows_what_another_process_sells() {
    let town = Town::open().await;
    let home = get(&town.edge, "/").await.body;
    assert_eq!((count(&home, "featured"), count(&home, "no-products")), (8, 0), "{home}");
    assert!(count(&home, "shelf") > 3 && home.contains("/media/") && home.contains('$'), "{home}");
    let map = get(&town.edge, "/sitemap.xml").await.body;
    assert!(map.contains("http://shop.test/products/") && map.contains("/products?category="), "{map}");
    town.close().await;
}

#[actix_web::test]
async fn who_somebody_is_crosses_processes_only_when_it_is_signed() {
    let town = Town::open().await;
    let orders = "/api/order/v1/orders";
    assert_eq!(town.admin_gets(town.contexts(), orders).await.status, 200);
    let by_token = Response::by(client().get(url(town.contexts(), orders)).bearer_auth(&town.token)).await;
    assert_eq!(by_token.status, 401, "a context looks at no token");
    let forged = PrivateKey::generate(&chassis::SystemIds).unwrap();
    let forged = Signer::new(&forged, Arc::clone(&town.edge.shop.clock));
    let somebody = chassis::web::testing::somebody(1, shared_kernel::Role::Admin);
    let forged = forged.sign(&somebody, chassis::web::signed::CredentialKind::Bearer).unwrap();
    let told = Response::by(client().get(url(town.contexts(), orders)).header(IDENTITY_HEADER, forged)).await;
    assert!(told.status == 401 && told.json()["type"].as_str().unwrap().ends_with("invalid-identity"), "{}", told.body);
    let by_cookie = town.signed("/orders").await.unwrap();
    let told = Response::by(client().get(url(town.contexts(), orders)).header(IDENTITY_HEADER, by_cookie)).await;
    assert_eq!(told.status, 401, "a cookie does not count on the API");
    let own = Response::by(client().get(url(&town.customers, "/api/customer/v1/me")).bearer_auth(&town.token)).await;
    assert_eq!(own.status, 200, "the customers' process knows its tokens");
    town.close().await;
}

#[actix_web::test]
async fn the_back_office_joins_the_contexts_of_all_processes() {
    let town = Town::open().await;
    let page = town.admin_gets(&town.edge, "/admin").await;
    assert_eq!((page.status, count(&page.body, "context"), count(&page.body, "unreachable")), (200, 5, 0));
    assert_eq!(count(&page.body, "figure"), 3, "{}", page.body);
    let counts = town.admin_gets(&town.edge, "/api/ops/v1/counts").await.json();
    let names: Vec<&str> =
        counts["items"].as_array().unwrap().iter().map(|it| it["context"].as_str().unwrap()).collect();
    assert_eq!(names, ["catalogue", "order", "fulfilment", "reports", "customer"]);
    assert_eq!(get(&town.edge, "/admin").await.location, "/login?next=%2Fadmin");
    assert_eq!(get(&town.edge, "/api/ops/v1/counts").await.status, 401);
    town.close().await;
}

#[actix_web::test]
async fn the_topology_joins_what_the_contexts_of_all_processes_state_and_hear() {
    let town = Town::open().await;
    post_nonsense(town.contexts()).await;
    let topology = eventually(TIMEOUT, || async {
        let topology = town.admin_gets(&town.edge, "/api/ops/v1/topology").await.json();
        let consumers = topology["consumers"].as_array().unwrap().clone();
        let payments = consumers.iter().find(|it| it["name"] == "order/payment-events")?.clone();
        (payments["dead"] == 1).then_some(topology)
    });
    let topology = topology.await;
    let events = topology["events"].as_array().unwrap();
    let event = |name: &str| events.iter().find(|it| it["type"] == name).unwrap();
    let placed = event("store.order.placed.v1");
    assert_eq!((&placed["context"], &placed["stated_by"]), (&json!("order"), &json!(["place_order"])));
    assert!(placed["heard_by"].as_array().unwrap().contains(&json!("fulfilment/follow-orders")), "{placed}");
    let erased = event("store.customer.erased.v1");
    assert!(erased["heard_by"].as_array().unwrap().contains(&json!("order/follow-customers")), "{erased}");
    let products = event("store.catalogue.product_changed.v1");
    assert!(products["stated"].as_u64() > Some(10) && products["per_minute"].as_f64() > Some(1.0), "{products}");
    assert_eq!((topology["window_seconds"].as_u64(), &topology["unreachable"]), (Some(300), &json!([])));
    let page = town.admin_gets(&town.edge, "/admin/topology").await;
    assert_eq!((page.status, count(&page.body, "event")), (200, events.len()), "{}", page.body);
    let own = town.admin_gets(town.contexts(), "/api/reports/v1/ops/topology").await.json();
    assert_eq!((&own["events"], own["consumers"].as_array().unwrap().is_empty()), (&json!([]), false), "{own}");
    let described = get(&town.edge, "/api/asyncapi.json").await.json();
    assert_eq!(described["channels"].as_object().unwrap().len(), events.len(), "every event is described");
    town.close().await;
}

/// Posts a signed payment event that cannot be understood, so that it becomes a dead letter.
async fn post_nonsense(process: &Running) {
    let body = json!({"id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "data": {"object": {}}})
        .to_string();
    let time = process.shop.clock.now().micros() / 1_000_000;
    let mut mac = Hmac::<Sha256>::new_from_slice(WEBHOOK_SECRET.as_bytes()).unwrap();
    mac.update(format!("{time}.{body}").as_bytes());
    let signed = mac.finalize().into_bytes();
    let hex = signed.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let request = client().post(url(process, "/api/order/v1/payment-events")).body(body);
    let told = Response::by(request.header("stripe-signature", format!("t={time},v1={hex}"))).await;
    assert_eq!(told.status, 200, "{}", told.body);
}

#[actix_web::test]
async fn an_operator_decides_about_dead_letters_of_another_process() {
    let town = Town::open().await;
    post_nonsense(town.contexts()).await;
    let letter = eventually(TIMEOUT, || async {
        let list = town.admin_gets(&town.edge, "/api/ops/v1/dead-letters").await.json();
        list["items"].as_array().unwrap().first().cloned()
    });
    let letter = letter.await;
    assert_eq!((letter["context"].as_str(), letter["subject"].is_string()), (Some("order"), true), "{letter}");
    let shown = town.admin_gets(&town.edge, "/admin/errors").await.body;
    assert_eq!(count(&shown, "dead-letter"), 1, "{shown}");
    let path = format!("/api/ops/v1/dead-letters/{}/discard", letter["id"].as_str().unwrap());
    assert_eq!(town.admin(reqwest::Method::POST, &town.edge, &path).await.status, 204);
    assert_eq!(town.admin(reqwest::Method::POST, &town.edge, &path).await.status, 404, "it is gone");
    let elsewhere = "/api/ops/v1/dead-letters/c2hvZXMvYS9i/retry"; // shoes/a/b
    assert_eq!(town.admin(reqwest::Method::POST, &town.edge, elsewhere).await.status, 404);
    town.close().await;
}

#[actix_web::test]
async fn a_read_model_of_another_process_is_rebuilt() {
    let town = Town::open().await;
    let known = town.admin_gets(&town.edge, "/api/ops/v1/replays").await.json();
    assert!(known["items"].as_array().unwrap().contains(&json!("reports/record-sales")), "{known}");
    let start = async |consumer: &str| {
        let signed = town.signed("/api/ops/v1/replays").await.unwrap();
        let request = client().post(url(&town.edge, "/api/ops/v1/replays")).header(IDENTITY_HEADER, signed);
        Response::by(request.json(&json!({ "consumer": consumer }))).await.status
    };
    assert_eq!(start("reports/record-sales").await, 202);
    assert_eq!(start("reports/nothing").await, 404);
    assert_eq!(start("shoes/record-sales").await, 404);
    assert_eq!(start("fulfilment/follow-orders").await, 409);
    let own = "/api/reports/v1/ops/replays";
    let told = town.admin_gets(town.contexts(), own).await.json();
    assert!(told["items"].as_array().unwrap().iter().all(|it| it.as_str().unwrap().starts_with("reports/")), "{told}");
    town.close().await;
}

#[actix_web::test]
async fn what_does_not_answer_is_said_and_the_rest_is_shown() {
    let mut town = Town::open().await;
    town.contexts.take().unwrap().close().await;
    let home = get(&town.edge, "/").await;
    assert_eq!((home.status, count(&home.body, "no-products"), count(&home.body, "featured")), (200, 1, 0));
    let page = town.admin_gets(&town.edge, "/admin").await;
    assert_eq!((page.status, count(&page.body, "unreachable"), count(&page.body, "context")), (200, 4, 1));
    let errors = town.admin_gets(&town.edge, "/admin/errors").await;
    assert_eq!((errors.status, count(&errors.body, "unreachable"), count(&errors.body, "no-errors")), (200, 1, 0));
    assert!(errors.body.contains("catalogue, order, fulfilment, reports do not answer"), "{}", errors.body);
    let topology = town.admin_gets(&town.edge, "/admin/topology").await;
    assert_eq!((topology.status, count(&topology.body, "unreachable"), count(&topology.body, "event")), (200, 1, 4));
    let letters = town.admin_gets(&town.edge, "/api/ops/v1/dead-letters").await.json();
    assert_eq!(letters["unreachable"], json!(["catalogue", "order", "fulfilment", "reports"]));
    let path = "/api/ops/v1/dead-letters/b3JkZXIvcGF5bWVudC1ldmVudHMvZXZ0XzE/retry"; // order/payment-events/evt_1
    assert_eq!(town.admin(reqwest::Method::POST, &town.edge, path).await.status, 503);
    assert_eq!(get(&town.edge, "/sitemap.xml").await.status, 503, "an empty map would make search engines forget us");
    assert_eq!(get(&town.edge, "/health/ready").await.status, 200);
    town.close().await;
}

#[actix_web::test]
async fn products_can_be_looked_at_while_everything_else_is_down() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = open(settings(folder.path(), "catalogue")).await.unwrap();
    for path in ["/products", "/products?q=kea", "/api/catalogue/v1/products", "/api/catalogue/v1/featured"] {
        assert_eq!(get(&catalogue, path).await.status, 200, "{path}");
    }
    catalogue.close().await;
}

#[actix_web::test]
async fn a_command_acts_on_what_its_process_holds() {
    let folder = tempfile::tempdir().unwrap();
    let mut quiet = settings(folder.path(), "catalogue");
    quiet.accounts.demo = false;
    let shop = Shop::open(quiet).await.unwrap();
    let out = Output::stdout();
    let (email, role, password) = ("a@b.test".into(), "admin".into(), "correct horse".into());
    let user = Command::User { email, role, password, name: None, reset_password: false };
    for (command, context) in [(Command::Reconcile, "order"), (user, "customer")] {
        let refused = commands::run(&shop, command, &out).await.unwrap_err().to_string();
        assert!(refused.contains(&format!("{context} is not in this process")), "{refused}");
    }
    let csv = folder.path().join("products.csv");
    std::fs::write(&csv, "handle,title,sku,price\nkea,Kea,KEA,1\n").unwrap();
    let what = commands::ImportWhat::Products { dry_run: false, skip_invalid: false, number_repeated_skus: false };
    commands::run(&shop, Command::Import { what, file: csv }, &out).await.unwrap();
    let records = records_of(&shop).await;
    assert!(records.iter().any(|record| record["kind"] == "product"), "{records:?}");
    assert!(records.iter().all(|record| record["context"] == "catalogue"), "{records:?}");
    shop.close().await;
}

#[actix_web::test]
async fn a_purchase_is_paid_at_a_sandbox_in_another_process() {
    let folder = tempfile::tempdir().unwrap();
    let (shop_at, sandbox_at) = (chassis::testing::free_port(), chassis::testing::free_port());
    let mut selling = settings(folder.path(), "catalogue,order,fulfilment,reports,customer,edge");
    selling.process.listen = format!("127.0.0.1:{shop_at}");
    selling.process.peers.insert(Part::Sandbox, format!("http://127.0.0.1:{sandbox_at}"));
    let mut playing = settings(folder.path(), "sandbox");
    playing.process.listen = format!("127.0.0.1:{sandbox_at}");
    playing.process.peers.insert(Part::Order, format!("http://127.0.0.1:{shop_at}"));
    let (shop, sandbox) = (open(selling).await.unwrap(), open(playing).await.unwrap());

    let token = log_in(&shop, ("customer@example.org", "a demo password")).await;
    let call = async |method: reqwest::Method, path: &str, body: Option<Value>| {
        let request = client().request(method, url(&shop, path)).bearer_auth(&token).header("idempotency-key", "once");
        Response::by(body.into_iter().fold(request, |request, body| request.json(&body))).await
    };
    let cart = call(reqwest::Method::POST, "/api/order/v1/carts", Some(json!({}))).await.json();
    let item = format!("/api/order/v1/carts/{}/items/BK-RAIN-EB", cart["id"].as_str().unwrap());
    eventually(TIMEOUT, || async {
        let put = call(reqwest::Method::PUT, &item, Some(json!({"quantity": 1}))).await;
        (put.status == 200).then_some(())
    })
    .await;
    let placed = call(reqwest::Method::POST, "/api/order/v1/orders", Some(json!({"cart_id": cart["id"]}))).await;
    assert_eq!(placed.status, 201, "{}", placed.body);
    let (order, payment) = (placed.json()["id"].clone(), placed.json()["payment"].clone());
    let confirm = format!("/sandbox/v1/payment_intents/{}/confirm", payment["intent_id"].as_str().unwrap());
    let form = [("payment_method", "pm_card_visa"), ("client_secret", payment["client_secret"].as_str().unwrap())];
    let confirmed = Response::by(client().post(url(&sandbox, &confirm)).form(&form)).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.body);
    let path = format!("/api/order/v1/orders/{}", order.as_str().unwrap());
    let paid = eventually(TIMEOUT, || async {
        let order = call(reqwest::Method::GET, &path, None).await.json();
        ["PAID", "COMPLETED"].contains(&order["status"].as_str().unwrap()).then_some(order)
    });
    assert_eq!(paid.await["payment"]["status"], "paid");
    assert_eq!(get(&shop, "/pay/x").await.status, 404, "the card page is the sandbox's");
    shop.close().await;
    sandbox.close().await;
}

#[actix_web::test]
async fn two_processes_that_start_at_once_on_one_server_furnish_it_once() {
    let Some(cluster) = chassis::testing::Cluster::start(false) else { return };
    let folder = tempfile::tempdir().unwrap();
    let on_server = |name: &str| {
        let mut settings = settings(&folder.path().join(name), "catalogue,fulfilment,customer");
        settings.databases = crate::config::settings::Databases::on_one_server(&cluster.url("postgres")).unwrap();
        settings
    };
    let (one, other) = futures_util::join!(Shop::open(on_server("one")), Shop::open(on_server("other")));
    let (one, other) = (one.unwrap(), other.unwrap());
    let (first, second) = futures_util::join!(demo::seed_demo(&one), demo::seed_demo(&other));
    first.and(second).unwrap();
    let records = records_of(&one).await;
    let facts = records
        .iter()
        .filter(|record| record["kind"] == "outbox" && record["type"] == "store.catalogue.stock_counted.v1");
    let products = records.iter().filter(|record| record["kind"] == "product");
    let (facts, products) = (facts.count(), products.count());
    assert!(products > 10 && facts > 0, "{products} products, {facts} counts");
    demo::seed_demo(&other).await.unwrap();
    let again = records_of(&other).await;
    assert_eq!(again.len(), records.len(), "nothing comes a second time");
    let (here, there) = futures_util::join!(one.close(), other.close());
    assert_eq!((here, there), ((), ()));
}
