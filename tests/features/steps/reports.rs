//! The sales reports.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chassis::testing::eventually;
use cucumber::{given, then, when};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};
use serde_json::{Value, json};

use crate::support::EVENTUALLY_TIMEOUT;
use crate::world::World;

fn now() -> Zoned {
    let since_epoch = jiff::SignedDuration::try_from(std::time::UNIX_EPOCH.elapsed().unwrap()).unwrap();
    let now = Timestamp::UNIX_EPOCH.checked_add(since_epoch).unwrap();
    now.to_zoned(TimeZone::get("Pacific/Auckland").unwrap())
}

#[given(expr = "{int} past orders over the last 12 months")]
async fn past_orders(world: &mut World, count: i64) {
    let this_month = now().first_of_month().unwrap().start_of_day().unwrap();
    let mut expected: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    let mut file = String::new();
    for index in 0..count {
        let month = this_month.checked_sub(Span::new().months(index % 12)).unwrap();
        let (quantity, price) = (1 + index % 7, 1 + (index * 7_919) % 99_991);
        let cancelled = index % 20 == 19;
        let order = json!({
            "number": format!("PAST-{index}"), "placed_at": month.timestamp().to_string(),
            "status": if cancelled { "CANCELLED" } else { "COMPLETED" },
            "customer": {"id": null, "email": null, "name": null}, "country": "NZ", "currency": "NZD",
            "lines": [{"sku": format!("P-{}", index % 9), "title": "Past", "quantity": quantity, "unit_price_minor": price}],
        });
        writeln!(file, "{order}").unwrap();
        if !cancelled {
            let sums = expected.entry(month.strftime("%Y-%m").to_string()).or_default();
            *sums = (sums.0 + 1, sums.1 + quantity * price);
        }
    }
    let shop = world.shop();
    let path = shop.folder().join("past.jsonl");
    std::fs::write(&path, file).unwrap();
    let output = shop.cli(&["import", "orders", path.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    world.notes.insert("expected", json!(expected));
    let total: i64 = expected.values().map(|(orders, _)| orders).sum();
    let admin = world.admin().await;
    eventually(EVENTUALLY_TIMEOUT, || async {
        let report = admin.get("/api/reports/v1/monthly-sales?months=12").await;
        let orders: i64 = report["items"].as_array()?.iter().filter_map(|month| month["orders"].as_i64()).sum();
        (orders == total).then_some(())
    })
    .await;
}

#[when("an administrator looks at the monthly report")]
async fn looks(world: &mut World) {
    let mut browser = world.admin_browser().await;
    browser.visit("/admin/reports/monthly").await;
    assert_eq!(browser.page.status, 200, "{}", browser.page.body);
    world.visitor = Some(browser);
}

#[then("it shows the last 12 months")]
async fn twelve_months(world: &mut World) {
    let rows = world.visitor().page.all("month");
    assert_eq!(rows.len(), 12, "{}", world.visitor().page.body);
}

async fn monthly(world: &World) -> Vec<Value> {
    let report = world.admin().await.get("/api/reports/v1/monthly-sales?months=12").await;
    report["items"].as_array().unwrap().clone()
}

#[then("each month adds up to the cent")]
async fn adds_up(world: &mut World) {
    let months = monthly(world).await;
    assert_eq!(months.len(), 12);
    for month in months {
        let name = month["month"].as_str().unwrap();
        let expected = &world.notes["expected"][name];
        assert_eq!(
            (&month["orders"], amount(&month["gross"])),
            (&expected[0], expected[1].as_i64().unwrap()),
            "{name}"
        );
        assert_eq!(amount(&month["net"]) + amount(&month["tax"]), amount(&month["gross"]), "{name}");
    }
}

fn amount(money: &Value) -> i64 {
    money["amount"].as_i64().or_else(|| money.as_i64()).unwrap_or_else(|| panic!("not an amount: {money}"))
}

#[then("the report as CSV says the same")]
async fn csv(world: &mut World) {
    let admin = world.admin().await;
    let answer = reqwest::Client::new()
        .get(world.shop().url("/api/reports/v1/monthly-sales?months=12"))
        .bearer_auth(admin.token.as_deref().unwrap())
        .header("Accept", "text/csv")
        .send()
        .await
        .unwrap();
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/csv"));
    let text = answer.text().await.unwrap();
    let plain = text.replace('"', "");
    for month in monthly(world).await {
        let gross = amount(&month["gross"]);
        let row = plain.lines().find(|line| line.starts_with(month["month"].as_str().unwrap()));
        let row = row.unwrap_or_else(|| panic!("{} is not in\n{text}", month["month"]));
        assert!(row.contains(&format!("{}.{:02}", gross / 100, gross % 100)), "{gross} is not in {row}");
    }
}

/// What the reports have on record, in an order of its own.
fn records(world: &World) -> Vec<String> {
    let rows = world.shop().audit().into_iter().filter(|row| row["context"] == "reports");
    let mut rows: Vec<String> =
        rows.filter(|row| row["kind"] != "inbox" && row["kind"] != "outbox").map(|row| row.to_string()).collect();
    rows.sort();
    rows
}

#[when("the reports are built again")]
async fn built_again(world: &mut World) {
    let order = world.order().id;
    eventually(EVENTUALLY_TIMEOUT, || async { records(world).iter().any(|row| row.contains(&order)).then_some(()) })
        .await;
    world.notes.insert("records", json!(records(world)));
    let listed = world.shop().cli(&["replay"]);
    let names = String::from_utf8(listed.stdout).unwrap();
    let consumers: Vec<&str> = names.lines().filter(|name| name.starts_with("reports/")).collect();
    assert!(!consumers.is_empty(), "{names}");
    for consumer in consumers {
        let output = world.shop().cli(&["replay", consumer]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[then("the records of the reports are what they were")]
async fn same_records(world: &mut World) {
    let before = world.notes["records"].clone();
    eventually(EVENTUALLY_TIMEOUT, || async { (json!(records(world)) == before).then_some(()) }).await;
}
