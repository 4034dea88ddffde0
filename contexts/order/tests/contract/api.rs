//! The JSON API: `contract/openapi.json` is what the code says, and every answer here is what it promises.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

use std::time::Duration;

use actix_web::App;
use actix_web::http::Method;
use actix_web::test::TestRequest;
use chassis::ContextModule as _;
use chassis::web::openapi::{About, describe};
use chassis::web::testing::promised as response_of;
use order::adapters::stripe::webhook_signature::signed_header;
use order::domain::Kind;
use serde_json::{Value, json};
use shared_kernel::{Clock, OrderId};
use utoipa_actix_web::AppExt;

use crate::http::{AROHA, Answer, STAFF, UNVERIFIED, WIREMU};
use crate::shop::{GUIDE, MUG, NOTEBOOK, TestShop, WEBHOOK_SECRET};
use crate::storage::Storage;

const BASE: &str = "/api/order/v1";
const PROMISED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/contract/openapi.json");

/// What the file promises.
fn promised() -> Value {
    serde_json::from_str(&std::fs::read_to_string(PROMISED).unwrap()).unwrap()
}

/// What the code says.
fn openapi(shop: &TestShop) -> Value {
    let (_, api) = App::new().into_utoipa_app().configure(|config| shop.module.register_api(config)).split_for_parts();
    describe(About { tag: "order", text: "Carts, orders, payments and refunds" }, &api).unwrap()
}

#[actix_web::test]
async fn the_api_is_the_one_that_we_promised() {
    let now = openapi(&TestShop::open(Storage::Sqlite).await);
    if std::env::var_os("UPDATE_CONTRACTS").is_some() {
        std::fs::write(PROMISED, format!("{}\n", serde_json::to_string_pretty(&now).unwrap())).unwrap();
    }
    assert!(
        promised() == now,
        "{PROMISED} is not what the code says; run with UPDATE_CONTRACTS=1 and look at the difference"
    );
}

/// Calls the API, and holds every answer against the promise.
struct Client<'a> {
    shop: &'a TestShop,
    token: Option<&'a str>,
    promised: Value,
}

impl<'a> Client<'a> {
    fn of(shop: &'a TestShop, token: Option<&'a str>) -> Self {
        Self { shop, token, promised: promised() }
    }

    async fn call(&self, method: Method, path: &str, key: Option<&str>, body: Option<Value>) -> Answer {
        let mut request = TestRequest::default().method(method.clone()).uri(&format!("{BASE}{path}"));
        if let Some(token) = self.token {
            request = request.insert_header(("authorization", format!("Bearer {token}")));
        }
        if let Some(key) = key {
            request = request.insert_header(("idempotency-key", key));
        }
        let request = match body {
            Some(body) => request.set_json(body),
            None => request,
        };
        let answer = self.shop.ask(request).await;
        self.holds(&method, path, &answer);
        answer
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None, None).await
    }

    async fn post(&self, path: &str, key: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(key), Some(body)).await
    }

    async fn put_item(&self, cart: &str, sku: &str, quantity: Value) -> Answer {
        let path = format!("/carts/{cart}/items/{}", sku.replace('/', "%2F"));
        self.call(Method::PUT, &path, None, Some(json!({ "quantity": quantity }))).await
    }

    /// A cart with these things in it.
    async fn cart(&self, lines: &[(&str, i64)]) -> String {
        let cart = self.call(Method::POST, "/carts", None, Some(json!({}))).await;
        assert_eq!(cart.status, 201, "{cart:?}");
        let id = cart.json()["id"].as_str().unwrap().to_owned();
        for (sku, quantity) in lines {
            assert_eq!(self.put_item(&id, sku, json!(quantity)).await.status, 200);
        }
        id
    }

    /// An order of these things.
    async fn order(&self, lines: &[(&str, i64)]) -> OrderId {
        let cart = self.cart(lines).await;
        let body = json!({"cart_id": cart, "delivery_address": home()});
        let placed = self.post("/orders", &format!("key-{cart}"), body).await;
        assert_eq!(placed.status, 202, "{placed:?}");
        id_of(&placed)
    }

    /// A paid order of these things.
    async fn paid(&self, lines: &[(&str, i64)]) -> OrderId {
        let order = self.order(lines).await;
        self.shop.paid(order).await;
        order
    }

    /// Fails unless the promise names this answer and its body fits the schema that is promised.
    fn holds(&self, method: &Method, path: &str, answer: &Answer) {
        if answer.status == 304 {
            return;
        }
        let path = format!("{BASE}{}", path.split('?').next().unwrap());
        let fits = |template: &str| {
            let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
            template.len() == path.len() && template.iter().zip(&path).all(|(t, p)| t == p || t.starts_with('{'))
        };
        let paths = self.promised["paths"].as_object().unwrap();
        let (_, operations) = paths.iter().find(|(template, _)| fits(template)).unwrap();
        let operation = &operations[method.as_str().to_lowercase()];
        let response = response_of(&self.promised, operation, answer.status);
        assert!(response.is_object(), "{method} {path} never promised {answer:?}");
        let content = response["content"].as_object().unwrap();
        let kind = answer.header("content-type");
        let schema = &content.get(kind).unwrap_or_else(|| panic!("{kind} is not promised"))["schema"];
        let mut whole = schema.as_object().unwrap().clone();
        whole.insert("components".into(), self.promised["components"].clone());
        let validator = jsonschema::validator_for(&Value::Object(whole)).unwrap();
        let errors: Vec<String> = validator.iter_errors(&answer.json()).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}\n{:#}", answer.json());
    }
}

fn home() -> Value {
    json!({"name": "Aroha Ngata", "line1": "12 Kauri Lane", "city": "Nelson", "postcode": "7010", "country": "NZ"})
}

fn id_of(answer: &Answer) -> OrderId {
    OrderId::parse(answer.json()["id"].as_str().unwrap()).unwrap()
}

fn nzd(amount: i64) -> Value {
    json!({"amount": amount, "currency": "NZD"})
}

async fn a_guests_cart_is_filled_changed_and_emptied(on: Storage) {
    let shop = TestShop::open(on).await;
    let guest = Client::of(&shop, None);
    let id = guest.cart(&[(NOTEBOOK, 1), (GUIDE, 2)]).await;
    let cart = guest.get(&format!("/carts/{id}")).await.json();
    assert_eq!(cart["lines"][1]["title"], "Tui Field Guide");
    assert_eq!((&cart["lines"][1]["unit_price"], &cart["lines"][1]["line_total"]), (&nzd(1_150), &nzd(2_300)));
    assert_eq!(cart["totals"], json!({"net": nzd(102_000), "tax": nzd(15_300), "gross": nzd(117_300)}));
    assert_eq!(cart["order_totals"]["gross"], nzd(117_990));
    assert_eq!(guest.put_item(&id, GUIDE, json!(0)).await.json()["lines"].as_array().unwrap().len(), 1);
    let emptied = guest.call(Method::DELETE, &format!("/carts/{id}/items/{NOTEBOOK}"), None, None).await;
    assert_eq!(emptied.json()["totals"]["gross"], nzd(0));
}

async fn a_code_with_a_slash_names_its_thing(on: Storage) {
    let shop = TestShop::open(on).await;
    let guest = Client::of(&shop, None);
    let id = guest.cart(&[(MUG, 3)]).await;
    assert_eq!(guest.get(&format!("/carts/{id}")).await.json()["lines"][0]["sku"], MUG);
}

async fn what_is_no_quantity_is_refused_by_name_and_changes_nothing(on: Storage) {
    let shop = TestShop::open(on).await;
    let guest = Client::of(&shop, None);
    let id = guest.cart(&[(NOTEBOOK, 1)]).await;
    for wrong in [
        json!(-1),
        json!(100),
        json!(1.5),
        json!("1"),
        json!("1e3"),
        json!(null),
        json!([1]),
        json!(true),
        json!(9_223_372_036_854_775_807_i64),
        json!(1e300),
        json!({"n": 1}),
    ] {
        let refused = guest.put_item(&id, NOTEBOOK, wrong.clone()).await;
        assert_eq!(refused.problem(), (422, "invalid-quantity".into()), "{wrong}");
    }
    assert_eq!(guest.get(&format!("/carts/{id}")).await.json()["lines"][0]["quantity"], 1);
}

async fn wrong_bodies_and_names_are_refused_by_name(on: Storage) {
    let shop = TestShop::open(on).await;
    let guest = Client::of(&shop, None);
    let id = guest.cart(&[]).await;
    assert_eq!(guest.put_item(&id, "NO-SUCH", json!(1)).await.problem(), (404, "unknown-sku".into()));
    let path = format!("/carts/{id}/items/{NOTEBOOK}");
    let extra = guest.call(Method::PUT, &path, None, Some(json!({"quantity": 1, "price": 1}))).await;
    assert_eq!(extra.problem(), (422, "invalid-body".into()));
    let raw = |body: &str| {
        TestRequest::put()
            .uri(&format!("{BASE}{path}"))
            .insert_header(("content-type", "application/json"))
            .set_payload(body.to_owned())
    };
    assert_eq!(shop.ask(raw("{\"quantity\": 1")).await.problem(), (400, "malformed-json".into()));
    let unknown = guest.call(Method::POST, "/carts", None, Some(json!({"owner": "me"}))).await;
    assert_eq!(unknown.problem(), (422, "invalid-body".into()));
    for nobody in ["0".repeat(32), "not-a-cart".into(), "0".repeat(31)] {
        assert_eq!(guest.get(&format!("/carts/{nobody}")).await.problem().0, 404);
        assert_eq!(guest.put_item(&nobody, NOTEBOOK, json!(1)).await.problem().0, 404);
    }
}

async fn a_customers_cart_does_not_exist_for_anybody_else(on: Storage) {
    let shop = TestShop::open(on).await;
    let (guest, aroha) = (Client::of(&shop, None), Client::of(&shop, Some(AROHA)));
    let own = aroha.cart(&[(NOTEBOOK, 1)]).await;
    let claimed = guest.cart(&[(GUIDE, 1)]).await;
    assert_eq!(aroha.put_item(&claimed, GUIDE, json!(2)).await.status, 200);
    for id in [own, claimed] {
        for outsider in [Client::of(&shop, None), Client::of(&shop, Some(WIREMU)), Client::of(&shop, Some(STAFF))] {
            assert_eq!(outsider.get(&format!("/carts/{id}")).await.problem(), (404, "not-found".into()));
            assert_eq!(outsider.put_item(&id, GUIDE, json!(9)).await.problem(), (404, "not-found".into()));
            let delete = outsider.call(Method::DELETE, &format!("/carts/{id}/items/{GUIDE}"), None, None).await;
            assert_eq!(delete.problem().0, 404);
        }
        assert_eq!(aroha.get(&format!("/carts/{id}")).await.status, 200);
    }
}

async fn an_order_waits_for_stock_and_is_then_ready_to_be_paid(on: Storage) {
    let shop = TestShop::patient(on, Duration::from_secs(20)).await;
    let aroha = Client::of(&shop, Some(AROHA));
    let cart = aroha.cart(&[(NOTEBOOK, 2), (GUIDE, 1)]).await;
    let body = json!({"cart_id": cart, "delivery_address": home(), "shipping_method": "standard",
                      "expected_total": nzd(231_840)});
    let fulfilment = async {
        let orders = &shop.use_cases().list_orders;
        let query = order::application::ListOrdersQuery::default;
        let order = chassis::testing::eventually(Duration::from_secs(10), || async {
            orders.of_everybody(query()).await.unwrap().items.first().map(order::domain::Order::id)
        });
        shop.reserves(order.await).await;
    };
    let (placed, ()) = tokio::join!(aroha.post("/orders", "k-1", body), fulfilment);
    assert_eq!(placed.status, 201, "{placed:?}");
    let order = placed.json();
    let id = id_of(&placed);
    assert_eq!(placed.header("location"), format!("{BASE}/orders/{id}"));
    assert_eq!((&order["status"], &order["needs_attention"]), (&json!("INITIAL"), &Value::Null));
    let totals = json!({"net": nzd(201_600), "tax": nzd(30_240), "shipping": nzd(690), "gross": nzd(231_840)});
    assert_eq!(order["totals"], totals);
    assert_eq!(order["delivery_address"], home());
    let pay = format!("http://shop.test/orders/{id}/pay");
    let intent = shop.intent(id).await;
    let payment = json!({"status": "requires_payment", "intent_id": intent.as_str(), "hosted_url": pay,
                         "client_secret": format!("{intent}_secret")});
    assert_eq!(order["payment"], payment);
    assert_eq!(order["_links"]["pay"]["href"], pay);
    assert_eq!(order["_links"].get("cancel"), None);
    assert_eq!(order["history"][0]["what"], "placed");
    let kept = aroha.get(&format!("/carts/{cart}")).await.json();
    assert_eq!(kept["lines"].as_array().unwrap().len(), 2, "the cart stays until the order is paid");
}

async fn an_order_without_an_answer_about_stock_is_accepted_and_one_without_stock_refused(on: Storage) {
    let shop = TestShop::open(on).await;
    let aroha = Client::of(&shop, Some(AROHA));
    let cart = aroha.cart(&[(NOTEBOOK, 1)]).await;
    let body = json!({"cart_id": cart, "delivery_address": home()});
    let placed = aroha.post("/orders", "k-1", body.clone()).await;
    assert_eq!((placed.status, &placed.json()["status"]), (202, &json!("AWAITING_STOCK")));
    assert_eq!(placed.json()["payment"]["status"], "not_ready");
    shop.lacks(id_of(&placed), NOTEBOOK).await;
    let repeated = aroha.post("/orders", "k-1", body).await;
    assert_eq!(repeated.problem(), (409, "out-of-stock".into()));
    assert_eq!(repeated.json()["skus"], json!([NOTEBOOK]));
}

async fn a_wish_repeated_is_one_order_and_a_key_serves_one_wish(on: Storage) {
    let shop = TestShop::open(on).await;
    let aroha = Client::of(&shop, Some(AROHA));
    let cart = aroha.cart(&[(GUIDE, 1)]).await;
    let body = json!({"cart_id": cart});
    let first = aroha.post("/orders", "k-1", body.clone()).await;
    shop.reserves(id_of(&first)).await;
    let again = aroha.post("/orders", "k-1", body.clone()).await;
    assert_eq!((again.status, id_of(&again)), (201, id_of(&first)));
    let other = json!({"cart_id": cart, "expected_total": nzd(1_150)});
    assert_eq!(aroha.post("/orders", "k-1", other).await.problem(), (422, "idempotency-key-reused".into()));
    let same = aroha.post("/orders", "k-2", body.clone()).await;
    assert_eq!((same.status, id_of(&same)), (200, id_of(&first)), "the cart's open order is that order");
    let missing = aroha.call(Method::POST, "/orders", None, Some(body)).await;
    assert_eq!(missing.problem(), (400, "idempotency-key-required".into()));
}

async fn what_cannot_be_ordered_is_refused_by_name(on: Storage) {
    let shop = TestShop::open(on).await;
    let aroha = Client::of(&shop, Some(AROHA));
    let place = |cart: &str, more: Value| {
        let mut body = json!({"cart_id": cart});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let cart = aroha.cart(&[(NOTEBOOK, 1)]).await;
    let refused = async |body: Value| aroha.post("/orders", "k", body).await.problem();
    let empty = aroha.cart(&[]).await;
    assert_eq!(refused(place(&empty, json!({}))).await, (422, "cart-empty".into()));
    assert_eq!(refused(place("nonsense", json!({}))).await, (404, "not-found".into()));
    assert_eq!(refused(place(&cart, json!({}))).await, (422, "address-required".into()));
    assert_eq!(refused(place(&cart, json!({"coupon": "x"}))).await, (422, "invalid-body".into()));
    assert_eq!(refused(place(&cart, json!({"shipping_method": "owl"}))).await, (422, "unknown-shipping-method".into()));
    let mut nowhere = home();
    nowhere["country"] = json!("Atlantis");
    assert_eq!(refused(place(&cart, json!({"delivery_address": nowhere}))).await, (422, "invalid-address".into()));
    let cheap = json!({"delivery_address": home(), "expected_total": nzd(1)});
    let changed = aroha.post("/orders", "k", place(&cart, cheap)).await;
    assert_eq!(changed.problem(), (409, "price-changed".into()));
    assert_eq!(changed.json()["cart"]["order_totals"]["gross"], nzd(115_690));
    shop.sells("YACHT", "Yacht", Kind::Digital, 99_999_999).await;
    let wiremu = Client::of(&shop, Some(WIREMU));
    let yacht = wiremu.cart(&[("YACHT", 1)]).await;
    let fleet = aroha.cart(&[("YACHT", 2)]).await;
    assert_eq!(refused(place(&fleet, json!({}))).await, (422, "order-too-large".into()));
    assert!(wiremu.post("/orders", "k", place(&yacht, json!({}))).await.status < 300, "eight digits can be paid");
    shop.withdraws(NOTEBOOK).await;
    let gone = aroha.post("/orders", "k", place(&cart, json!({"delivery_address": home()}))).await;
    assert_eq!((gone.problem(), gone.json()["skus"].clone()), ((409, "not-for-sale".into()), json!([NOTEBOOK])));
    assert_eq!(aroha.get("/orders").await.json()["items"], json!([]), "nothing was placed");
}

async fn no_customer_has_more_unpaid_orders_than_allowed(on: Storage) {
    let shop = TestShop::open(on).await;
    let aroha = Client::of(&shop, Some(AROHA));
    let order = async |key: &str| {
        let cart = aroha.cart(&[(GUIDE, 1)]).await;
        aroha.post("/orders", key, json!({"cart_id": cart})).await
    };
    for number in 0..10 {
        let placed = order(&format!("k{number}")).await;
        assert!(placed.status < 300, "{placed:?}");
    }
    assert_eq!(order("k10").await.problem(), (409, "too-many-open-orders".into()));
    let orders = aroha.get("/orders").await.json()["items"].as_array().unwrap().len();
    assert_eq!(orders, 10, "nothing was placed");
}

async fn only_a_verified_customer_may_order_and_only_from_their_own_cart(on: Storage) {
    let shop = TestShop::open(on).await;
    let (guest, new) = (Client::of(&shop, None), Client::of(&shop, Some(UNVERIFIED)));
    let cart = guest.cart(&[(GUIDE, 1)]).await;
    let body = json!({"cart_id": cart});
    assert_eq!(guest.post("/orders", "k", body.clone()).await.problem(), (401, "unauthorized".into()));
    assert_eq!(new.post("/orders", "k", body).await.problem(), (403, "email-not-verified".into()));
    let foreign = Client::of(&shop, Some(WIREMU)).cart(&[(GUIDE, 1)]).await;
    let stolen = Client::of(&shop, Some(AROHA)).post("/orders", "k", json!({"cart_id": foreign})).await;
    assert_eq!(stolen.problem(), (404, "not-found".into()));
}

async fn what_was_agreed_stays_agreed_when_prices_move(on: Storage) {
    let shop = TestShop::open(on).await;
    let aroha = Client::of(&shop, Some(AROHA));
    let order = aroha.order(&[(GUIDE, 1)]).await;
    shop.sells(GUIDE, "Tui Field Guide, second edition", Kind::Digital, 9_900).await;
    let seen = aroha.get(&format!("/orders/{order}")).await.json();
    assert_eq!((&seen["lines"][0]["title"], &seen["totals"]["gross"]), (&json!("Tui Field Guide"), &nzd(1_150)));
    assert_eq!(seen["delivery_address"], Value::Null, "nothing is shipped, so no address is kept");
}

async fn the_providers_word_makes_the_order_paid_and_takes_its_lines_out_of_the_cart(on: Storage) {
    let shop = TestShop::open(on).await;
    let aroha = Client::of(&shop, Some(AROHA));
    let cart = aroha.cart(&[(NOTEBOOK, 1)]).await;
    let body = json!({"cart_id": cart, "delivery_address": home()});
    let order = id_of(&aroha.post("/orders", "k", body).await);
    shop.paid(order).await;
    let seen = aroha.get(&format!("/orders/{order}")).await.json();
    assert_eq!((&seen["status"], &seen["payment"]["status"]), (&json!("PAID"), &json!("paid")));
    assert_eq!(seen["payment"]["client_secret"], Value::Null);
    assert_eq!(seen["_links"]["cancel"]["href"], format!("{BASE}/orders/{order}/cancel"));
    assert_eq!(aroha.get(&format!("/carts/{cart}")).await.json()["lines"], json!([]));
    let mails = shop.receipts.sent();
    assert_eq!(mails.len(), 1, "one receipt");
    assert_eq!(mails[0].to, "person1@example.test");
}

async fn an_order_does_not_exist_for_other_people_and_staff_sees_it_without_what_pays_for_it(on: Storage) {
    let shop = TestShop::open(on).await;
    let aroha = Client::of(&shop, Some(AROHA));
    let order = aroha.order(&[(NOTEBOOK, 1)]).await;
    shop.reserves(order).await;
    let path = format!("/orders/{order}");
    let outsider = Client::of(&shop, Some(WIREMU));
    assert_eq!(outsider.get(&path).await.problem(), (404, "not-found".into()));
    assert_eq!(outsider.post(&format!("{path}/cancel"), "k", json!({})).await.problem(), (404, "not-found".into()));
    assert_eq!(outsider.get("/orders").await.json()["items"], json!([]));
    assert_eq!(Client::of(&shop, None).get(&path).await.problem(), (401, "unauthorized".into()));
    assert_eq!(Client::of(&shop, None).get("/orders").await.problem(), (401, "unauthorized".into()));
    let staff = Client::of(&shop, Some(STAFF));
    let seen = staff.get(&path).await.json();
    assert_eq!((&seen["status"], &seen["payment"]["client_secret"]), (&json!("INITIAL"), &Value::Null));
    assert_eq!(staff.get("/orders").await.json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(aroha.get("/orders/not-an-order").await.problem(), (404, "not-found".into()));
}

async fn lists_are_newest_first_page_by_page_and_choose_by_status(on: Storage) {
    let shop = TestShop::open(on).await;
    let aroha = Client::of(&shop, Some(AROHA));
    let mut placed = Vec::new();
    for _ in 0..5 {
        placed.push(aroha.order(&[(GUIDE, 1)]).await.to_string());
        shop.clock.advance(Duration::from_mins(1));
    }
    placed.reverse();
    let ids = |answer: &Answer| -> Vec<String> {
        answer.json()["items"].as_array().unwrap().iter().map(|o| o["id"].as_str().unwrap().to_owned()).collect()
    };
    let first = aroha.get("/orders?limit=3").await;
    let cursor = first.json()["next_cursor"].as_str().unwrap().to_owned();
    let second = aroha.get(&format!("/orders?limit=3&cursor={cursor}")).await;
    assert_eq!([ids(&first), ids(&second)].concat(), placed);
    assert_eq!(second.json()["next_cursor"], Value::Null);
    assert_eq!(ids(&aroha.get("/orders?status=PAID").await), Vec::<String>::new());
    assert_eq!(ids(&aroha.get("/orders?status=AWAITING_STOCK").await), placed);
    shop.clock.advance(Duration::from_hours(200 * 24));
    assert_eq!(ids(&aroha.get("/orders").await), Vec::<String>::new(), "six months back and no further");
    assert_eq!(ids(&aroha.get("/orders?since=2026-01-01T00:00:00Z").await), placed);
    for (query, name) in [
        ("status=LOST", "invalid-status"),
        ("since=yesterday", "invalid-since"),
        ("limit=0", "invalid-limit"),
        ("limit=x", "invalid-limit"),
        ("limit=101", "invalid-limit"),
        ("cursor=x", "invalid-cursor"),
    ] {
        assert_eq!(aroha.get(&format!("/orders?{query}")).await.problem(), (400, name.into()), "{query}");
    }
}

async fn what_the_caller_has_is_not_sent_again(on: Storage) {
    let shop = TestShop::open(on).await;
    let aroha = Client::of(&shop, Some(AROHA));
    let order = aroha.order(&[(GUIDE, 1)]).await;
    let cart = aroha.cart(&[(GUIDE, 1)]).await;
    for path in [format!("/orders/{order}"), "/orders".into(), format!("/carts/{cart}")] {
        let tag = aroha.get(&path).await.header("etag").to_owned();
        let again = TestRequest::get()
            .uri(&format!("{BASE}{path}"))
            .insert_header(("authorization", format!("Bearer {AROHA}")))
            .insert_header(("if-none-match", tag));
        assert_eq!(shop.ask(again).await.status, 304, "{path}");
    }
}

async fn a_paid_order_is_cancelled_once_dispatch_agrees_and_its_money_goes_back(on: Storage) {
    let shop = TestShop::open(on).await;
    let aroha = Client::of(&shop, Some(AROHA));
    let order = aroha.paid(&[(NOTEBOOK, 1)]).await;
    let path = format!("/orders/{order}/cancel");
    let unnamed = aroha.call(Method::POST, &path, None, Some(json!({}))).await;
    assert_eq!(unnamed.problem(), (400, "idempotency-key-required".into()));
    let asked = aroha.post(&path, "c-1", json!({"reason": "wrong colour"})).await;
    assert_eq!((asked.status, &asked.json()["status"]), (200, &json!("CANCEL_PENDING")));
    assert_eq!(aroha.post(&path, "c-1", json!({"reason": "wrong colour"})).await.status, 200);
    assert_eq!(aroha.post(&path, "c-1", json!({})).await.problem(), (422, "idempotency-key-reused".into()));
    shop.fulfilment_says("shipping_order_cancelled", order, json!({})).await;
    let seen = aroha.get(&format!("/orders/{order}")).await.json();
    assert_eq!((&seen["status"], &seen["payment"]["status"]), (&json!("CANCELLED"), &json!("refunded")));
    assert_eq!((&seen["refunds"][0]["amount"], &seen["refunds"][0]["status"]), (&nzd(115_690), &json!("succeeded")));
}

async fn a_cancellation_needs_no_body_and_a_wrong_one_is_refused(on: Storage) {
    let shop = TestShop::open(on).await;
    let aroha = Client::of(&shop, Some(AROHA));
    let order = aroha.paid(&[(NOTEBOOK, 1)]).await;
    let path = format!("/orders/{order}/cancel");
    assert_eq!(aroha.post(&path, "c-1", json!({"why": "x"})).await.problem(), (422, "invalid-body".into()));
    let long = json!({"reason": "x".repeat(201)});
    assert_eq!(aroha.post(&path, "c-1", long).await.problem(), (422, "invalid-reason".into()));
    assert_eq!(aroha.call(Method::POST, &path, Some("c-1"), None).await.status, 200);
}

async fn what_is_unpaid_digital_or_sent_cannot_be_cancelled(on: Storage) {
    let shop = TestShop::open(on).await;
    let aroha = Client::of(&shop, Some(AROHA));
    let unpaid = aroha.order(&[(NOTEBOOK, 1)]).await;
    let digital = aroha.paid(&[(NOTEBOOK, 1), (GUIDE, 1)]).await;
    let sent = aroha.paid(&[(NOTEBOOK, 1), (MUG, 1)]).await;
    shop.sends_first_line(sent).await;
    for order in [unpaid, digital, sent] {
        let refused = aroha.post(&format!("/orders/{order}/cancel"), "c", json!({})).await;
        assert_eq!(refused.problem(), (409, "order-not-cancellable".into()));
    }
    let seen = aroha.get(&format!("/orders/{sent}")).await.json();
    assert_eq!((&seen["status"], &seen["fulfilment"]["status"]), (&json!("SHIPPED"), &json!("partially_processed")));
    let shipment = json!({"carrier": "NZ Post", "tracking": "TRACK-7", "shipped_at": shop.clock.now().to_string(),
                          "items": [{"sku": NOTEBOOK, "quantity": 1}]});
    assert_eq!(seen["fulfilment"]["shipments"], json!([shipment]));
}

async fn the_staff_gives_money_back_but_never_more_than_came(on: Storage) {
    let shop = TestShop::open(on).await;
    let (aroha, staff) = (Client::of(&shop, Some(AROHA)), Client::of(&shop, Some(STAFF)));
    let order = aroha.paid(&[(GUIDE, 1)]).await;
    let path = format!("/orders/{order}/refunds");
    assert_eq!(aroha.post(&path, "r", json!({})).await.problem(), (403, "forbidden".into()));
    let unnamed = staff.call(Method::POST, &path, None, Some(json!({}))).await;
    assert_eq!(unnamed.problem(), (400, "idempotency-key-required".into()));
    let half = json!({"amount": nzd(575), "reason": "scratched"});
    let refunded = staff.post(&path, "r-1", half.clone()).await;
    assert_eq!((refunded.status, &refunded.json()["refunds"][0]["amount"]), (201, &nzd(575)));
    assert_eq!(staff.post(&path, "r-1", half).await.json()["refunds"].as_array().unwrap().len(), 1, "once");
    let too_much = json!({"amount": nzd(576)});
    assert_eq!(staff.post(&path, "r-2", too_much).await.problem(), (409, "refund-exceeds-payment".into()));
    for wrong in [nzd(0), nzd(-5), json!({"amount": 5, "currency": "EUR"})] {
        assert_eq!(staff.post(&path, "r-3", json!({"amount": wrong})).await.problem(), (422, "invalid-amount".into()));
    }
    assert_eq!(staff.post(&path, "r-4", json!({})).await.json()["refunds"][1]["amount"], nzd(575), "all that is left");
    assert_eq!(staff.post(&path, "r-5", json!({})).await.problem(), (409, "refund-exceeds-payment".into()));
    shop.settle().await;
    let seen = aroha.get(&format!("/orders/{order}")).await.json();
    assert_eq!((&seen["status"], &seen["payment"]["status"]), (&json!("PAID"), &json!("refunded")));
    let nowhere = format!("/orders/{}/refunds", uuid::Uuid::nil());
    assert_eq!(staff.post(&nowhere, "r-6", json!({})).await.problem(), (404, "not-found".into()));
}

async fn a_webhook_is_kept_only_if_the_provider_signed_it_and_it_is_an_event(on: Storage) {
    let shop = TestShop::open(on).await;
    let post = |body: &str, signature: Option<String>| {
        let request = TestRequest::post().uri(&format!("{BASE}/payment-events")).set_payload(body.to_owned());
        signature.into_iter().fold(request, |request, signature| request.insert_header(("stripe-signature", signature)))
    };
    let event = json!({"id": "evt_1", "type": "customer.created", "data": {"object": {"id": "cus_1"}}}).to_string();
    let good = |body: &str| Some(signed_header(WEBHOOK_SECRET, body.as_bytes(), shop.clock.now()));
    let bad = Some(signed_header("whsec_other", event.as_bytes(), shop.clock.now()));
    assert_eq!(shop.ask(post(&event, None)).await.problem(), (400, "invalid-signature".into()));
    assert_eq!(shop.ask(post(&event, bad)).await.problem(), (400, "invalid-signature".into()));
    for body in ["{", "[]", "null", "{\"id\": \"evt_1\"}", "{\"type\": \"x\"}", "{\"id\": \"\", \"type\": \"x\"}"] {
        assert_eq!(shop.ask(post(body, good(body))).await.problem(), (400, "malformed-event".into()), "{body}");
    }
    for _ in 0..2 {
        let kept = shop.ask(post(&event, good(&event))).await;
        assert_eq!((kept.status, kept.json()), (200, json!({"received": true})), "unknown types and repeats are kept");
    }
    let large = json!({"id": "evt_2", "type": "x", "padding": "x".repeat(256 * 1024)}).to_string();
    assert_eq!(shop.ask(post(&large, good(&large))).await.problem(), (413, "body-too-large".into()));
    shop.clock.advance(Duration::from_secs(301));
    let old = signed_header(WEBHOOK_SECRET, event.as_bytes(), shop.clock.now().minus(Duration::from_secs(301)));
    assert_eq!(shop.ask(post(&event, Some(old))).await.problem(), (400, "invalid-signature".into()));
}

async fn a_webhook_told_ten_times_pays_once(on: Storage) {
    let shop = TestShop::open(on).await;
    let aroha = Client::of(&shop, Some(AROHA));
    let order = aroha.order(&[(GUIDE, 1)]).await;
    shop.reserves(order).await;
    for _ in 0..10 {
        assert_eq!(shop.provider_says(order, "payment_intent.succeeded", json!({})).await.status, 200);
    }
    let seen = aroha.get(&format!("/orders/{order}")).await.json();
    let paid = seen["history"].as_array().unwrap().iter().filter(|entry| entry["what"] == "paid").count();
    assert_eq!((paid, shop.receipts.sent().len()), (1, 1));
}

on_both_engines! {
    a_guests_cart_is_filled_changed_and_emptied
    a_code_with_a_slash_names_its_thing
    what_is_no_quantity_is_refused_by_name_and_changes_nothing
    wrong_bodies_and_names_are_refused_by_name
    a_customers_cart_does_not_exist_for_anybody_else
    an_order_waits_for_stock_and_is_then_ready_to_be_paid
    an_order_without_an_answer_about_stock_is_accepted_and_one_without_stock_refused
    a_wish_repeated_is_one_order_and_a_key_serves_one_wish
    no_customer_has_more_unpaid_orders_than_allowed
    what_cannot_be_ordered_is_refused_by_name
    only_a_verified_customer_may_order_and_only_from_their_own_cart
    what_was_agreed_stays_agreed_when_prices_move
    the_providers_word_makes_the_order_paid_and_takes_its_lines_out_of_the_cart
    an_order_does_not_exist_for_other_people_and_staff_sees_it_without_what_pays_for_it
    lists_are_newest_first_page_by_page_and_choose_by_status
    what_the_caller_has_is_not_sent_again
    a_paid_order_is_cancelled_once_dispatch_agrees_and_its_money_goes_back
    a_cancellation_needs_no_body_and_a_wrong_one_is_refused
    what_is_unpaid_digital_or_sent_cannot_be_cancelled
    the_staff_gives_money_back_but_never_more_than_came
    a_webhook_is_kept_only_if_the_provider_signed_it_and_it_is_an_event
    a_webhook_told_ten_times_pays_once
}
