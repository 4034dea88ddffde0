//! The cart's page.

use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use serde_json::json;

use crate::actors;
use crate::support::visitor::Visitor;
use crate::world::World;

#[given("a visitor")]
async fn a_visitor(world: &mut World) {
    let base = world.shop().url("");
    world.visitor = Some(Visitor::new(&base));
}

#[given(expr = "a visitor with {string} in their cart")]
async fn visitor_with(world: &mut World, title: String) {
    a_visitor(world).await;
    actors::add_to_cart(world, &title).await;
}

#[given(expr = "{string} in their cart")]
async fn in_the_cart(world: &mut World, title: String) {
    actors::add_to_cart(world, &title).await;
}

#[when(expr = "they add {string} to the cart")]
async fn adds(world: &mut World, title: String) {
    actors::add_to_cart(world, &title).await;
}

#[when(expr = "they change the quantity of {string} to {string}")]
async fn changes(world: &mut World, title: String, quantity: String) {
    let field = format!("quantity.{}", world.product(&title).sku);
    let visitor = world.visitor();
    visitor.visit("/cart").await;
    visitor.submit("/cart", &[(&field, &quantity)]).await;
}

#[when(expr = "they remove {string}")]
async fn removes(world: &mut World, title: String) {
    let sku = world.product(&title).sku;
    let visitor = world.visitor();
    visitor.visit("/cart").await;
    visitor.submit_to("/cart", "/cart/remove", &[("sku", &sku)]).await;
}

/// Title and quantity of each line.
async fn lines(world: &mut World) -> Vec<(String, String)> {
    let page = world.visitor().visit("/cart").await;
    let html = scraper::Html::parse_document(&page.body);
    let quantity = scraper::Selector::parse("[data-test='quantity']").unwrap();
    let quantities = html.select(&quantity).map(|input| input.attr("value").unwrap().to_owned());
    page.all("line-title").into_iter().zip(quantities).collect()
}

#[then(expr = "their cart holds {int} of {string}")]
async fn holds(world: &mut World, quantity: u32, title: String) {
    let lines = lines(world).await;
    assert!(lines.contains(&(title, quantity.to_string())), "{lines:?}");
}

#[then(expr = "their cart holds nothing but {string}")]
async fn holds_only(world: &mut World, title: String) {
    let titles: Vec<String> = lines(world).await.into_iter().map(|(title, _)| title).collect();
    assert_eq!(titles, [title]);
}

#[then("their cart is empty")]
async fn empty(world: &mut World) {
    assert!(world.visitor().visit("/cart").await.has("cart-empty"));
}

#[then("the cart shows:")]
async fn shows(world: &mut World, step: &Step) {
    let lines = lines(world).await;
    let page = &world.visitor().page;
    let (prices, totals) = (page.all("unit-price"), page.all("line-total"));
    let mut shown: Vec<Vec<String>> = lines
        .into_iter()
        .zip(prices.into_iter().zip(totals))
        .map(|((title, quantity), (price, total))| vec![title, price, quantity, total])
        .collect();
    shown.sort();
    let expected = &step.table.as_ref().unwrap().rows[1..];
    assert_eq!(shown, expected);
}

#[then(expr = "the cart's totals are net {string}, tax {string}, gross {string}")]
async fn totals(world: &mut World, net: String, tax: String, gross: String) {
    let page = world.visitor().visit("/cart").await;
    assert_eq!((page.text("total-net"), page.text("total-tax"), page.text("total-gross")), (net, tax, gross));
}

#[then("they are told what a quantity is")]
async fn told(world: &mut World) {
    let page = &world.visitor().page;
    let said = page.body.to_lowercase();
    assert!(said.contains("whole number from 0 to 99"), "{} {}", page.status, page.body);
}

#[given(expr = "a customer with {string} in their cart at the API")]
async fn cart_at_the_api(world: &mut World, title: String) {
    actors::become_customer(world).await;
    let sku = world.product(&title).sku;
    let program = world.program().await;
    let cart = program.api("POST", "/api/order/v1/carts", Some(json!({})), &[]).await;
    let id = cart.json["id"].as_str().unwrap().to_owned();
    let path = format!("/api/order/v1/carts/{id}/items/{sku}");
    assert_eq!(program.api("PUT", &path, Some(json!({"quantity": 1})), &[]).await.status, 200);
    world.notes.insert("cart", json!(id));
}

#[when("another customer asks for that cart")]
async fn another(world: &mut World) {
    actors::become_customer(world).await;
    let path = format!("/api/order/v1/carts/{}", world.notes["cart"].as_str().unwrap());
    let status = world.program().await.api("GET", &path, None, &[]).await.status;
    world.notes.insert("status", json!(status));
}

#[then("there is no such cart for them")]
#[then("there is no such order for them")]
async fn no_such(world: &mut World) {
    assert_eq!(world.notes["status"], 404);
}
