//! Signing up, buying and reading mail the way customers do.

use chassis::testing::eventually;
use serde_json::{Value, json};

use crate::support::EVENTUALLY_TIMEOUT;
use crate::support::process::Shop;
use crate::support::visitor::Visitor;
use crate::world::{Account, Placed, World, number};

/// Where parcels go in all scenarios.
pub const ADDRESS: [(&str, &str); 5] =
    [("name", "Hana Tester"), ("line1", "7 Rata Street"), ("city", "Nelson"), ("postcode", "7010"), ("country", "NZ")];

/// The newest letter to `email` that contains `text`, decoded.
pub async fn letter(shop: &Shop, email: &str, text: &str) -> String {
    eventually(EVENTUALLY_TIMEOUT, || async { find_letter(shop, email, text) }).await
}

/// A letter to `email` that contains `text`, if there is one.
pub fn find_letter(shop: &Shop, email: &str, text: &str) -> Option<String> {
    let addressed = format!("To: {email}").to_lowercase();
    let mine = shop.letters().into_iter().filter(|letter| letter.to_lowercase().contains(&addressed));
    mine.map(|letter| decoded(&letter)).find(|letter| letter.contains(text))
}

/// Undoes quoted-printable in those parts of a letter that have it; our others are plain.
fn decoded(letter: &str) -> String {
    let coded = |part: &str| part.contains("Content-Transfer-Encoding: quoted-printable");
    let part = |part: &str| if coded(part) { from_quoted_printable(part) } else { part.to_owned() };
    letter.split("\n--").map(part).collect::<Vec<_>>().join("\n--")
}

fn from_quoted_printable(part: &str) -> String {
    let joined = part.replace("=\r\n", "").replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| byte == b'=') {
            Some(coded) => {
                bytes.push(coded);
                rest = &tail[2..];
            }
            None => {
                bytes.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The path in the first link of a letter that leads to `page`.
pub fn link_to(letter: &str, page: &str) -> String {
    let start = letter.find(page).unwrap_or_else(|| panic!("no link to {page} in:\n{letter}"));
    let link = &letter[start..];
    let end = link.find(|c: char| c.is_whitespace() || "\"<>)".contains(c)).unwrap_or(link.len());
    link[..end].replace("&amp;", "&")
}

/// An account that does not exist yet.
pub fn somebody() -> Account {
    let number = number();
    Account {
        id: String::new(),
        email: format!("buyer{number}@post.test"),
        password: format!("a long password {number}"),
        first_name: format!("Hana{number}"),
    }
}

/// Makes an account; it is not verified.
pub async fn sign_up(world: &mut World) -> Account {
    let account = somebody();
    let address: serde_json::Map<String, Value> =
        ADDRESS.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
    let body = json!({
        "email": account.email, "password": account.password, "first_name": account.first_name,
        "last_name": "Tester", "shipping_address": address,
    });
    let visitor = Visitor::new(&world.shop().url(""));
    let made = visitor.api("POST", "/api/customer/v1/customers", Some(body), &[]).await;
    assert_eq!(made.status, 201, "{}", made.json);
    account
}

/// Follows the link in the verification letter.
pub async fn verify(shop: &Shop, account: &Account) {
    let letter = letter(shop, &account.email, "/verify?token=").await;
    let token = link_to(&letter, "/verify?token=").replace("/verify?token=", "");
    let visitor = Visitor::new(&shop.url(""));
    let body = json!({"token": token, "password": account.password});
    let answer = visitor.api("POST", "/api/customer/v1/verifications", Some(body), &[]).await;
    assert_eq!(answer.status, 204, "{}", answer.json);
}

/// A verified customer, logged in at a browser of their own, who acts from now on.
pub async fn become_customer(world: &mut World) {
    let account = sign_up(world).await;
    let shop = world.shop();
    verify(&shop, &account).await;
    let mut visitor = Visitor::new(&shop.url(""));
    log_in(&mut visitor, &account).await;
    assert!(visitor.page.has("first-name"), "not logged in: {}", visitor.page.body);
    world.visitor = Some(visitor);
    world.program = None;
    world.account = account;
    world.program().await;
    let me = world.program().await.get("/api/customer/v1/me").await;
    me["id"].as_str().unwrap().clone_into(&mut world.account.id);
}

/// Fills in the login form, on the page they are on if it is there.
pub async fn log_in(visitor: &mut Visitor, account: &Account) {
    if !visitor.page.path.starts_with("/login") {
        visitor.visit("/login").await;
    }
    visitor.submit("/login", &[("email", &account.email), ("password", &account.password)]).await;
}

/// Puts a product into the cart from its page.
pub async fn add_to_cart(world: &mut World, title: &str) {
    let product = world.product(title);
    let visitor = world.visitor();
    visitor.visit(&format!("/products/{}", product.handle)).await;
    visitor.submit("/cart/items", &[("sku", &product.sku), ("quantity", "1")]).await;
    assert_eq!(visitor.page.status, 200, "{}", visitor.page.body);
}

/// Goes through the checkout up to the page where the order is confirmed.
pub async fn check_out(world: &mut World) {
    let visitor = world.visitor();
    visitor.visit("/checkout").await;
    if visitor.page.has("address-form") || visitor.page.body.contains("name=\"line1\"") {
        visitor.submit("/checkout", &ADDRESS).await;
    }
}

/// Confirms; the browser ends on the card page, or wherever the shop says no.
pub async fn confirm(world: &mut World) {
    world.visitor().submit("/checkout/confirm", &[]).await;
}

/// Remembers the newest order of the acting customer.
pub async fn remember_order(world: &mut World) {
    let orders = world.program().await.get("/api/order/v1/orders?limit=1").await;
    let newest = &orders["items"][0];
    let text = |key: &str| newest[key].as_str().unwrap_or_else(|| panic!("no order: {orders}")).to_owned();
    let placed = Placed { id: text("id"), number: text("number") };
    if world.orders.last().is_none_or(|last| last.id != placed.id) {
        world.orders.push(placed);
    }
}

/// Types a card into the card page.
pub async fn pay(world: &mut World, card: &str) {
    let visitor = world.visitor();
    let path = visitor.page.path.clone();
    assert!(path.starts_with("/pay/"), "not at the card page but at {path}:\n{}", visitor.page.body);
    let action = path.split('?').next().unwrap().to_owned();
    visitor.submit(&action, &[("number", card), ("expiry", "12/34"), ("cvc", "123")]).await;
}

/// The whole way from the cart to the answer of the card page.
pub async fn order_and_pay(world: &mut World, card: &str) {
    check_out(world).await;
    confirm(world).await;
    remember_order(world).await;
    pay(world, card).await;
}

/// Buys these things in one order.
pub async fn buy(world: &mut World, titles: &[&str]) {
    for title in titles {
        add_to_cart(world, title).await;
    }
    order_and_pay(world, "4242 4242 4242 4242").await;
    let flash = world.visitor().page.flash();
    assert!(flash.contains(&world.order().number), "no notice: {flash:?} on {}", world.visitor().page.path);
}

/// Waits until the last order has this status.
pub async fn becomes(world: &mut World, status: &str) {
    let path = format!("/api/order/v1/orders/{}", world.order().id);
    let program = world.program().await;
    eventually(EVENTUALLY_TIMEOUT, || async {
        let order = program.get(&path).await;
        (order["status"] == status).then_some(())
    })
    .await;
}
