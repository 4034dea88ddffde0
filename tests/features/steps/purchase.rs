//! Paying, and what must follow.

use chassis::testing::eventually;
use cucumber::{given, then, when};
use serde_json::{Value, json};

use crate::support::EVENTUALLY_TIMEOUT;
use crate::support::visitor::Visitor;
use crate::world::World;
use crate::{actors, product_fixtures};

#[given(expr = "a customer who has bought {string}")]
async fn has_bought(world: &mut World, title: String) {
    actors::become_customer(world).await;
    actors::buy(world, &[&title]).await;
}

#[given(expr = "a customer who has bought {string} and {string} and {string}")]
async fn has_bought_three(world: &mut World, first: String, second: String, third: String) {
    actors::become_customer(world).await;
    actors::buy(world, &[&first, &second, &third]).await;
}

#[given(expr = "who has bought {string}")]
async fn has_also_bought(world: &mut World, title: String) {
    actors::buy(world, &[&title]).await;
}

#[when(expr = "they order and pay with the card {string}")]
async fn orders_and_pays(world: &mut World, card: String) {
    actors::order_and_pay(world, &card).await;
}

#[when("they order but do not pay")]
async fn orders_only(world: &mut World) {
    actors::check_out(world).await;
    actors::confirm(world).await;
    actors::remember_order(world).await;
}

#[when("they try to order")]
async fn tries_to_order(world: &mut World) {
    actors::check_out(world).await;
    // The cart says so already, unless the last unit went while they were on their way.
    if world.visitor().page.path != "/cart" {
        actors::confirm(world).await;
    }
}

#[then("they are asked to authenticate the payment")]
async fn asked_to_authenticate(world: &mut World) {
    let page = &world.visitor().page;
    assert!(page.path.starts_with("/pay/") && page.body.to_lowercase().contains("authenticat"), "{}", page.body);
}

#[when("they approve it")]
async fn approves(world: &mut World) {
    let page = world.visitor().page.clone();
    let html = scraper::Html::parse_document(&page.body);
    let button = scraper::Selector::parse("form[method='post'] button[name]").unwrap();
    let approve = html.select(&button).find(|button| {
        let text: String = button.text().collect();
        text.to_lowercase().contains("approve") || text.to_lowercase().contains("authenticate")
    });
    let approve = approve.expect("a button that approves");
    let (name, value) = (approve.attr("name").unwrap().to_owned(), approve.attr("value").unwrap().to_owned());
    let form =
        approve.ancestors().filter_map(scraper::ElementRef::wrap).find(|element| element.value().name() == "form");
    let action = form.and_then(|form| form.attr("action")).unwrap().split('?').next().unwrap().to_owned();
    drop(html);
    world.visitor().submit(&action, &[(&name, &value)]).await;
}

#[then("they are back on the home page with a notice naming the order")]
async fn home_with_notice(world: &mut World) {
    let number = world.order().number;
    let page = &world.visitor().page;
    assert_eq!(page.path, "/", "{}", page.body);
    assert!(page.flash().contains(&number), "{number} is not in {:?}", page.flash());
}

#[then(expr = "the order is {word}")]
async fn order_is(world: &mut World, status: String) {
    assert_eq!(world.order_now().await["status"], status);
}

#[then(expr = "the order becomes {word}")]
async fn order_becomes(world: &mut World, status: String) {
    actors::becomes(world, &status).await;
}

/// What the reports have on record of an order.
async fn sales(world: &World, kind: &str) -> Vec<Value> {
    let order = json!(world.order().id);
    let about = |row: &Value| row["context"] == "reports" && row["kind"] == kind && row["order_id"] == order;
    world.shop().audit().into_iter().filter(|row| about(row)).collect()
}

#[then("the sales report has the order")]
async fn in_the_report(world: &mut World) {
    let sale = eventually(EVENTUALLY_TIMEOUT, || async { sales(world, "sale").await.pop() }).await;
    let order = world.order_now().await;
    assert_eq!(sale["gross_minor"], order["totals"]["gross"]["amount"], "{sale}");
}

#[then(expr = "the sales report shows a refund of {string} for the order")]
async fn refund_in_the_report(world: &mut World, amount: String) {
    let refund = eventually(EVENTUALLY_TIMEOUT, || async { sales(world, "refund").await.pop() }).await;
    let minor: i64 = amount.trim_start_matches("NZ$").replace(['.', ','], "").parse().unwrap();
    assert_eq!(refund["amount_minor"], minor, "{refund}");
}

#[then(expr = "an electronic receipt for {string} has gone to them")]
async fn receipt(world: &mut World, total: String) {
    let number = world.order().number;
    let letter = actors::letter(&world.shop(), &world.account.email, &number).await;
    assert!(letter.contains(&total), "{total} is not in\n{letter}");
}

#[then("no receipt has gone to them")]
async fn no_receipt(world: &mut World) {
    let number = world.order().number;
    assert!(actors::find_letter(&world.shop(), &world.account.email, &number).is_none());
}

#[then(expr = "a shipping order for {string} lies at fulfilment")]
async fn shipping_order(world: &mut World, title: String) {
    let admin = world.admin().await;
    let path = format!("/api/fulfilment/v1/shipping-orders/{}", world.order().id);
    let found = eventually(EVENTUALLY_TIMEOUT, || async {
        let answer = admin.api("GET", &path, None, &[]).await;
        (answer.status == 200).then_some(answer.json)
    })
    .await;
    assert_eq!(found["items"][0]["title"], title, "{found}");
    assert_eq!(found["status"], "pending");
}

#[then(expr = "{int} of {string} are left")]
#[then(expr = "{int} of {string} are available")]
async fn available(world: &mut World, count: i64, title: String) {
    product_fixtures::available(world, &title, count).await;
}

#[then("they are back at the cart and told that the payment was unsuccessful")]
async fn back_at_the_cart(world: &mut World) {
    let page = &world.visitor().page;
    assert_eq!(page.path.split('?').next(), Some("/cart"), "{}", page.body);
    assert!(page.body.to_lowercase().contains("payment unsuccessful"), "{}", page.flash());
}

#[then("they have paid exactly once")]
async fn paid_once(world: &mut World) {
    eventually(EVENTUALLY_TIMEOUT, || async {
        let ours: Vec<String> = world.orders.iter().map(|order| order.id.clone()).collect();
        let captured = world.shop().audit().into_iter().filter(|row| {
            let order = row["metadata"]["order_id"].as_str().unwrap_or_default();
            row["context"] == "sandbox"
                && row["status"] == "succeeded"
                && row["kind"] == "intent"
                && ours.contains(&order.to_owned())
        });
        (captured.count() == 1).then_some(())
    })
    .await;
    let orders = world.program().await.get("/api/order/v1/orders").await;
    let paid = orders["items"].as_array().unwrap().iter().filter(|order| order["status"] == "PAID");
    assert_eq!(paid.count(), 1, "{orders}");
}

#[then(expr = "they are told that {string} is sold out")]
async fn told_sold_out(world: &mut World, title: String) {
    let page = &world.visitor().page;
    let text = page.body.to_lowercase();
    assert!(text.contains("sold out") || text.contains("not enough of"), "{}", page.body);
    assert!(page.body.contains(&title), "{title} is not named: {}", page.body);
}

#[then("no payment was begun for them")]
async fn no_payment(world: &mut World) {
    let orders = world.program().await.get("/api/order/v1/orders").await;
    if orders["items"].as_array().is_some_and(Vec::is_empty) {
        return; // Refused in the cart, before there was an order.
    }
    actors::remember_order(world).await;
    let order = world.order_now().await;
    assert_eq!(order["status"], "REJECTED", "{order}");
    assert_eq!(order["payment"]["intent_id"], Value::Null, "{order}");
}

#[then(expr = "{string} has come to them by mail")]
#[when(expr = "{string} has come to them by mail")]
async fn came_by_mail(world: &mut World, title: String) {
    let sku = world.product(&title).sku;
    let shop = world.shop();
    let letter = actors::letter(&shop, &world.account.email, &format!("{sku}.txt")).await;
    assert!(letter.contains("Content-Disposition: attachment"), "{letter}");
}

#[then("their intent cannot be paid any more")]
async fn intent_is_dead(world: &mut World) {
    let order = world.order_now().await;
    let intent = order["payment"]["intent_id"].as_str().unwrap_or_default().to_owned();
    let mut provider = Visitor::new(&world.shop().url(""));
    provider.token = Some(crate::support::process::SECRET_KEY.to_owned());
    let found = provider.get(&format!("/sandbox/v1/payment_intents/{intent}")).await;
    assert_eq!(found["status"], "canceled", "{found}");
}
