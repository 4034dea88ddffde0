//! From the cart to the confirmation.

use cucumber::{given, then, when};

use crate::actors::{self, ADDRESS};
use crate::product_fixtures;
use crate::support::visitor::Visitor;
use crate::world::World;

#[given("a customer")]
async fn a_customer(world: &mut World) {
    actors::become_customer(world).await;
}

#[given(expr = "a customer with {string} in their cart")]
#[given(expr = "another customer with {string} in their cart")]
async fn customer_with(world: &mut World, title: String) {
    actors::become_customer(world).await;
    actors::add_to_cart(world, &title).await;
}

#[given("somebody who signed up but did not verify")]
async fn unverified(world: &mut World) {
    let account = actors::sign_up(world).await;
    let mut visitor = Visitor::new(&world.shop().url(""));
    actors::log_in(&mut visitor, &account).await;
    world.visitor = Some(visitor);
    world.account = account;
}

#[when("they check out")]
async fn checks_out(world: &mut World) {
    world.visitor().visit("/cart").await;
    world.visitor().visit("/checkout").await;
}

#[when("they give their address")]
async fn gives_address(world: &mut World) {
    world.visitor().submit("/checkout", &ADDRESS).await;
}

#[when("they confirm")]
async fn confirms(world: &mut World) {
    actors::confirm(world).await;
}

#[when(expr = "the price of {string} changes to {float}")]
async fn price_changes(world: &mut World, title: String, price: f64) {
    product_fixtures::reprice(world, &title, &format!("{price:.2}")).await;
}

#[then("they are asked to log in")]
async fn asked_to_log_in(world: &mut World) {
    assert!(world.visitor().page.path.starts_with("/login"), "{}", world.visitor().page.path);
}

#[when("they log in with a verified account")]
async fn logs_in_verified(world: &mut World) {
    let account = actors::sign_up(world).await;
    let shop = world.shop();
    actors::verify(&shop, &account).await;
    actors::log_in(world.visitor(), &account).await;
    world.account = account;
}

#[then("they are asked for an address")]
async fn asked_for_address(world: &mut World) {
    let page = &world.visitor().page;
    assert!(page.path.starts_with("/checkout") && page.body.contains("name=\"line1\""), "{} {}", page.path, page.body);
}

#[then("they are told to verify their e-mail address")]
async fn told_to_verify(world: &mut World) {
    assert!(world.visitor().page.has("email-not-verified"), "{}", world.visitor().page.body);
}

#[then(expr = "the confirmation shows {string} and shipping at {string}")]
async fn shows_shipping(world: &mut World, title: String, price: String) {
    let page = &world.visitor().page;
    assert!(page.all("line-title").contains(&title), "{}", page.body);
    assert_eq!(page.text("shipping-total"), price);
}

#[then("the confirmation shows their address")]
async fn shows_address(world: &mut World) {
    let shown = world.visitor().page.text("delivery-address");
    for (field, part) in ADDRESS {
        // Countries are typed and kept as codes, and shown by name.
        let part = if field == "country" { "New Zealand" } else { part };
        assert!(shown.contains(part), "{part} is not in {shown}");
    }
}

#[then("the confirmation shows no shipping and no address")]
async fn shows_neither(world: &mut World) {
    let page = &world.visitor().page;
    assert!(page.body.contains("/checkout/confirm"), "not the confirmation: {} {}", page.path, page.body);
    assert!(!page.has("shipping-total") && !page.has("delivery-address"), "{}", page.body);
}

#[then(expr = "the total to pay is {string}")]
async fn total_to_pay(world: &mut World, total: String) {
    assert_eq!(world.visitor().page.text("total-gross"), total);
}

#[then("they are shown the new price and nothing is ordered")]
async fn new_price(world: &mut World) {
    let page = world.visitor().page.clone();
    assert!(page.body.contains("NZ$126.50") || page.body.contains("NZ$120.00"), "{} {}", page.path, page.body);
    assert!(!page.path.starts_with("/pay/"));
    let orders = world.program().await.get("/api/order/v1/orders").await;
    assert_eq!(orders["items"], serde_json::json!([]));
}
