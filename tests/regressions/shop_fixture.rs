//! A shop to attack: someone to buy there, what its books say, and answers kept with all that came in them.

use chassis::testing::eventually;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::api_fixtures;
use crate::support::EVENTUALLY_TIMEOUT;
use crate::support::process::Shop;
use crate::support::visitor::{Answer, Visitor};

/// An answer, whole.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: HeaderMap,
    /// Its body as text.
    pub body: String,
}

impl Response {
    /// Sends the request. A connection that ends without an answer ends the test.
    pub async fn by(request: RequestBuilder) -> Self {
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned();
        Self { status, headers, body }
    }

    /// A header; empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    /// Insists on a problem of this status; an empty `name` takes any.
    #[track_caller]
    pub fn is_problem(&self, what: &str, status: u16, name: &str) {
        assert_eq!(self.status, status, "{what}: {self:?}");
        let problem = self.json();
        assert!(self.header("content-type").starts_with("application/problem+json"), "{what}: {self:?}");
        assert_eq!(problem["status"], status, "{what}: {problem}");
        assert!(problem["title"].as_str().is_some_and(|title| !title.is_empty()), "{what}: {problem}");
        let kind = problem["type"].as_str().unwrap_or_default();
        assert!(name.is_empty() || kind.ends_with(&format!("/problems/{name}")), "{what}: {problem}");
    }
}

/// A client that follows nothing and keeps nothing.
pub fn client() -> Client {
    Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// A shop without the demo catalogue, and its administrator.
pub async fn open(settings: &[(&str, &str)]) -> (Shop, Visitor) {
    let all = [&[("STORE_DEMO", "off")], settings].concat();
    let shop = Shop::open(&all).await;
    let admin = api_fixtures::admin(&shop).await;
    (shop, admin)
}

/// A new cart of this visitor with these things in it.
pub async fn cart(buyer: &Visitor, things: &[(&str, u32)]) -> String {
    let made = buyer.api("POST", "/api/order/v1/carts", Some(json!({})), &[]).await;
    assert_eq!(made.status, 201, "{}", made.json);
    let id = made.json["id"].as_str().unwrap().to_owned();
    for (sku, quantity) in things {
        let line = format!("/api/order/v1/carts/{id}/items/{sku}");
        let put = buyer.api("PUT", &line, Some(json!({"quantity": quantity})), &[]).await;
        assert_eq!(put.status, 200, "{}", put.json);
    }
    id
}

/// Asks for an order of what is in the cart.
pub async fn ask(buyer: &Visitor, cart: &str, key: &str) -> Answer {
    let wish = json!({"cart_id": cart, "delivery_address": api_fixtures::address()});
    buyer.api("POST", "/api/order/v1/orders", Some(wish), &[("Idempotency-Key", key)]).await
}

/// An order of these things that can be paid.
pub async fn order(buyer: &Visitor, things: &[(&str, u32)], key: &str) -> Value {
    let cart = cart(buyer, things).await;
    let placed = ask(buyer, &cart, key).await;
    assert!((200..300).contains(&placed.status), "{}", placed.json);
    reaches(buyer, &placed.json, "INITIAL").await
}

/// Waits until the order has this status, and answers it.
pub async fn reaches(buyer: &Visitor, order: &Value, status: &str) -> Value {
    let path = format!("/api/order/v1/orders/{}", order["id"].as_str().unwrap());
    eventually(EVENTUALLY_TIMEOUT, || async { Some(buyer.get(&path).await).filter(|order| order["status"] == status) })
        .await
}

/// Gives a card at the payment provider, as a browser does; answers the provider's status.
pub async fn give_card(shop: &Shop, order: &Value, card: &str) -> u16 {
    let (intent, secret) = (&order["payment"]["intent_id"], &order["payment"]["client_secret"]);
    let path = format!("/sandbox/v1/payment_intents/{}/confirm", intent.as_str().unwrap());
    let form = [("payment_method", card), ("client_secret", secret.as_str().unwrap())];
    Response::by(client().post(shop.url(&path)).form(&form)).await.status
}

/// An order of these things, paid.
pub async fn bought(shop: &Shop, buyer: &Visitor, things: &[(&str, u32)], key: &str) -> Value {
    let order = order(buyer, things, key).await;
    assert_eq!(give_card(shop, &order, "pm_card_visa").await, 200);
    reaches(buyer, &order, "PAID").await
}

/// Everything on record when nothing is under way any more.
pub async fn at_rest(shop: &Shop) -> Vec<Value> {
    let mut before = Vec::new();
    for _ in 0..200 {
        let now = shop.audit();
        let busy =
            now.iter().any(|row| row["kind"] == "webhook" || (row["kind"] == "inbox" && row["status"] == "open"));
        if !busy && now == before {
            return now;
        }
        before = now;
    }
    panic!("the shop does not come to rest");
}

/// The same without the messages that came in: what they have changed.
pub async fn books(shop: &Shop) -> Vec<Value> {
    let mut books = at_rest(shop).await;
    books.retain(|row| row["kind"] != "inbox");
    books
}

pub fn rows<'a>(books: &'a [Value], context: &str, kind: &str) -> Vec<&'a Value> {
    books.iter().filter(|row| row["context"] == context && row["kind"] == kind).collect()
}

/// Insists that two sets of books are the same, and says what differs.
#[track_caller]
pub fn unchanged(before: &[Value], after: &[Value]) {
    let new: Vec<_> = after.iter().filter(|row| !before.contains(row)).collect();
    let gone: Vec<_> = before.iter().filter(|row| !after.contains(row)).collect();
    assert!(new.is_empty() && gone.is_empty(), "the books have changed; new: {new:#?}, gone: {gone:#?}");
}

/// Sends any JSON text by any method with the token of `who`.
pub fn raw(shop: &Shop, who: &Visitor, method: &str, path: &str) -> RequestBuilder {
    let request = client().request(Method::from_bytes(method.as_bytes()).unwrap(), shop.url(path));
    match &who.token {
        Some(token) => request.bearer_auth(token),
        None => request,
    }
}

/// A logged-in browser.
pub async fn browser(shop: &Shop, (email, password): (&str, &str)) -> Visitor {
    let mut browser = Visitor::new(&shop.url(""));
    browser.visit("/login").await;
    browser.submit("/login", &[("email", email), ("password", password)]).await;
    assert!(browser.cookie("sid").is_some(), "{}", browser.page.body);
    browser
}
