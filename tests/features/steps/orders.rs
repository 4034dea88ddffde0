//! A customer and their orders.

use chassis::testing::eventually;
use cucumber::{given, then, when};
use serde_json::json;

use crate::actors;
use crate::support::EVENTUALLY_TIMEOUT;
use crate::world::{World, number};

#[given(expr = "a past order of theirs from {int} months ago")]
async fn past_order(world: &mut World, months: i64) {
    let placed =
        jiff::Zoned::try_from(std::time::SystemTime::UNIX_EPOCH).unwrap().with_time_zone(jiff::tz::TimeZone::UTC);
    let since_epoch = std::time::UNIX_EPOCH.elapsed().unwrap();
    let now = placed.checked_add(jiff::SignedDuration::try_from(since_epoch).unwrap()).unwrap();
    let placed = now.checked_sub(jiff::Span::new().months(months)).unwrap().timestamp();
    let order = json!({
        "number": format!("OLD-{}", number()), "placed_at": placed.to_string(), "status": "COMPLETED",
        "customer": {"id": world.account.id, "email": world.account.email, "name": "Hana Tester"},
        "country": "NZ", "currency": "NZD",
        "lines": [{"sku": "OLD", "title": "Something old", "quantity": 1, "unit_price_minor": 1150}],
    });
    let shop = world.shop();
    let file = shop.folder().join(format!("past-{}.jsonl", number()));
    std::fs::write(&file, format!("{order}\n")).unwrap();
    let output = shop.cli(&["import", "orders", file.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[when("they look at their orders")]
async fn looks(world: &mut World) {
    world.visitor().visit("/orders").await;
}

#[then(expr = "they see {int} orders, the newest first, with dates and net totals")]
async fn sees(world: &mut World, count: usize) {
    let page = world.visitor().page.clone();
    let html = scraper::Html::parse_document(&page.body);
    let time = scraper::Selector::parse("[data-test='order-row'] time").unwrap();
    let dates: Vec<String> = html.select(&time).map(|time| time.attr("datetime").unwrap().to_owned()).collect();
    assert_eq!(dates.len(), count, "{}", page.body);
    let mut newest_first = dates.clone();
    newest_first.sort_by(|a, b| b.cmp(a));
    assert_eq!(dates, newest_first);
    assert!(page.all("order-net").iter().all(|net| net.starts_with("NZ$")) && page.all("order-net").len() == count);
}

#[when("they cancel the order")]
async fn cancels(world: &mut World) {
    let id = world.order().id;
    let visitor = world.visitor();
    visitor.visit(&format!("/orders/{id}")).await;
    assert!(visitor.page.select("[data-test='cancel'][disabled]").is_empty(), "{}", visitor.page.body);
    visitor.submit(&format!("/orders/{id}/cancel"), &[]).await;
    assert_eq!(visitor.page.status, 200, "{}", visitor.page.body);
}

#[then("their money is back")]
async fn money_is_back(world: &mut World) {
    let order = world.order_now().await;
    let intent = order["payment"]["intent_id"].clone();
    let total = order["totals"]["gross"]["amount"].clone();
    eventually(EVENTUALLY_TIMEOUT, || async {
        let refunds: Vec<_> = world
            .shop()
            .audit()
            .into_iter()
            .filter(|row| row["context"] == "sandbox" && row["kind"] == "refund" && row["payment_intent"] == intent)
            .collect();
        (refunds.len() == 1 && refunds[0]["amount"] == total).then_some(())
    })
    .await;
}

#[then("the order offers no cancellation")]
async fn no_cancellation(world: &mut World) {
    let path = format!("/orders/{}", world.order().id);
    let page = world.visitor().visit(&path).await;
    assert!(page.select("[data-test='cancel']:not([disabled])").is_empty(), "{}", page.body);
    assert!(world.order_now().await["_links"]["cancel"].is_null());
}

#[then("a cancellation by force is refused")]
async fn refused(world: &mut World) {
    let path = format!("/api/order/v1/orders/{}/cancel", world.order().id);
    let before = world.order_now().await["status"].clone();
    let answer = world.program().await.api("POST", &path, Some(json!({})), &[("Idempotency-Key", "by-force")]).await;
    assert_eq!(answer.status, 409, "{}", answer.json);
    assert!(answer.json["type"].as_str().unwrap().ends_with("/order-not-cancellable"), "{}", answer.json);
    assert_eq!(world.order_now().await["status"], before);
}

#[when("another customer asks for that order")]
async fn another(world: &mut World) {
    actors::become_customer(world).await;
    let id = world.order().id;
    let page = world.visitor().visit(&format!("/orders/{id}")).await.status;
    let api = world.program().await.api("GET", &format!("/api/order/v1/orders/{id}"), None, &[]).await.status;
    assert_eq!(page, api);
    world.notes.insert("status", json!(api));
}
