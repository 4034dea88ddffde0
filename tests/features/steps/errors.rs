//! Dead letters.

use std::fmt::Write as _;

use chassis::testing::eventually;
use cucumber::{given, then, when};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;

use crate::support::EVENTUALLY_TIMEOUT;
use crate::support::process::WEBHOOK_SECRET;
use crate::world::{World, number};

/// Signs a webhook as the payment provider does.
pub fn signature(body: &str, at: u64, secret: &str) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{at}.{body}").as_bytes());
    let mut header = format!("t={at},v1=");
    for byte in mac.finalize().into_bytes() {
        write!(header, "{byte:02x}").unwrap();
    }
    header
}

#[given("a payment event that makes no sense")]
async fn nonsense(world: &mut World) {
    let id = format!("evt_nonsense_{}", number());
    // A money fact whose amount cannot be read must not be dropped, and cannot be believed.
    let body = json!({
        "id": id, "object": "event", "type": "payment_intent.succeeded", "livemode": false,
        "data": {"object": {"id": format!("pi_{id}"), "object": "payment_intent", "amount_received": "a lot",
            "amount": "a lot", "currency": 7, "status": "succeeded", "metadata": {"order_id": "not an order"}}},
    })
    .to_string();
    let at = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let answer = reqwest::Client::new()
        .post(world.shop().url("/api/order/v1/payment-events"))
        .header("Stripe-Signature", signature(&body, at, WEBHOOK_SECRET))
        .header("Content-Type", "application/json")
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 200, "it is signed, so it is kept");
    world.notes.insert("event", json!(id));
    appears(world).await;
}

/// Waits until the event is among the dead letters, and answers its id there.
async fn appears(world: &World) -> String {
    let admin = world.admin().await;
    let event = world.notes["event"].as_str().unwrap();
    eventually(EVENTUALLY_TIMEOUT, || async {
        let letters = admin.get("/api/ops/v1/dead-letters").await;
        let mine = letters["items"].as_array()?.iter().find(|letter| letter["message"].to_string().contains(event))?;
        Some(mine["id"].as_str()?.to_owned())
    })
    .await
}

#[when("an administrator looks at the errors")]
async fn looks(world: &mut World) {
    let mut browser = world.admin_browser().await;
    browser.visit("/admin/errors").await;
    world.visitor = Some(browser);
}

#[then("the newest error shows the original message, a code and a text")]
async fn shows(world: &mut World) {
    let event = world.notes["event"].as_str().unwrap().to_owned();
    let page = &world.visitor().page;
    let mine = page.all("message").iter().position(|message| message.contains(&event)).expect("the message is shown");
    assert!(!page.all("code")[mine].is_empty() && !page.all("error-text")[mine].is_empty());
}

async fn decide(world: &mut World, verb: &str) {
    let id = appears(world).await;
    world.visitor().submit(&format!("/admin/errors/{id}/{verb}"), &[]).await;
    let page = &world.visitor().page;
    assert_eq!(page.status, 200, "{}", page.body);
}

#[when("they discard it")]
async fn discards(world: &mut World) {
    decide(world, "discard").await;
}

#[when("they try it again")]
async fn tries_again(world: &mut World) {
    decide(world, "retry").await;
}

#[then("it is gone")]
async fn gone(world: &mut World) {
    let event = world.notes["event"].as_str().unwrap().to_owned();
    assert!(!world.visitor().visit("/admin/errors").await.body.contains(&event));
}

#[then("it comes back as an error")]
async fn comes_back(world: &mut World) {
    appears(world).await;
}

#[when("an administrator looks at the topology")]
async fn looks_at_topology(world: &mut World) {
    let mut browser = world.admin_browser().await;
    browser.visit("/admin/topology").await;
    world.visitor = Some(browser);
}

#[then(expr = "{string} is published by {string} and received by {string}")]
async fn is_published_and_received(world: &mut World, event: String, by: String, receiver: String) {
    let page = &world.visitor().page;
    let row = page.all("event-type").iter().position(|name| *name == event).expect("the event is shown");
    let (stated_by, heard_by) = (&page.all("stated-by")[row], &page.all("heard-by")[row]);
    assert!(stated_by.contains(&by), "{event} is published by {stated_by}");
    assert!(heard_by.contains(&receiver), "{event} is received by {heard_by}");
    assert_eq!(page.all("diagram").len(), 1, "it is drawn, too");
}

#[then(expr = "{string} has failed messages")]
async fn has_failed(world: &mut World, consumer: String) {
    let page = &world.visitor().page;
    let row = page.all("consumer-name").iter().position(|name| *name == consumer).expect("the consumer is shown");
    let failed: u64 = page.all("dead")[row].parse().unwrap();
    assert!(failed > 0, "{consumer} has {failed} failed messages");
}
