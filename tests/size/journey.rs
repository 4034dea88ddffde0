//! Everything that a shop is used for, once: so that each of its statements is seen.

use chassis::testing::eventually;
use reqwest::Method;
use serde_json::{Value, json};

use crate::api_fixtures::{self, PASSWORD};
use crate::shop_fixture::{ask, bought, browser, cart, client, give_card, order, raw, reaches};
use crate::support::EVENTUALLY_TIMEOUT;
use crate::support::process::{ADMIN, Shop};
use crate::support::visitor::Visitor;

/// What staff and buyers look at; `{paid}` stands for an order.
const PAGES: &[&str] = &[
    "/",
    "/products",
    "/products?category=Things",
    "/products?q=thing",
    "/products?q=thing&category=Things",
    "/products/kea",
    "/sitemap.xml",
    "/sitemap/1.xml",
    "/cart",
    "/profile",
    "/profile/sessions",
    "/profile/second-factor",
    "/orders",
    "/orders/{paid}",
    "/admin",
    "/admin/products",
    "/admin/products?q=kea",
    "/admin/products/kea",
    "/admin/products/export.csv",
    "/admin/orders",
    "/admin/orders?q=ana@post.test",
    "/admin/orders?q=100001",
    "/admin/orders?q=Hana",
    "/admin/orders?status=PAID",
    "/admin/orders/{paid}",
    "/admin/shipping-orders",
    "/admin/shipping-orders?status=pending",
    "/admin/shipping-orders/{paid}",
    "/admin/stock",
    "/admin/stock?q=KEA",
    "/admin/stock/KEA",
    "/admin/digital-files",
    "/admin/customers",
    "/admin/customers?q=ana",
    "/admin/errors",
    "/admin/security",
    "/admin/mail",
    "/admin/reports",
    "/admin/reports/monthly",
    "/admin/reports/monthly.csv",
    "/admin/reports/sales",
    "/admin/reports/sales.csv",
    "/admin/reports/products",
    "/admin/reports/categories",
    "/admin/reports/refunds",
    "/admin/reports/refunds.csv",
];

/// What programs ask; each list is followed for some pages.
const LISTS: &[&str] = &[
    "/api/catalogue/v1/categories",
    "/api/catalogue/v1/featured",
    "/api/catalogue/v1/paths",
    "/api/catalogue/v1/products",
    "/api/catalogue/v1/products?all=true",
    "/api/catalogue/v1/products?category=Things",
    "/api/catalogue/v1/products?q=thing",
    "/api/catalogue/v1/products?q=thing&category=Things",
    "/api/catalogue/v1/products?q=thing&all=true",
    "/api/customer/v1/api-keys",
    "/api/customer/v1/customers",
    "/api/customer/v1/customers?q=ana",
    "/api/customer/v1/me/sessions",
    "/api/fulfilment/v1/shipping-orders",
    "/api/fulfilment/v1/shipping-orders?status=pending",
    "/api/fulfilment/v1/stock",
    "/api/fulfilment/v1/stock?q=KEA",
    "/api/fulfilment/v1/stock/KEA/movements",
    "/api/ops/v1/counts",
    "/api/ops/v1/dead-letters",
    "/api/ops/v1/events",
    "/api/ops/v1/security-log",
    "/api/ops/v1/replays",
    "/api/order/v1/orders",
    "/api/order/v1/orders?status=PAID",
    "/api/order/v1/orders?q=ana@post.test",
    "/api/order/v1/orders?since=2020-01-01T00:00:00Z",
    "/api/reports/v1/monthly-sales",
    "/api/reports/v1/refunds",
    "/api/reports/v1/sales",
    "/api/reports/v1/sales-by-category",
    "/api/reports/v1/sales-by-country",
    "/api/reports/v1/top-products",
];

/// Uses the shop, and answers what its command line has logged meanwhile.
pub async fn travel(shop: &mut Shop) -> String {
    let admin = api_fixtures::admin(shop).await;
    for (sku, price) in [("KEA", 4_990), ("TUI", 1_990)] {
        api_fixtures::product(&admin, sku, "physical", price, Some(500)).await;
    }
    let ana = api_fixtures::user(shop, "ana@post.test", "customer").await;
    let paid = buy(shop, &admin, &ana).await;
    look(shop, &admin, &ana, &paid).await;
    keep_accounts(shop, &admin, &ana).await;
    let said = command(shop);
    come_to_rest(&admin).await;
    // Timers have their first turn at a start, and now there is something for them to find.
    assert!(shop.close().await);
    shop.start().await;
    come_to_rest(&admin).await;
    said
}

/// Waits until no message waits for its handler. (The audit would tell, too, but it reads everything.)
async fn come_to_rest(admin: &Visitor) {
    eventually(EVENTUALLY_TIMEOUT, || async {
        let counts = admin.get("/api/ops/v1/counts").await;
        counts["items"].as_array().unwrap().iter().all(|context| context["waiting"] == 0).then_some(())
    })
    .await;
}

fn path_of(order: &Value) -> String {
    format!("/api/order/v1/orders/{}", order["id"].as_str().unwrap())
}

/// Orders that end in different ways; answers one that is paid.
async fn buy(shop: &Shop, admin: &Visitor, ana: &Visitor) -> Value {
    let [paid, sent, refunded, cancelled] =
        ["paid", "sent", "refunded", "cancelled"].map(|key| (key, [("KEA", 2), ("TUI", 1)]));
    let paid = bought(shop, ana, &paid.1, paid.0).await;
    let sent = bought(shop, ana, &sent.1, sent.0).await;
    dispatch(admin, &sent).await;
    reaches(ana, &sent, "COMPLETED").await;
    let refunded = bought(shop, ana, &refunded.1, refunded.0).await;
    let refund = json!({"amount": {"amount": 100, "currency": "NZD"}, "reason": "a scratch"});
    let key = [("Idempotency-Key", "refund")];
    let told = admin.api("POST", &format!("{}/refunds", path_of(&refunded)), Some(refund), &key).await;
    assert!((200..300).contains(&told.status), "{}", told.json);
    let cancelled = bought(shop, ana, &cancelled.1, cancelled.0).await;
    let key = [("Idempotency-Key", "cancel")];
    let told = ana.api("POST", &format!("{}/cancel", path_of(&cancelled)), Some(json!({})), &key).await;
    assert!((200..300).contains(&told.status), "{}", told.json);
    reaches(ana, &cancelled, "CANCELLED").await;
    let declined = order(ana, &[("TUI", 1)], "declined").await;
    give_card(shop, &declined, "pm_card_chargeDeclined").await;
    let greedy = ask(ana, &cart(ana, &[("TUI", 99)]).await, "greedy").await;
    assert!(greedy.status < 500, "{}", greedy.json);
    paid
}

async fn dispatch(admin: &Visitor, order: &Value) {
    let path = format!("/api/fulfilment/v1/shipping-orders/{}", order["id"].as_str().unwrap());
    let found = || async { Some(admin.api("GET", &path, None, &[]).await).filter(|found| found.status == 200) };
    eventually(EVENTUALLY_TIMEOUT, found).await;
    let parcel = json!({"carrier": "NZ Post", "tracking": "T-1"});
    let sent = admin.api("POST", &format!("{path}/dispatch"), Some(parcel), &[("Idempotency-Key", "d")]).await;
    assert_eq!(sent.status, 200, "{}", sent.json);
}

/// Looks at everything, as each of those who may.
async fn look(shop: &Shop, admin: &Visitor, ana: &Visitor, paid: &Value) {
    for who in [admin, ana] {
        for list in LISTS {
            follow(who, list).await;
        }
    }
    let mut browsers = [browser(shop, ADMIN).await, browser(shop, ("ana@post.test", PASSWORD)).await];
    browsers[1].post("/cart/items", &[("sku", "KEA"), ("quantity", "1")]).await;
    for browser in &mut browsers {
        for page in PAGES {
            let page = page.replace("{paid}", paid["id"].as_str().unwrap());
            let shown = browser.visit(&page).await;
            assert!(shown.status < 500, "{page}: {}", shown.body);
        }
    }
    let mut guest = Visitor::new(&shop.url(""));
    guest.visit("/products/kea").await;
    guest.post("/cart/items", &[("sku", "KEA"), ("quantity", "1")]).await;
    guest.visit("/cart").await;
    guest.visit("/login").await;
    guest.submit("/login", &[("email", "ana@post.test"), ("password", PASSWORD)]).await;
    guest.visit("/checkout").await;
    guest.visit("/login").await;
}

/// Reads a list in pages of one, which shows how it is continued.
async fn follow(who: &Visitor, list: &str) {
    let glue = if list.contains('?') { '&' } else { '?' };
    let mut next = Some(format!("{list}{glue}limit=1"));
    for _ in 0..3 {
        let Some(path) = next.take() else { return };
        let answer = who.api("GET", &path, None, &[]).await;
        assert!(answer.status < 500, "{path}: {}", answer.json);
        let cursor = answer.json["next_cursor"].as_str().or_else(|| answer.json["next"].as_str());
        next = cursor.map(|cursor| format!("{list}{glue}limit=1&cursor={cursor}"));
    }
}

/// Changes stock, products and accounts.
async fn keep_accounts(shop: &Shop, admin: &Visitor, ana: &Visitor) {
    let adjusted = json!({"change": -1, "reason": "damaged"});
    let key = [("Idempotency-Key", "adjust")];
    admin.api("POST", "/api/fulfilment/v1/stock/KEA/adjustments", Some(adjusted), &key).await;
    admin.api("PUT", "/api/catalogue/v1/products/tui", Some(api_fixtures::offer("TUI", "physical", 2_000)), &[]).await;
    admin.api("DELETE", "/api/catalogue/v1/products/tui", None, &[]).await;
    let table = client().request(Method::GET, shop.url("/api/catalogue/v1/exports/products.csv"));
    let table = table.bearer_auth(admin.token.as_ref().unwrap()).send().await.unwrap().text().await.unwrap();
    let upload = raw(shop, admin, "POST", "/api/catalogue/v1/imports").header("content-type", "text/csv").body(table);
    assert!(upload.send().await.unwrap().status().is_success());
    let key = json!({"name": "a program", "role": "staff"});
    let made = admin.api("POST", "/api/customer/v1/api-keys", Some(key), &[]).await;
    let mut program = Visitor::new(&shop.url(""));
    program.token = made.json["key"].as_str().or_else(|| made.json["token"].as_str()).map(ToOwned::to_owned);
    program.api("GET", "/api/order/v1/orders", None, &[]).await;
    let address = json!({"email": "ana@post.test"});
    ana.api("POST", "/api/customer/v1/password-resets", Some(address.clone()), &[]).await;
    ana.api("POST", "/api/customer/v1/verifications/resend", Some(address), &[]).await;
    let wrong = json!({"email": "ana@post.test", "password": "not the right one"});
    ana.api("POST", "/api/customer/v1/sessions", Some(wrong), &[]).await;
    let new = json!({"email": "ben@post.test", "password": PASSWORD, "first_name": "Ben", "last_name": "Tester"});
    ana.api("POST", "/api/customer/v1/customers", Some(new), &[]).await;
    let profile = json!({"first_name": "Ana", "last_name": "Tester"});
    ana.api("PUT", "/api/customer/v1/me", Some(profile), &[]).await;
    let gone = json!({"current_password": PASSWORD});
    let erased = ana.api("POST", "/api/customer/v1/me/erasure", Some(gone), &[]).await;
    assert!((200..300).contains(&erased.status), "{}", erased.json);
}

/// What is done on the command line.
fn command(shop: &Shop) -> String {
    let history = shop.folder().join("history.jsonl");
    let past = json!({"number": "OLD-1", "placed_at": "2020-01-01T00:00:00Z", "status": "COMPLETED", "currency": "NZD",
        "country": "NZ", "customer": {"id": "17850", "email": "old@post.test", "name": "Old Tester"},
        "lines": [{"sku": "OLD", "title": "Old thing", "quantity": 1, "unit_price_minor": 100}]});
    std::fs::write(&history, past.to_string()).unwrap();
    let imported = ["import", "orders", history.to_str().unwrap()];
    let all: [&[&str]; 4] = [&imported, &["replay", "reports/record-sales"], &["reconcile"], &["erasures"]];
    all.iter().map(|arguments| String::from_utf8_lossy(&shop.cli(arguments).stderr).into_owned()).collect()
}
