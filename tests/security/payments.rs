//! Webhooks that the provider did not send, keys that are missing or used twice, and a card that is declined.

use chassis::testing::eventually;

use crate::support::EVENTUALLY_TIMEOUT;
use crate::support::process::{Shop, WEBHOOK_SECRET};
use crate::support::visitor::Visitor;
use crate::wire::{Wire, books};
use crate::{api_fixtures, buy};

const PLAIN: &[(&str, &str)] = &[("STORE_DEMO", "off")];

async fn shop_with_a_kea() -> (Shop, Visitor) {
    let shop = Shop::open(PLAIN).await;
    let admin = api_fixtures::admin(&shop).await;
    api_fixtures::product(&admin, "KEA", "physical", 4_990, Some(50)).await;
    let buyer = api_fixtures::user(&shop, "ana@post.test", "customer").await;
    (shop, buyer)
}

#[tokio::test]
async fn a_webhook_that_the_provider_did_not_sign_just_now_is_refused_and_changes_nothing() {
    let (shop, buyer) = shop_with_a_kea().await;
    let order = buy::order(&buyer, &[("KEA", 1)]).await;
    let gross = order["totals"]["gross"]["amount"].as_i64().unwrap();
    let body = buy::event("evt_forged", "payment_intent.succeeded", &order, gross);
    let right = buy::signature(WEBHOOK_SECRET, 0, &body);
    let (time, mac) = right.split_once(",v1=").unwrap();
    let other_body = buy::signature(WEBHOOK_SECRET, 0, &body.replace("evt_forged", "evt_other"));
    let forged = [
        String::new(),
        "garbage".to_owned(),
        time.to_owned(),
        format!("v1={mac}"),
        format!("{time},v1="),
        format!("{time},v0={mac}"),
        format!("{time},v1={}", mac.to_uppercase()),
        format!("{time},v1={}", "0".repeat(64)),
        format!("t=0,v1={mac}"),
        format!("{time},{time},v1={mac}"),
        format!("t=99999999999999999999,v1={mac}"),
        format!("{time},v1={mac}{mac}"),
        other_body,
        buy::signature("whsec_guessed", 0, &body),
        buy::signature("", 0, &body),
        buy::signature(WEBHOOK_SECRET, -302, &body),
        buy::signature(WEBHOOK_SECRET, 302, &body),
    ];
    let before = books(&shop);
    let wire = Wire::to(&shop);
    for signature in &forged {
        let headers = [("stripe-signature", signature.as_str()), ("content-type", "application/json")];
        let reply = wire.send("POST", "/api/order/v1/payment-events", &headers, body.as_bytes()).await;
        reply.refuses(400, &["invalid-signature"]);
    }
    wire.send("POST", "/api/order/v1/payment-events", &[], body.as_bytes()).await.refuses(400, &["invalid-signature"]);
    for altered in [body.replace("nzd", "NZD"), format!("{body} "), body[1..].to_owned(), String::new()] {
        let headers = [("stripe-signature", right.as_str())];
        let reply = wire.send("POST", "/api/order/v1/payment-events", &headers, altered).await;
        reply.refuses(400, &["invalid-signature"]);
    }
    assert_eq!(books(&shop), before);
    assert_eq!(buy::look(&buyer, &order).await["status"], "INITIAL");

    // The same words under the right signature are believed.
    let reply = buy::post_event(&shop, &body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    buy::becomes(&buyer, &order, "PAID").await;
}

#[tokio::test]
async fn a_signed_webhook_that_is_no_event_is_refused_and_one_of_an_unknown_kind_is_kept() {
    let (shop, _) = shop_with_a_kea().await;
    for malformed in ["", "{", "[]", "null", "{}", r#"{"id":"evt_1"}"#, r#"{"id":7,"type":"x"}"#] {
        buy::post_event(&shop, malformed).await.refuses(400, &["malformed-event"]);
    }
    for unknown in [r#"{"id":"evt_2","type":"customer.created"}"#, r#"{"id":"evt_2","type":"customer.created"}"#] {
        assert_eq!(buy::post_event(&shop, unknown).await.status, 200);
    }
    let kept = || async {
        let audit = shop.audit();
        let settled = audit.iter().filter(|line| line["id"] == "evt_2" && line["status"] == "handled");
        (settled.count() == 1).then_some(())
    };
    eventually(EVENTUALLY_TIMEOUT, kept).await;
}

#[tokio::test]
async fn a_key_is_needed_and_means_one_request() {
    let (shop, buyer) = shop_with_a_kea().await;
    let cart = buy::cart(&buyer, &[("KEA", 1)]).await;
    let token = buyer.token.clone().unwrap();
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let wire = Wire::to(&shop);
    let body = serde_json::json!({"cart_id": cart, "delivery_address": api_fixtures::address()}).to_string();
    let without = wire.send("POST", "/api/order/v1/orders", &headers, body.as_bytes()).await;
    without.refuses(400, &["idempotency-key-required"]);
    let order = buy::order(&buyer, &[("KEA", 1)]).await;
    for path in ["cancel", "refunds"] {
        let path = format!("/api/order/v1/orders/{}/{path}", order["id"].as_str().unwrap());
        let admin = format!("Bearer {}", api_fixtures::admin(&shop).await.token.unwrap());
        let headers = [("authorization", admin.as_str()), ("content-type", "application/json")];
        wire.send("POST", &path, &headers, "{}").await.refuses(400, &["idempotency-key-required"]);
    }
    let first = wire.json("POST", "/api/order/v1/orders", &token, &body).await;
    assert!(first.status < 300, "{first:?}");
    let other = body.replace("Rata", "Rimu");
    wire.json("POST", "/api/order/v1/orders", &token, &other).await.refuses(422, &["idempotency-key-reused"]);
    // The same key of another customer is another key.
    let ben = api_fixtures::user(&shop, "ben@post.test", "customer").await;
    let own = buy::ask(&ben, &buy::cart(&ben, &[("KEA", 1)]).await, "k").await;
    assert!(matches!(own.status, 201 | 202), "{own:?}");
}

#[tokio::test]
async fn a_declined_card_is_told_and_another_one_pays() {
    let (shop, buyer) = shop_with_a_kea().await;
    let order = buy::order(&buyer, &[("KEA", 1)]).await;
    let declined = buy::pay(&shop, &order, "pm_card_chargeDeclined").await;
    assert_eq!(declined["error"]["code"], "card_declined", "{declined}");
    let told = || async { Some(buy::look(&buyer, &order).await).filter(|it| it["payment"]["status"] == "declined") };
    let still = eventually(EVENTUALLY_TIMEOUT, told).await;
    assert_eq!(still["status"], "INITIAL");
    buy::pay(&shop, &order, "pm_card_visa").await;
    buy::becomes(&buyer, &order, "PAID").await;
    assert_eq!(buy::records(&shop, "sandbox", "intent", &order).len(), 1);
}

#[tokio::test]
async fn comparing_the_books_says_what_was_compared_and_fails_when_the_provider_is_silent() {
    let (mut shop, buyer) = shop_with_a_kea().await;
    let order = buy::order(&buyer, &[("KEA", 1)]).await;
    let number = order["number"].as_str().unwrap();
    let told = shop.cli(&["reconcile"]);
    let said = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.status.success(), "{told:?}");
    assert!(said.contains("1 order compared with the payment provider, 0 repaired, 0 not answered"), "{said}");
    assert!(shop.close().await);
    let nobody = [
        ("STORE_STRIPE_SECRET_KEY", "sk_test_x"),
        ("STORE_STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET),
        ("STORE_STRIPE_API_BASE", "http://127.0.0.1:1"),
    ];
    let silent = shop.cli_with(&nobody, &["reconcile"]);
    let said = String::from_utf8_lossy(&silent.stdout).into_owned();
    assert_eq!(silent.status.code(), Some(1), "{silent:?}");
    assert!(said.contains(&format!("order {number} could not be compared")), "{said}");
    assert!(said.contains("0 orders compared with the payment provider, 0 repaired, 1 not answered"), "{said}");
}
