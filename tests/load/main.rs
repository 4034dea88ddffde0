//! What an order costs, measured: processor time, statements, commits, facts and bytes, in each form of the shop.
//!
//! No assertion on time is made here. Run it in a release build on a machine that does nothing else:
//!
//! ```text
//! cargo test --release -p app --test load -- --ignored --nocapture
//! ```
//! The payment sandbox is part of the shop and its cost is counted; a real provider would bear it elsewhere.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on ends here, and says where")]
#![expect(clippy::print_stdout, reason = "what was measured is for anyone who runs it")]

#[path = "../support/api_fixtures.rs"]
mod api_fixtures;
mod cost;
mod sql;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "a measurement needs only a part of what all tests share")]
mod support;
mod yardstick;

use std::sync::Arc;
use std::time::{Duration, Instant};

use chassis::testing::eventually;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use cost::Meter;
use sql::SqlWork;
use support::process::{Shop, Topology};
use support::visitor::Visitor;

const ORDERS: usize = 600;
const CONCURRENCY: usize = 16;
/// As many different things are sold: what all want at once is measured elsewhere, by `rush` among the crash tests.
const SKUS: usize = 25;

fn sku(number: usize) -> String {
    format!("KEA-{}", number % SKUS)
}

/// One purchase, as a program makes it.
async fn buy(customer: &Visitor, number: usize) {
    let cart = customer.api("POST", "/api/order/v1/carts", Some(json!({})), &[]).await;
    let cart = cart.json["id"].as_str().unwrap().to_owned();
    let line = format!("/api/order/v1/carts/{cart}/items/{}", sku(number));
    assert_eq!(customer.api("PUT", &line, Some(json!({"quantity": 1})), &[]).await.status, 200);
    let body = json!({"cart_id": cart, "delivery_address": api_fixtures::address()});
    let key = format!("load-{number}");
    let order = eventually(support::EVENTUALLY_TIMEOUT * 4, || async {
        let headers = [("Idempotency-Key", key.as_str())];
        let answer = customer.api("POST", "/api/order/v1/orders", Some(body.clone()), &headers).await;
        answer.json["payment"]["client_secret"].is_string().then_some(answer.json)
    })
    .await;
    let (intent, secret) = (&order["payment"]["intent_id"], &order["payment"]["client_secret"]);
    let form = [("payment_method", "pm_card_visa"), ("client_secret", secret.as_str().unwrap())];
    let url = format!("{}/sandbox/v1/payment_intents/{}/confirm", customer.base(), intent.as_str().unwrap());
    let paid = reqwest::Client::new().post(url).form(&form).send().await.unwrap();
    assert!(paid.status().is_success(), "{}", paid.text().await.unwrap());
}

/// How many sales the books show.
async fn sold(admin: &Visitor) -> u64 {
    let sales = admin.api("GET", "/api/reports/v1/monthly-sales?months=1", None, &[]).await;
    let months = sales.json["items"].as_array().cloned().unwrap_or_default();
    months.iter().filter_map(|month| month["orders"].as_u64()).sum()
}

fn receipts(shop: &Shop) -> usize {
    shop.letters().iter().filter(|letter| letter.contains("eceipt")).count()
}

async fn measure(topology: Topology) {
    let shop = Shop::open_as(topology, &[("STORE_DEMO", "off"), ("STORE_LOG", "warn")]).await;
    let admin = api_fixtures::admin(&shop).await;
    for number in 0..SKUS {
        api_fixtures::product(&admin, &sku(number), "physical", 4_990, Some(1_000_000)).await;
    }
    let mut customers = Vec::new();
    for number in 0..CONCURRENCY {
        customers.push(Arc::new(api_fixtures::user(&shop, &format!("load{number}@post.test"), "customer").await));
    }
    for number in 0..20 {
        buy(&customers[number % CONCURRENCY], 1_000_000 + number).await; // everything is warm then
    }
    eventually(support::EVENTUALLY_TIMEOUT * 4, || async { (sold(&admin).await >= 20).then_some(()) }).await;
    let asked = SqlWork::read(&shop).await;
    let (before, begun) = (Meter::read(&shop), Instant::now());
    let (seats, mut buying) = (Arc::new(Semaphore::new(CONCURRENCY)), JoinSet::new());
    for number in 0..ORDERS {
        let (seats, customer) = (Arc::clone(&seats), Arc::clone(&customers[number % CONCURRENCY]));
        buying.spawn(async move {
            let _seat = seats.acquire_owned().await.unwrap();
            buy(&customer, number).await;
        });
    }
    buying.join_all().await;
    let bought = begun.elapsed();
    let all = u64::try_from(ORDERS).unwrap() + 20;
    eventually(support::EVENTUALLY_TIMEOUT * 4, || async {
        (sold(&admin).await >= all && receipts(&shop) >= ORDERS + 20).then_some(())
    })
    .await;
    let (settled, used) = (begun.elapsed(), Meter::read(&shop));
    println!("\n== {}: {ORDERS} orders, {CONCURRENCY} buyers at once", topology.name());
    println!("bought in {bought:?}, settled after {settled:?}: {:.0} orders/s", rate(settled));
    let yardstick = yardstick::commits_per_second(&shop).await;
    println!(
        "yardstick: {yardstick:.0} single inserts/s; {:.1} orders per 1000 of them",
        1_000.0 * rate(settled) / yardstick
    );
    println!("{}", used.since(&before).per_order(ORDERS));
    println!("{}", SqlWork::read(&shop).await.per_order(&asked, ORDERS));
    println!("{}", messages(&shop.audit()));
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn rate(elapsed: Duration) -> f64 {
    ORDERS as f64 / elapsed.as_secs_f64()
}

/// How many facts and messages there are for each order, by context.
fn messages(audit: &[Value]) -> String {
    let count = |context: &str, kind: &str| {
        let found = audit.iter().filter(|line| line["context"] == context && line["kind"] == kind).count();
        format!("{}.{:02}", found / (ORDERS + 20), found * 100 / (ORDERS + 20) % 100)
    };
    let line = |context: &str| {
        format!(
            "  {context:<10} {:>6} facts, {:>6} messages and tasks",
            count(context, "outbox"),
            count(context, "inbox")
        )
    };
    let contexts = ["catalogue", "order", "fulfilment", "reports", "customer"].map(line);
    format!("for each order:\n{}", contexts.join("\n"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, not a test"]
async fn what_an_order_costs() {
    for topology in Topology::ALL {
        if topology.is_possible() {
            measure(topology).await;
        }
    }
}
