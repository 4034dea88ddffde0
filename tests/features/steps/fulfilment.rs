//! The dispatch room.

use chassis::testing::eventually;
use cucumber::{given, then, when};
use serde_json::{Value, json};

use crate::support::EVENTUALLY_TIMEOUT;
use crate::world::World;
use crate::{actors, product_fixtures};

async fn shipping_order(world: &World) -> Value {
    let admin = world.admin().await;
    let path = format!("/api/fulfilment/v1/shipping-orders/{}", world.order().id);
    eventually(EVENTUALLY_TIMEOUT, || async {
        let answer = admin.api("GET", &path, None, &[]).await;
        (answer.status == 200).then_some(answer.json)
    })
    .await
}

async fn dispatch(world: &World, body: Value) {
    shipping_order(world).await;
    let admin = world.admin().await;
    let path = format!("/api/fulfilment/v1/shipping-orders/{}/dispatch", world.order().id);
    let key = format!("dispatch-{}", crate::world::number());
    let answer = admin.api("POST", &path, Some(body), &[("Idempotency-Key", &key)]).await;
    assert_eq!(answer.status, 200, "{}", answer.json);
}

#[when(expr = "staff dispatch the order with {string}, tracking {string}")]
async fn dispatch_all(world: &mut World, carrier: String, tracking: String) {
    let id = world.order().id;
    shipping_order(world).await;
    let mut browser = world.admin_browser().await;
    browser.visit(&format!("/admin/shipping-orders/{id}")).await;
    let action = format!("/admin/shipping-orders/{id}/dispatch");
    let sku = browser.page.select("[data-test='item-sku']");
    assert!(!sku.is_empty() || browser.page.status == 200, "{}", browser.page.body);
    browser.submit(&action, &[("carrier", &carrier), ("tracking", &tracking)]).await;
    assert_eq!(browser.page.status, 200, "{}", browser.page.body);
}

#[when(expr = "staff dispatch only {string} with {string}, tracking {string}")]
async fn dispatch_one(world: &mut World, title: String, carrier: String, tracking: String) {
    let sku = world.product(&title).sku;
    dispatch(world, json!({"carrier": carrier, "tracking": tracking, "items": [sku]})).await;
}

#[given("the order has been dispatched")]
async fn dispatched(world: &mut World) {
    dispatch(world, json!({"carrier": "Harbour Post", "tracking": "HP-9"})).await;
    actors::becomes(world, "COMPLETED").await;
}

#[then(expr = "the customer sees the tracking number {string}")]
async fn sees_tracking(world: &mut World, tracking: String) {
    let path = format!("/orders/{}", world.order().id);
    world.visitor().visit(&path).await;
    assert_eq!(world.visitor().page.text("tracking"), tracking);
}

#[then(expr = "the item {string} is still pending")]
async fn still_pending(world: &mut World, title: String) {
    let order = shipping_order(world).await;
    let item = order["items"].as_array().unwrap().iter().find(|item| item["title"] == title.as_str()).unwrap();
    assert_ne!(item["status"], "processed", "{order}");
    assert_eq!(order["status"], "pending");
}

#[when(expr = "staff upload the file of {string}")]
async fn upload(world: &mut World, title: String) {
    product_fixtures::upload(world, &world.product(&title).sku).await;
}

async fn asks(world: &mut World, page: &str, api: &str) {
    let shown = world.visitor().visit(page).await.status;
    let answered = world.program().await.api("GET", api, None, &[]).await.status;
    world.notes.insert("statuses", json!([shown, answered]));
}

#[when("they ask for the shipping orders")]
async fn asks_for_shipping_orders(world: &mut World) {
    asks(world, "/admin/shipping-orders", "/api/fulfilment/v1/shipping-orders").await;
}

#[when("they ask for the reports")]
async fn asks_for_reports(world: &mut World) {
    asks(world, "/admin/reports/monthly", "/api/reports/v1/monthly-sales").await;
}

#[when("they ask for the errors")]
async fn asks_for_errors(world: &mut World) {
    asks(world, "/admin/errors", "/api/ops/v1/dead-letters").await;
}

#[when("they ask for the topology")]
async fn asks_for_topology(world: &mut World) {
    asks(world, "/admin/topology", "/api/ops/v1/topology").await;
}

#[then("they are turned away")]
async fn turned_away(world: &mut World) {
    assert_eq!(world.notes["statuses"], json!([403, 403]));
}

#[then("the shipping order is cancelled")]
async fn shipping_order_cancelled(world: &mut World) {
    assert_eq!(shipping_order(world).await["status"], "cancelled");
}
