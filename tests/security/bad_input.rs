//! What programs may send wrong: each is a clear refusal, and nothing is changed by it.

use serde_json::{Value, json};

use crate::api_fixtures;
use crate::support::process::Shop;
use crate::support::visitor::Visitor;
use crate::wire::{Reply, Wire, books};
use crate::{browser, buy};

struct Corner {
    shop: Shop,
    admin: Visitor,
    ana: Visitor,
    wire: Wire,
}

impl Corner {
    async fn open() -> Self {
        let shop = Shop::open(&[("STORE_DEMO", "off")]).await;
        let admin = api_fixtures::admin(&shop).await;
        api_fixtures::product(&admin, "KEA", "physical", 4_990, Some(50)).await;
        let ana = api_fixtures::user(&shop, "ana@post.test", "customer").await;
        let wire = Wire::to(&shop);
        Self { shop, admin, ana, wire }
    }

    async fn as_admin(&self, method: &str, path: &str, body: &str) -> Reply {
        self.wire.json(method, path, self.admin.token.as_deref().unwrap(), body).await
    }

    async fn as_ana(&self, method: &str, path: &str, body: &str) -> Reply {
        self.wire.json(method, path, self.ana.token.as_deref().unwrap(), body).await
    }
}

/// Everything that is no whole number in any range of ours.
const NO_NUMBERS: &[&str] = &[
    "-1",
    "-9223372036854775808",
    "9223372036854775808",
    "18446744073709551616",
    "1e309",
    "-1e309",
    "1e3",
    "1.5",
    "0.1",
    "\"1\"",
    "\"1e3\"",
    "\"\"",
    "\"one\"",
    "null",
    "true",
    "[]",
    "[1]",
    "{}",
    "{\"amount\":1}",
    "NaN",
    "Infinity",
    "01",
    "0x10",
    "1_000",
    "--1",
    "+1",
];

#[tokio::test]
async fn nothing_but_a_whole_number_from_0_to_99_is_a_quantity() {
    let corner = Corner::open().await;
    let cart = buy::cart(&corner.ana, &[("KEA", 2)]).await;
    let path = format!("/api/order/v1/carts/{cart}/items/KEA");
    for wrong in NO_NUMBERS.iter().chain(&["100", "2147483648", "9223372036854775807"]) {
        let reply = corner.as_ana("PUT", &path, &format!("{{\"quantity\": {wrong}}}")).await;
        reply.is_a_problem();
        assert!(matches!(reply.status, 400 | 422), "{reply:?}");
    }
    let cart = corner.ana.get(&format!("/api/order/v1/carts/{cart}")).await;
    assert_eq!((&cart["lines"][0]["quantity"], cart["lines"].as_array().unwrap().len()), (&json!(2), 1), "{cart}");
}

#[tokio::test]
async fn counts_prices_weights_and_refunds_are_whole_numbers_in_range() {
    let corner = Corner::open().await;
    let order = buy::bought(&corner.shop, &corner.ana, &[("KEA", 1)]).await;
    let refunds = format!("/api/order/v1/orders/{}/refunds", order["id"].as_str().unwrap());
    buy::settled(&corner.shop).await;
    let before = books(&corner.shop);
    for wrong in NO_NUMBERS {
        let count = format!("{{\"on_hand\": {wrong}}}");
        let price = api_fixtures::offer("MOA", "physical", 1_234).to_string().replace("1234", wrong);
        let weight = api_fixtures::offer("MOA", "physical", 1_234).to_string().replace("500", wrong);
        let refund = format!("{{\"amount\": {{\"amount\": {wrong}, \"currency\": \"NZD\"}}}}");
        let writes = [
            ("PUT", "/api/fulfilment/v1/stock/KEA", count),
            ("POST", "/api/catalogue/v1/products", price.clone()),
            ("PUT", "/api/catalogue/v1/products/moa", price),
            ("POST", "/api/catalogue/v1/products", weight),
            ("POST", refunds.as_str(), refund),
        ];
        for (method, path, body) in writes {
            let reply = corner.as_admin(method, path, &body).await;
            reply.is_a_problem();
            assert!(matches!(reply.status, 400 | 422), "{reply:?}");
        }
    }
    for (amount, status) in [("0", 422), ("1000000000", 409), ("9223372036854775807", 409)] {
        let refund = format!("{{\"amount\": {{\"amount\": {amount}, \"currency\": \"NZD\"}}}}");
        assert_eq!(corner.as_admin("POST", &refunds, &refund).await.status, status, "{amount}");
    }
    for currency in ["EUR", "nzd", "", "ZZZ", "NZDX"] {
        let refund = format!("{{\"amount\": {{\"amount\": 1, \"currency\": {currency:?}}}}}");
        corner.as_admin("POST", &refunds, &refund).await.is_a_problem();
    }
    assert_eq!(books(&corner.shop), before);
}

#[tokio::test]
async fn what_belongs_to_others_or_does_not_exist_is_not_found() {
    let corner = Corner::open().await;
    let ben = api_fixtures::user(&corner.shop, "ben@post.test", "customer").await;
    let (theirs, key) = (buy::cart(&ben, &[("KEA", 1)]).await, "00000000-0000-7000-8000-000000000000");
    let order = buy::order(&ben, &[("KEA", 1)]).await;
    let order = order["id"].as_str().unwrap();
    let own = buy::cart(&corner.ana, &[("KEA", 1)]).await;
    let before = books(&corner.shop);
    let quantity = r#"{"quantity": 1}"#;
    corner
        .as_ana("PUT", &format!("/api/order/v1/carts/{own}/items/DODO"), quantity)
        .await
        .refuses(404, &["unknown-sku"]);
    for sku in ["%00", "%0d%0a", "%20KEA", "KEA%20", &"K".repeat(65), "kea", "KEA%2F..", "%F0%9F%A6%98"] {
        let reply = corner.as_ana("PUT", &format!("/api/order/v1/carts/{own}/items/{sku}"), quantity).await;
        reply.refuses(404, &["unknown-sku", "not-found"]);
    }
    let none = "0".repeat(32);
    let garbage = ["", "x", "%00", "..%2f..", "null", key, "00000000000000000000000000000000000"];
    for cart in garbage.iter().copied().chain([theirs.as_str(), none.as_str()]) {
        let path = format!("/api/order/v1/carts/{cart}");
        corner.as_ana("GET", &path, "").await.refuses(404, &["not-found"]);
        corner.as_ana("PUT", &format!("{path}/items/KEA"), quantity).await.refuses(404, &["not-found"]);
        corner.as_ana("DELETE", &format!("{path}/items/KEA"), "").await.refuses(404, &["not-found"]);
        let body = json!({"cart_id": cart, "delivery_address": api_fixtures::address()}).to_string();
        corner.as_ana("POST", "/api/order/v1/orders", &body).await.refuses(404, &["not-found"]);
    }
    for order in garbage.iter().copied().skip(1).chain([order, none.as_str()]) {
        let path = format!("/api/order/v1/orders/{order}");
        corner.as_ana("GET", &path, "").await.refuses(404, &["not-found"]);
        corner.as_ana("POST", &format!("{path}/cancel"), "{}").await.refuses(404, &["not-found"]);
        corner.as_ana("POST", &format!("{path}/refunds"), "{}").await.refuses(403, &["forbidden"]);
    }
    assert_eq!(books(&corner.shop), before);
    let cart = ben.get(&format!("/api/order/v1/carts/{theirs}")).await;
    assert_eq!(cart["lines"][0]["quantity"], 1, "{cart}");
}

/// The writes of the API that take JSON, from its own description, and whether the body may be left out.
async fn json_writes(corner: &Corner) -> Vec<(String, String, bool)> {
    let api: Value = corner.admin.get("/api/openapi.json").await;
    let mut writes = Vec::new();
    for (path, methods) in api["paths"].as_object().unwrap() {
        for method in ["post", "put", "delete", "patch"] {
            let takes_json = methods[method]["requestBody"]["content"]["application/json"].is_object();
            if takes_json && !path.ends_with("/payment-events") {
                let path = path.replace("{id}", "00000000-0000-7000-8000-000000000000").replace("{sku}", "KEA");
                let optional = methods[method]["requestBody"]["required"] == false;
                writes.push((method.to_uppercase(), path.replace("{handle}", "kea"), optional));
            }
        }
    }
    assert!(writes.len() > 20, "only {writes:?}");
    writes
}

#[tokio::test]
async fn every_write_refuses_a_body_that_does_not_fit_and_says_why() {
    let corner = Corner::open().await;
    let before = books(&corner.shop);
    let token = format!("Bearer {}", corner.admin.token.as_deref().unwrap());
    let signed = [("authorization", token.as_str()), ("idempotency-key", "k")];
    let huge = format!("{{\"a\": \"{}\"}}", "x".repeat(70_000));
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    for (method, path, optional) in json_writes(&corner).await {
        for malformed in ["{", "{'a': 1}", "\u{feff}{}", "\u{1}", "nul"] {
            corner.as_admin(&method, &path, malformed).await.refuses(400, &["malformed-json"]);
        }
        // Where a wrong field is found before the broken syntax behind it, that is told instead.
        for broken in ["{\"a\"", "{\"a\":}", "{} {}", deep.as_str()] {
            let reply = corner.as_admin(&method, &path, broken).await;
            reply.refuses(if reply.status == 400 { 400 } else { 422 }, &["malformed-json", "invalid-body"]);
        }
        for unfit in
            ["[]", "7", "\"{}\"", "null", "true", r#"{"no_such_field": 1}"#, r#"{"no_such_field": {}, "id": 1}"#]
        {
            if !(optional && unfit == "null") {
                corner.as_admin(&method, &path, unfit).await.refuses(422, &["invalid-body"]);
            }
        }
        corner.as_admin(&method, &path, &huge).await.refuses(413, &["body-too-large"]);
        corner.as_admin(&method, &path, &huge.repeat(40)).await.refuses(413, &["body-too-large"]);
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json", ""] {
            let headers = [&signed[..], &[("content-type", kind)]].concat();
            corner.wire.send(&method, &path, &headers, "{}").await.refuses(415, &["unsupported-media-type"]);
        }
        let packed = [&signed[..], &[("content-type", "application/json"), ("content-encoding", "gzip")]].concat();
        corner.wire.send(&method, &path, &packed, "{}").await.refuses(415, &["unsupported-media-type"]);
        let broken = [&signed[..], &[("content-type", "application/json")]].concat();
        let reply = corner.wire.send(&method, &path, &broken, &b"{\"a\": \"\xff\xfe\"}"[..]).await;
        reply.is_a_problem();
    }
    assert_eq!(books(&corner.shop), before);
}

#[tokio::test]
async fn garbage_in_paths_queries_and_headers_is_a_clear_refusal() {
    let corner = Corner::open().await;
    let before = books(&corner.shop);
    let api: Value = corner.admin.get("/api/openapi.json").await;
    let (long, token) = ("a".repeat(3_000), format!("Bearer {}", corner.admin.token.as_deref().unwrap()));
    let paths = [
        "%00",
        "%FF",
        "..%2f..%2fetc",
        "%2e%2e",
        "%27%20OR%201=1",
        "%F0%9F%A6%98",
        "%0d%0aX:%201",
        "%25",
        long.as_str(),
    ];
    let queries = [
        "limit=-1",
        "limit=0",
        "limit=101",
        "limit=99999999999999999999",
        "limit=ten",
        "cursor=zzz",
        "cursor=%00",
        "q=%00",
        "q=%FF",
        "q=%22%2a%28%29",
        "q=a%20OR%20NEAR(",
        "status=LOST",
        "since=yesterday",
        "months=-1",
        "months=9999999999",
        "currency=ZZZ",
        "category=%00",
        "all=perhaps",
        "limit=1&limit=2",
        "%zz=1",
        "=&&&=",
    ];
    for (path, methods) in api["paths"].as_object().unwrap() {
        let plain = path.replace("{id}", "x").replace("{sku}", "KEA").replace("{handle}", "kea").replace("{name}", "x");
        for method in ["GET", "POST", "PUT", "DELETE"] {
            if !methods[method.to_lowercase()].is_object() {
                let reply = corner.wire.send(method, &plain, &[("authorization", &token)], "").await;
                // The name of one thing may be the path of another; what is not there is said to be not there.
                assert!(matches!(reply.status, 404 | 405) || reply.status < 300, "{reply:?}");
                continue;
            }
            for garbage in paths.iter().filter(|_| path.contains('{')) {
                let path = path.replace("{id}", garbage).replace("{sku}", garbage).replace("{handle}", garbage);
                let reply = corner.as_admin(method, &path.replace("{name}", garbage), "{}").await;
                assert!(reply.status < 300 || reply.kind == "application/problem+json", "{reply:?}");
            }
        }
        for query in queries.iter().filter(|_| methods["get"].is_object()) {
            let reply = corner.as_admin("GET", &format!("{plain}?{query}"), "").await;
            assert!(reply.status < 300 || reply.kind == "application/problem+json", "{reply:?}");
        }
        for authorization in ["Bearer", "Bearer ", "Bearer x", "Basic YTpi", "bearer null", &format!("Bearer {long}")] {
            let needed = |scheme: &Value| scheme.get("bearer").is_some();
            if methods["get"]["security"].as_array().is_some_and(|schemes| schemes.iter().all(needed)) {
                let reply = corner.wire.send("GET", &plain, &[("authorization", authorization)], "").await;
                reply.refuses(401, &["unauthorized"]);
            }
        }
    }
    let after: Vec<String> = books(&corner.shop);
    // A file may be kept under any name that is one; nothing else was changed.
    assert_eq!(after, before);
}

#[tokio::test]
async fn pages_that_do_not_exist_say_so() {
    let corner = Corner::open().await;
    let mut visitor = browser::of(&corner.shop, "ana@post.test").await;
    let long = format!("/products/{}", "a".repeat(3_000));
    let paths = [
        "/nothing",
        "/products/nothing",
        "/products/%00",
        "/products/..%2f..%2fetc%2fpasswd",
        "/products/%FF",
        "/orders/x",
        "/orders/00000000-0000-7000-8000-000000000000",
        "/downloads/x",
        "/media/..%2f..%2fsecrets.json",
        "/media/%00.svg",
        "/pay/pi_nothing",
        "/assets/..%2f..%2fCargo.toml",
        "/%F0%9F%A6%98",
        "//nothing",
        long.as_str(),
    ];
    for path in paths {
        let reply = corner.wire.send("GET", path, &[], "").await;
        assert!(matches!(reply.status, 303 | 308 | 400 | 404), "{reply:?}");
        let page = visitor.visit(path).await;
        assert!(matches!(page.status, 400 | 404) && page.body.contains("<h1"), "{path}: {} {}", page.status, page.body);
    }
    for query in ["?q=%00", "?q=%FF", "?q=%22*(", "?category=nothing", "?cursor=zzz", "?limit=-1", "?cursor=%00&q=x"] {
        let page = visitor.visit(&format!("/products{query}")).await;
        assert!(page.status < 500 && page.body.contains("<h1"), "{query}: {} {}", page.status, page.body);
    }
}
