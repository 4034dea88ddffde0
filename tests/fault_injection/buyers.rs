//! Two hundred buyers, each a program that wants one thing and repeats its request until it is answered.
//!
//! A buyer has no other memory than their wish: the same `Idempotency-Key` for every repeat. When the shop is closed they
//! waits until it is open again.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use chassis::SystemClock;
use chassis::testing::eventually;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use shared_kernel::{Clock as _, Timestamp};
use tokio::sync::watch;

use crate::api_fixtures;
use crate::evidence::{OrderOutcome, OrderRequest};
use crate::support::process::Shop;

/// How long a buyer asks the same thing before the test calls the shop lost.
const RETRY_TIMEOUT: Duration = Duration::from_mins(3);

/// What is sold: a thing that has to be packed, one that is rare, and one that is mailed.
pub const GOODS: [&str; 3] = ["KEA-1", "MOA-1", "TUI-1"];

/// The buyers' side of the shop.
pub struct Buyers {
    base: String,
    client: Client,
    tokens: Vec<String>,
    open: watch::Sender<bool>,
    answers: watch::Sender<u64>,
    asking: AtomicUsize,
    served: AtomicUsize,
    /// Whether something behind the shop fails, so that buyers may be told to come back.
    pub outages: AtomicBool,
    /// Requests that ended without an answer.
    pub cut_off: AtomicU64,
    /// Answers that no buyer should ever get.
    pub troubles: Mutex<Vec<String>>,
}

/// Counts a request as outstanding while it is.
struct Asking<'a>(&'a AtomicUsize);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Buyers {
    /// Stocks the shop (`rare` of the rare thing) and logs `customers` in.
    pub async fn set_up(shop: &Shop, customers: usize, rare: i64) -> Self {
        let admin = api_fixtures::admin(shop).await;
        api_fixtures::product(&admin, GOODS[0], "physical", 4_990, Some(100_000)).await;
        api_fixtures::product(&admin, GOODS[1], "physical", 12_000, Some(rare)).await;
        api_fixtures::product(&admin, GOODS[2], "digital", 1_995, None).await;
        let client = Client::builder().timeout(Duration::from_secs(30)).build().unwrap();
        let file = shop.url(&format!("/api/fulfilment/v1/digital-files/{}?name=tui.txt", GOODS[2]));
        let upload = client.put(file).bearer_auth(admin.token.unwrap()).header("content-type", "text/plain");
        assert!(upload.body("Tui, tui.").send().await.unwrap().status().is_success());
        let mut tokens = Vec::new();
        for number in 0..customers {
            let customer = api_fixtures::user(shop, &format!("buyer{number}@post.test"), "customer").await;
            tokens.extend(customer.token);
        }
        Self {
            base: shop.url(""),
            client,
            tokens,
            open: watch::Sender::new(true),
            answers: watch::Sender::new(0),
            asking: AtomicUsize::new(0),
            served: AtomicUsize::new(0),
            outages: AtomicBool::new(false),
            cut_off: AtomicU64::new(0),
            troubles: Mutex::default(),
        }
    }

    /// Tells the buyers whether it is any use to ask.
    pub fn set_open(&self, open: bool) {
        self.open.send_replace(open);
    }

    /// How many requests wait for an answer.
    pub fn outstanding(&self) -> usize {
        self.asking.load(Ordering::SeqCst)
    }

    /// How many buyers have got what they wanted.
    pub fn served(&self) -> usize {
        self.served.load(Ordering::SeqCst)
    }

    /// How many answers have come in all.
    pub fn answers_so_far(&self) -> u64 {
        *self.answers.borrow()
    }

    /// Waits until `more` further answers have come.
    pub async fn answered(&self, more: u64) {
        let mut answers = self.answers.subscribe();
        let target = *answers.borrow() + more;
        // The sender lives as long as `self`, so the wait can only end well.
        drop(answers.wait_for(|count| *count >= target).await);
    }

    /// Asks once; nothing if the shop closed before it answered.
    async fn ask(&self, request: RequestBuilder) -> Option<(u16, Value)> {
        // The sender lives as long as `self`, so the wait can only end well.
        drop(self.open.subscribe().wait_for(|open| *open).await.map(|open| *open));
        self.asking.fetch_add(1, Ordering::SeqCst);
        let _asking = Asking(&self.asking);
        let received = async {
            let answer = request.send().await?;
            let status = answer.status().as_u16();
            reqwest::Result::Ok((status, answer.text().await?))
        };
        let Ok((status, text)) = received.await else {
            self.cut_off.fetch_add(1, Ordering::SeqCst);
            return None;
        };
        self.answers.send_modify(|count| *count += 1);
        // The shop says 503, or 408 when it was itself too slow to read; the payment sandbox says what its model says when
        // it is in trouble.
        let told_to_come_back = matches!(status, 408 | 503) || text.contains("api_error");
        let is_trouble = status >= 500 || matches!(status, 408 | 429);
        if is_trouble && !(told_to_come_back && self.outages.load(Ordering::SeqCst)) {
            self.troubles.lock().unwrap().push(format!("{status}: {text}"));
        }
        (status < 500 && status != 408).then(|| (status, serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    /// Asks until there is an answer that `is_one`.
    async fn retry_until<T>(&self, build: impl Fn() -> RequestBuilder, is_one: impl Fn(u16, Value) -> Option<T>) -> T {
        eventually(RETRY_TIMEOUT, || async { self.ask(build()).await.and_then(|(status, json)| is_one(status, json)) })
            .await
    }

    fn request(&self, buyer: usize, method: Method, path: &str) -> RequestBuilder {
        let token = &self.tokens[buyer % self.tokens.len()];
        self.client.request(method, format!("{}{path}", self.base)).bearer_auth(token)
    }

    /// A cart with one thing in it.
    pub async fn fill_cart(&self, buyer: usize, sku: &str, quantity: u32) -> String {
        let build = || self.request(buyer, Method::POST, "/api/order/v1/carts").json(&json!({}));
        let cart = self
            .retry_until(build, |status, json| (status == 201).then(|| json["id"].as_str().unwrap().to_owned()))
            .await;
        self.set(buyer, &cart, sku, quantity).await;
        cart
    }

    async fn set(&self, buyer: usize, cart: &str, sku: &str, quantity: u32) {
        let line = format!("/api/order/v1/carts/{cart}/items/{sku}");
        let build = || self.request(buyer, Method::PUT, &line).json(&json!({"quantity": quantity}));
        self.retry_until(build, |status, _| (status == 200).then_some(())).await;
    }

    /// Orders what is in the cart, under this key. The payment of the order, if it is to be had.
    pub async fn order(&self, buyer: usize, cart: &str, key: &str) -> (OrderRequest, Option<Value>) {
        let mut wish = OrderRequest { key: key.to_owned(), ..OrderRequest::default() };
        let body = json!({"cart_id": cart, "delivery_address": api_fixtures::address()});
        let build = || {
            let request = self.request(buyer, Method::POST, "/api/order/v1/orders");
            request.header("Idempotency-Key", key).json(&body)
        };
        let seen = Mutex::new(BTreeSet::new());
        let placed = self.retry_until(build, |status, json| {
            let id = if status == 409 { &json["order_id"] } else { &json["id"] };
            seen.lock().unwrap().extend(id.as_str().map(str::to_owned));
            (status != 202).then_some((status, json))
        });
        let (status, order) = placed.await;
        wish.orders = seen.into_inner().unwrap();
        match (status, order["status"].as_str()) {
            (409, _) => {
                assert!(order["type"].as_str().unwrap().ends_with("/problems/out-of-stock"), "{order}");
                assert!(!order["skus"].as_array().unwrap().is_empty(), "{order}");
                wish.told = OrderOutcome::SoldOut;
                (wish, None)
            }
            (200 | 201, Some("INITIAL")) if order["payment"]["client_secret"].is_string() => {
                (wish, Some(order["payment"].clone()))
            }
            // The answer was cut off, and its repeat came when it was too late to pay.
            (200 | 201, Some("INITIAL" | "EXPIRED")) => (wish, None),
            _ => {
                self.troubles.lock().unwrap().push(format!("a new order was answered with {status}: {order}"));
                (wish, None)
            }
        }
    }

    /// Orders what is in the cart, and pays if it is to be had.
    pub async fn check_out(&self, buyer: usize, cart: &str) -> OrderRequest {
        let (mut wish, payment) = self.order(buyer, cart, &format!("wish-{buyer}")).await;
        if let Some(payment) = payment {
            assert_eq!(self.pay(&payment, "pm_card_visa").await, "succeeded");
            wish.told = OrderOutcome::Paid;
        }
        wish
    }

    /// Confirms the intent, as a browser does: with its client secret and no key. Ends with what the provider says of
    /// it at last: `succeeded`, `canceled`, or nothing if the card was declined.
    pub async fn pay(&self, payment: &Value, method: &str) -> String {
        let (intent, secret) = (payment["intent_id"].as_str().unwrap(), payment["client_secret"].as_str().unwrap());
        let path = format!("/sandbox/v1/payment_intents/{intent}");
        let form = [("payment_method", method), ("client_secret", secret)];
        let build = || self.client.post(format!("{}{path}/confirm", self.base)).form(&form);
        self.retry_until(build, |status, json| {
            // An intent that cannot be confirmed any more was confirmed by a request whose answer was cut off.
            let state = if status == 200 { &json["status"] } else { &json["error"]["payment_intent"]["status"] };
            let ended = status == 402 || state == "succeeded" || state == "canceled";
            ended.then(|| state.as_str().filter(|_| status != 402).unwrap_or_default().to_owned())
        })
        .await
    }

    /// Asks for the money back, again and again until the shop has heard that it was paid, and agrees.
    async fn cancel(&self, buyer: usize, wish: &mut OrderRequest) {
        let path = format!("/api/order/v1/orders/{}/cancel", wish.orders.first().unwrap());
        let key = format!("{}-cancel", wish.key);
        let build = || self.request(buyer, Method::POST, &path).header("Idempotency-Key", &key).json(&json!({}));
        self.retry_until(build, |status, _| (status == 200).then_some(())).await;
        wish.told = OrderOutcome::Cancelled;
    }

    /// Orders, and pays when the deadline is `ahead` milliseconds away, or past if that is negative.
    pub async fn buy_late(&self, buyer: usize, ahead: i64) -> OrderRequest {
        let cart = self.fill_cart(buyer, GOODS[buyer % GOODS.len()], 1).await;
        let (wish, payment) = self.order(buyer, &cart, &format!("late-{buyer}")).await;
        let Some(payment) = payment else { return wish };
        let path = format!("/api/order/v1/orders/{}", wish.orders.first().unwrap());
        let order = self
            .retry_until(|| self.request(buyer, Method::GET, &path), |status, json| (status == 200).then_some(json));
        let deadline = Timestamp::parse(order.await["expires_at"].as_str().unwrap()).unwrap();
        let moment = deadline.micros() - ahead * 1_000;
        eventually(RETRY_TIMEOUT, || async { (SystemClock.now().micros() >= moment).then_some(()) }).await;
        self.pay(&payment, "pm_card_visa").await;
        self.served.fetch_add(1, Ordering::SeqCst);
        wish
    }

    /// The whole way, from an empty cart to the money; some change their mind, or are declined at first.
    pub async fn buy(&self, buyer: usize) -> Vec<OrderRequest> {
        let sku = GOODS[buyer % GOODS.len()];
        let cart = self.fill_cart(buyer, sku, 1 + u32::try_from(buyer % 3).unwrap()).await;
        let mut wishes = Vec::new();
        if buyer.is_multiple_of(7) {
            let (wish, _) = self.order(buyer, &cart, &format!("wish-{buyer}-before")).await;
            wishes.push(OrderRequest { told: OrderOutcome::Replaced, ..wish });
            self.set(buyer, &cart, sku, 5).await;
        }
        let (mut wish, payment) = self.order(buyer, &cart, &format!("wish-{buyer}")).await;
        if let Some(payment) = payment {
            if buyer.is_multiple_of(5) {
                self.pay(&payment, "pm_card_chargeDeclined").await;
            }
            assert_eq!(self.pay(&payment, "pm_card_visa").await, "succeeded");
            wish.told = OrderOutcome::Paid;
            if buyer.is_multiple_of(2 * GOODS.len()) {
                self.cancel(buyer, &mut wish).await;
            }
        }
        wishes.push(wish);
        self.served.fetch_add(1, Ordering::SeqCst);
        wishes
    }

    /// Fails if a buyer got an answer that no buyer should get.
    pub fn assert_no_trouble(&self) {
        let troubles = self.troubles.lock().unwrap();
        assert!(troubles.is_empty(), "{} troubles, such as {:#?}", troubles.len(), &troubles[..troubles.len().min(5)]);
    }
}
