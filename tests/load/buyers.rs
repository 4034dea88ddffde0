//! What buyers do, as programs with a token: the whole purchase, a change of a cart, a look at a page.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chassis::testing::eventually;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::api_fixtures;
use crate::latency::Latencies;
use crate::support::process::Shop;

/// As many different things are sold: what all want at once is measured elsewhere, by `rush` among the crash tests.
pub const SKUS: usize = 25;
/// How long a buyer waits for a place in the queue for stock.
const PLACING_TIMEOUT: Duration = Duration::from_mins(2);

pub fn sku(number: usize) -> String {
    format!("KEA-{}", number % SKUS)
}

/// How long the steps of purchases took.
#[derive(Default)]
pub struct Steps {
    pub cart: Latencies,
    pub place: Latencies,
    pub pay: Latencies,
    pub purchase: Latencies,
}

/// Everybody who buys in one shop.
#[derive(Clone)]
pub struct Buyers {
    client: Client,
    shop: String,
    sandbox: String,
    tokens: Arc<Vec<String>>,
    keys: Arc<AtomicUsize>,
    pub steps: Arc<Steps>,
}

impl Buyers {
    /// Makes `count` accounts and logs them in.
    pub async fn sign_up(shop: &Shop, sandbox: String, count: usize) -> Self {
        let mut tokens = Vec::new();
        for number in 0..count {
            let user = api_fixtures::user(shop, &format!("load{number}@post.test"), "customer").await;
            tokens.push(user.token.unwrap());
        }
        let client = Client::builder().pool_max_idle_per_host(count).build().unwrap();
        let (tokens, keys, steps) = (Arc::new(tokens), Arc::default(), Arc::default());
        Self { client, shop: shop.url(""), sandbox, tokens, keys, steps }
    }

    /// The same buyers, none of whose steps has been timed.
    pub fn with_new_times(&self) -> Self {
        Self { steps: Arc::default(), ..self.clone() }
    }

    fn request(&self, buyer: usize, method: Method, path: &str) -> RequestBuilder {
        let token = &self.tokens[buyer % self.tokens.len()];
        self.client.request(method, format!("{}{path}", self.shop)).bearer_auth(token)
    }

    /// An empty cart's id.
    pub async fn open_cart(&self, buyer: usize) -> String {
        let cart = answer(self.request(buyer, Method::POST, "/api/order/v1/carts").json(&json!({}))).await;
        cart["id"].as_str().unwrap().to_owned()
    }

    /// Puts so many of a thing into a cart.
    pub async fn set_quantity(&self, buyer: usize, cart: &str, sku: &str, quantity: usize) {
        let line = format!("/api/order/v1/carts/{cart}/items/{sku}");
        let begun = Instant::now();
        answer(self.request(buyer, Method::PUT, &line).json(&json!({"quantity": quantity}))).await;
        self.steps.cart.record(begun.elapsed());
    }

    /// The whole purchase that was due at `due`, up to the provider's word that the money was taken.
    pub async fn buy(&self, buyer: usize, number: usize, due: Instant) {
        let cart = self.open_cart(buyer).await;
        self.set_quantity(buyer, &cart, &sku(number), 1).await;
        let begun = Instant::now();
        let order = self.place(buyer, &cart).await;
        self.steps.place.record(begun.elapsed());
        let begun = Instant::now();
        let (intent, secret) = (&order["payment"]["intent_id"], &order["payment"]["client_secret"]);
        let form = [("payment_method", "pm_card_visa"), ("client_secret", secret.as_str().unwrap())];
        let url = format!("{}/sandbox/v1/payment_intents/{}/confirm", self.sandbox, intent.as_str().unwrap());
        answer(self.client.post(url).form(&form)).await;
        self.steps.pay.record(begun.elapsed());
        self.steps.purchase.record(due.elapsed());
    }

    /// A purchase that is given up at the first refusal; whether it was made. Refused is what is answered with 503.
    pub async fn try_to_buy(&self, buyer: usize, number: usize) -> bool {
        let made = async {
            let cart = accepted(self.request(buyer, Method::POST, "/api/order/v1/carts").json(&json!({}))).await?;
            let line = format!("/api/order/v1/carts/{}/items/{}", cart["id"].as_str().unwrap(), sku(number));
            accepted(self.request(buyer, Method::PUT, &line).json(&json!({"quantity": 1}))).await?;
            let key = format!("load-{}", self.keys.fetch_add(1, Ordering::Relaxed));
            let body = json!({"cart_id": cart["id"], "delivery_address": api_fixtures::address()});
            let place = || self.request(buyer, Method::POST, "/api/order/v1/orders").header("Idempotency-Key", &key);
            let mut order = accepted(place().json(&body)).await?;
            while !order["payment"]["client_secret"].is_string() {
                order = accepted(place().json(&body)).await?;
            }
            let (intent, secret) = (&order["payment"]["intent_id"], &order["payment"]["client_secret"]);
            let form = [("payment_method", "pm_card_visa"), ("client_secret", secret.as_str().unwrap())];
            let url = format!("{}/sandbox/v1/payment_intents/{}/confirm", self.sandbox, intent.as_str().unwrap());
            accepted(self.client.post(url).form(&form)).await
        };
        made.await.is_some()
    }

    /// The order, once there is something to pay.
    async fn place(&self, buyer: usize, cart: &str) -> Value {
        let key = format!("load-{}", self.keys.fetch_add(1, Ordering::Relaxed));
        let body = json!({"cart_id": cart, "delivery_address": api_fixtures::address()});
        eventually(PLACING_TIMEOUT, || async {
            let request = self.request(buyer, Method::POST, "/api/order/v1/orders");
            let order = answer(request.header("Idempotency-Key", &key).json(&body)).await;
            order["payment"]["client_secret"].is_string().then_some(order)
        })
        .await
    }

    /// Looks at a page, and answers its bytes.
    pub async fn look(&self, url: &str) -> Vec<u8> {
        let page = self.client.get(url).send().await.unwrap();
        assert!(page.status().is_success(), "{url}: {}", page.status());
        page.bytes().await.unwrap().to_vec()
    }
}

async fn answer(request: RequestBuilder) -> Value {
    accepted(request).await.unwrap_or_else(|| panic!("refused with 503"))
}

/// `None` if it was refused because there is too much to do. A connection that is not accepted counts as that.
async fn accepted(request: RequestBuilder) -> Option<Value> {
    let answer = request.send().await.ok()?;
    if answer.status() == StatusCode::SERVICE_UNAVAILABLE {
        return None;
    }
    let (status, url) = (answer.status(), answer.url().path().to_owned());
    let body = answer.bytes().await.unwrap();
    assert!(status.is_success(), "{url}: {status} {}", String::from_utf8_lossy(&body));
    Some(serde_json::from_slice(&body).unwrap())
}
