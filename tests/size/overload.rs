//! More than the shop can do at once: what can wait is told so, and what must not wait is served.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chassis::testing::eventually;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::api_fixtures;
use crate::shop_fixture::{Response, at_rest, client, order, rows};
use crate::support::EVENTUALLY_TIMEOUT;
use crate::support::process::{Shop, WEBHOOK_SECRET};
use crate::support::visitor::{Answer, Visitor};

/// Buyers who all want to be served at once, and how many of them can be.
const BUYERS: usize = 12;
const SEATS: &str = "2";

/// Keeps a place taken until it is aborted: a buyer comes back from the card page and is kept waiting for the provider's
/// word, again and again.
async fn keep_waiting(shop: String, sid: String, order: String) {
    let client = client();
    loop {
        let page = client.get(format!("{shop}/orders/{order}/return")).header("Cookie", format!("sid={sid}"));
        let _taken_or_refused = page.send().await;
    }
}

/// A signed message of the provider about something that does not concern the shop.
async fn webhook(shop: &Shop) -> Response {
    let at = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let body = json!({"id": format!("evt_{at}"), "object": "event", "type": "customer.created", "livemode": false,
        "created": at, "api_version": "2025-01-01", "data": {"object": {"id": "cus_1", "object": "customer"}}});
    let body = body.to_string();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(WEBHOOK_SECRET.as_bytes()).unwrap();
    mac.update(format!("{at}.{body}").as_bytes());
    let proof = mac.finalize().into_bytes().iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let request = client().post(shop.url("/api/order/v1/payment-events")).header("content-type", "application/json");
    Response::by(request.header("stripe-signature", format!("t={at},v1={proof}")).body(body)).await
}

async fn look(shop: &Shop, path: &str) -> Response {
    Response::by(client().get(shop.url(path))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn with_every_place_taken_webhooks_and_probes_are_served_and_all_else_is_told_to_come_back() {
    let shop = Shop::open(&[("STORE_DEMO", "off"), ("STORE_REQUESTS_AT_ONCE", "1")]).await;
    let admin = api_fixtures::admin(&shop).await;
    api_fixtures::product(&admin, "KEA", "physical", 4_990, Some(50)).await;
    let ana = api_fixtures::user(&shop, "ana@post.test", "customer").await;
    let open = order(&ana, &[("KEA", 1)], "open").await;
    let browser = crate::shop_fixture::browser(&shop, ("ana@post.test", api_fixtures::PASSWORD)).await;
    let (sid, id) = (browser.cookie("sid").unwrap().to_owned(), open["id"].as_str().unwrap().to_owned());
    let waiting = tokio::spawn(keep_waiting(shop.url(""), sid, id));

    eventually(EVENTUALLY_TIMEOUT, || async {
        // The place is free for a moment after every wait, so all of this is asked in one.
        let (page, api) = (look(&shop, "/products").await, look(&shop, "/api/catalogue/v1/products").await);
        let served = [webhook(&shop).await, look(&shop, "/health/ready").await, look(&shop, "/health/live").await];
        for served in served {
            assert_eq!(served.status, 200, "{served:?}");
        }
        assert_eq!(look(&shop, "/metrics").await.status, 200);
        if page.status == 200 || api.status == 200 {
            return None;
        }
        assert_eq!((page.status, page.header("retry-after")), (503, "1"), "{page:?}");
        assert!(page.body.contains("<h1"), "people get a page: {page:?}");
        api.is_problem("a place", 503, "temporary-reduced-capacity");
        assert_eq!(api.header("retry-after"), "1");
        Some(())
    })
    .await;
    waiting.abort();
    eventually(EVENTUALLY_TIMEOUT, || async { (look(&shop, "/products").await.status == 200).then_some(()) }).await;
}

/// A client that comes back when it is told so, and counts how often.
#[derive(Clone)]
struct Patient {
    refused: Arc<AtomicUsize>,
}

impl Patient {
    async fn api(&self, who: &Visitor, method: &str, path: &str, body: &Value, key: &str) -> Answer {
        loop {
            let answer = who.api(method, path, Some(body.clone()), &[("Idempotency-Key", key)]).await;
            if answer.status != 503 {
                assert!(answer.status < 400, "{method} {path}: {} {}", answer.status, answer.json);
                return answer;
            }
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn pay(&self, client: &Client, shop: &str, order: &Value) {
        let (intent, secret) = (&order["payment"]["intent_id"], &order["payment"]["client_secret"]);
        let url = format!("{shop}/sandbox/v1/payment_intents/{}/confirm", intent.as_str().unwrap());
        let form = [("payment_method", "pm_card_visa"), ("client_secret", secret.as_str().unwrap())];
        while Response::by(client.post(&url).form(&form)).await.status == 503 {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The whole purchase; answers the order.
    async fn buy(self, shop: String, who: Visitor) -> String {
        let cart = self.api(&who, "POST", "/api/order/v1/carts", &json!({}), "cart").await.json;
        let cart = cart["id"].as_str().unwrap().to_owned();
        let line = format!("/api/order/v1/carts/{cart}/items/KEA");
        self.api(&who, "PUT", &line, &json!({"quantity": 1}), "line").await;
        let wish = json!({"cart_id": cart, "delivery_address": api_fixtures::address()});
        let order = eventually(EVENTUALLY_TIMEOUT, || async {
            let order = self.api(&who, "POST", "/api/order/v1/orders", &wish, "order").await.json;
            order["payment"]["client_secret"].is_string().then_some(order)
        });
        let order = order.await;
        self.pay(&client(), &shop, &order).await;
        order["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_rush_every_accepted_order_settles_and_the_shop_serves_as_before() {
    let mut shop = Shop::open(&[("STORE_DEMO", "off")]).await;
    let admin = api_fixtures::admin(&shop).await;
    api_fixtures::product(&admin, "KEA", "physical", 4_990, Some(500)).await;
    let mut buyers = Vec::new();
    for number in 0..BUYERS {
        buyers.push(api_fixtures::user(&shop, &format!("buyer{number}@post.test"), "customer").await);
    }
    assert!(shop.close().await);
    shop.process("shop").set("STORE_REQUESTS_AT_ONCE", SEATS);
    shop.start().await;

    let patient = Patient { refused: Arc::default() };
    let mut rush: JoinSet<String> = buyers.into_iter().map(|buyer| patient.clone().buy(shop.url(""), buyer)).collect();
    let mut bought = Vec::new();
    while let Some(order) = rush.join_next().await {
        bought.push(order.unwrap());
    }
    assert!(patient.refused.load(Ordering::Relaxed) > 0, "more was asked than the shop could do");

    let paid = |order: &Value| order["status"] == "PAID";
    for order in &bought {
        let path = format!("/api/order/v1/orders/{order}");
        eventually(EVENTUALLY_TIMEOUT, || async { Some(admin.get(&path).await).filter(paid) }).await;
    }
    let books = at_rest(&shop).await;
    assert_eq!(rows(&books, "order", "order").len(), BUYERS, "one order for each, and none twice");
    let dead = books.iter().filter(|row| row["kind"] == "inbox" && row["status"] == "dead").count();
    assert_eq!(dead, 0);
    for _ in 0..50 {
        assert_eq!(look(&shop, "/products").await.status, 200);
    }
}
