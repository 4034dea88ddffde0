//! Buying over the API, for tests that need an order in a certain state.

use chassis::testing::eventually;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use shared_kernel::Clock as _;

use crate::api_fixtures;
use crate::support::EVENTUALLY_TIMEOUT;
use crate::support::process::{Shop, WEBHOOK_SECRET};
use crate::support::visitor::{Answer, Visitor};
use crate::wire::{Reply, Wire};

/// A new cart with these things in it.
pub async fn cart(buyer: &Visitor, things: &[(&str, u32)]) -> String {
    let made = buyer.api("POST", "/api/order/v1/carts", Some(json!({})), &[]).await;
    let cart = made.json["id"].as_str().unwrap().to_owned();
    for (sku, quantity) in things {
        let path = format!("/api/order/v1/carts/{cart}/items/{sku}");
        let put = buyer.api("PUT", &path, Some(json!({"quantity": quantity})), &[]).await;
        assert_eq!(put.status, 200, "{}", put.json);
    }
    cart
}

/// Asks once for what is in the cart.
pub async fn ask(buyer: &Visitor, cart: &str, key: &str) -> Answer {
    let body = json!({"cart_id": cart, "delivery_address": api_fixtures::address()});
    buyer.api("POST", "/api/order/v1/orders", Some(body), &[("Idempotency-Key", key)]).await
}

/// Orders these things; the order can be paid.
pub async fn order(buyer: &Visitor, things: &[(&str, u32)]) -> Value {
    let cart = cart(buyer, things).await;
    eventually(EVENTUALLY_TIMEOUT, || async {
        let placed = ask(buyer, &cart, &format!("key-{cart}")).await;
        assert!(matches!(placed.status, 200..=202), "{}", placed.json);
        (placed.status != 202).then_some(placed.json)
    })
    .await
}

/// Pays the order with a test payment method; answers the intent.
pub async fn pay(shop: &Shop, order: &Value, method: &str) -> Value {
    let (intent, secret) = (&order["payment"]["intent_id"], &order["payment"]["client_secret"]);
    let path = format!("/sandbox/v1/payment_intents/{}/confirm", intent.as_str().unwrap());
    let form = format!("payment_method={method}&client_secret={}", secret.as_str().unwrap());
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let reply = Wire::to(shop).send("POST", &path, &headers, form).await;
    serde_json::from_str(&reply.text).unwrap()
}

/// The order as its buyer sees it now.
pub async fn look(buyer: &Visitor, order: &Value) -> Value {
    buyer.get(&format!("/api/order/v1/orders/{}", order["id"].as_str().unwrap())).await
}

/// Waits until the order has this status.
pub async fn becomes(buyer: &Visitor, order: &Value, status: &str) -> Value {
    eventually(EVENTUALLY_TIMEOUT, || async {
        Some(look(buyer, order).await).filter(|order| order["status"] == status)
    })
    .await
}

/// Orders, pays, and waits until the shop knows.
pub async fn bought(shop: &Shop, buyer: &Visitor, things: &[(&str, u32)]) -> Value {
    let placed = order(buyer, things).await;
    assert_eq!(pay(shop, &placed, "pm_card_visa").await["status"], "succeeded");
    becomes(buyer, &placed, "PAID").await
}

/// Waits until nothing is under way any more.
pub async fn settled(shop: &Shop) {
    eventually(EVENTUALLY_TIMEOUT, || async {
        let audit = shop.audit();
        let open = |line: &Value| line["status"] == "open" || line["kind"] == "webhook";
        let unsent = |line: &Value| line["status"] == "PAID" && line["receipt"]["sent_at"].is_null();
        let quiet = !audit.iter().any(|line| open(line) || unsent(line));
        let paid = audit.iter().filter(|line| line["kind"] == "order" && line["status"] == "PAID").count();
        let known = |kind: &str| audit.iter().filter(|line| line["kind"] == kind).count() >= paid;
        (quiet && known("sale") && known("shipping_order")).then_some(())
    })
    .await;
}

/// The audit's lines of one kind about one order.
pub fn records(shop: &Shop, context: &str, kind: &str, order: &Value) -> Vec<Value> {
    let id = &order["id"];
    let about = |line: &Value| {
        let named = [&line["id"], &line["order_id"], &line["metadata"]["order_id"]];
        line["context"] == context && line["kind"] == kind && named.contains(&id)
    };
    shop.audit().into_iter().filter(|line| about(line)).collect()
}

/// An event of the provider about the order's intent: it is in this state, and so much has come.
pub fn event(id: &str, event_type: &str, order: &Value, received: i64) -> String {
    let intent = &order["payment"]["intent_id"];
    let object = json!({
        "id": intent, "object": "payment_intent", "amount": received, "amount_received": received, "currency": "nzd",
        "metadata": {"order_id": order["id"], "order_number": order["number"]},
        "last_payment_error": {"code": "card_declined", "message": "Too late."},
    });
    json!({"id": id, "object": "event", "type": event_type, "data": {"object": object}}).to_string()
}

/// The provider's signature over `body`, made `seconds` from now.
pub fn signature(secret: &str, seconds: i64, body: &str) -> String {
    let time = chassis::SystemClock.now().micros().div_euclid(1_000_000) + seconds;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{time}.{body}").as_bytes());
    let hex = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    format!("t={time},v1={hex}")
}

/// Posts an event as the provider does.
pub async fn post_event(shop: &Shop, body: &str) -> Reply {
    let signed = signature(WEBHOOK_SECRET, 0, body);
    let headers = [("stripe-signature", signed.as_str()), ("content-type", "application/json")];
    Wire::to(shop).send("POST", "/api/order/v1/payment-events", &headers, body).await
}
