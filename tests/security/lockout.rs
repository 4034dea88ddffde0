//! Guessing at an account, and what the security log says of it, over HTTP against the real binary.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::api_fixtures;
use crate::support::process::{ADMIN, Shop};
use crate::wire::{Reply, Wire};

async fn log_in(wire: &Wire, address: &str, body: Value) -> Reply {
    let headers = [("content-type", "application/json"), ("x-forwarded-for", address)];
    wire.send("POST", "/api/customer/v1/sessions", &headers, body.to_string()).await
}

fn wrong(email: &str) -> Value {
    json!({ "email": email, "password": "a wrong guess" })
}

#[tokio::test]
async fn anyone_who_guesses_at_the_administrators_account_does_not_keep_its_owner_out() {
    let shop = Shop::open(&[("STORE_DEMO", "off")]).await;
    let wire = Wire::to(&shop);
    let right = json!({ "email": ADMIN.0, "password": ADMIN.1 });
    let first = log_in(&wire, "198.51.100.1", right.clone()).await;
    let device: Value = serde_json::from_str(&first.text).unwrap();
    let known = json!({ "email": ADMIN.0, "password": ADMIN.1, "device": device["device"] });
    let (begun, mut admitted) = (Instant::now(), 0);
    while begun.elapsed() < Duration::from_secs(10) {
        admitted += u32::from(log_in(&wire, "203.0.113.9", wrong(ADMIN.0)).await.status == 401);
    }
    assert!((5..=10).contains(&admitted), "{admitted} guesses in ten seconds");
    for round in 0..5 {
        assert_eq!(log_in(&wire, "198.51.100.1", known.clone()).await.status, 201, "the known device, {round}");
        let new = log_in(&wire, &format!("198.51.100.{}", round + 2), right.clone()).await;
        assert_eq!(new.status, 201, "a new device, {round}");
    }
    assert_eq!(log_in(&wire, "203.0.113.9", right).await.status, 429);
}

/// The newest records of a kind.
pub async fn recorded(admin: &crate::support::visitor::Visitor, event: &str) -> Vec<Value> {
    let list = admin.get(&format!("/api/ops/v1/security-log?event={event}")).await;
    list["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_security_log_tells_who_did_what_from_where() {
    let shop = Shop::open(&[("STORE_DEMO", "off")]).await;
    let (admin, wire) = (api_fixtures::admin(&shop).await, Wire::to(&shop));
    let ana = api_fixtures::user(&shop, "ana@post.test", "customer").await;
    let id = |me: Value| me["id"].as_str().unwrap().to_owned();
    let (ana_id, admin_id) = (id(ana.get("/api/customer/v1/me").await), id(admin.get("/api/customer/v1/me").await));

    log_in(&wire, "203.0.113.9", wrong("ana@post.test")).await;
    let failed = recorded(&admin, "login-failed").await;
    assert_eq!(failed[0]["subject"], format!("customer/{ana_id}"), "{failed:?}");
    assert_eq!(failed[0]["address"], "203.0.113.9");

    let role = format!("/api/customer/v1/customers/{ana_id}/role");
    admin.api("PUT", &role, Some(json!({ "role": "staff" })), &[]).await;
    let changed = recorded(&admin, "role-changed").await;
    assert_eq!((&changed[0]["actor"], changed.len()), (&json!(admin_id), 1), "{changed:?}");

    ana.api("GET", "/api/ops/v1/dead-letters", None, &[]).await;
    let denied = recorded(&admin, "access-denied").await;
    assert_eq!(denied[0]["actor"], json!(ana_id), "{denied:?}");
    let forged = wire.send("POST", "/login", &[("origin", "https://evil.test")], "").await;
    assert_eq!(forged.status, 403);
    assert_eq!(recorded(&admin, "form-forged").await.len(), 1);
    wire.send("POST", "/api/order/v1/payment-events", &[("stripe-signature", "t=1,v1=00")], "{}").await;
    assert_eq!(recorded(&admin, "webhook-forged").await.len(), 1);
    admin.get("/api/catalogue/v1/exports/products.csv").await;
    assert_eq!(recorded(&admin, "exported").await[0]["actor"], json!(admin_id));
    admin.api("POST", "/api/customer/v1/api-keys", Some(json!({ "label": "x", "role": "staff" })), &[]).await;
    assert_eq!(recorded(&admin, "api-key-made").await.len(), 1);

    let all = admin.get("/api/ops/v1/security-log").await.to_string();
    for secret in ["a wrong guess", api_fixtures::PASSWORD, ADMIN.1, "ana@post.test"] {
        assert!(!all.contains(secret), "{secret} is in the log: {all}");
    }
    admin.api("PUT", &role, Some(json!({ "role": "customer" })), &[]).await;
    admin.api("DELETE", &format!("/api/customer/v1/customers/{ana_id}"), None, &[]).await;
    let failed = recorded(&admin, "login-failed").await;
    assert_eq!((&failed[0]["address"], &failed[0]["agent"]), (&json!(""), &json!("")), "forgotten with the person");
    assert_eq!(failed[0]["subject"], format!("customer/{ana_id}"), "the id stays");
}
