//! Making products, stock and files the way staff do: through the API.

use serde_json::{Value, json};

use crate::support::EVENTUALLY_TIMEOUT;
use crate::support::visitor::Visitor;
use crate::world::{Product, World, number};
use chassis::testing::eventually;

/// What a product is to be like.
pub struct ProductSpec<'a> {
    pub title: &'a str,
    pub price: &'a str,
    pub category: &'a str,
    pub digital: bool,
    pub stock: Option<i64>,
}

fn minor(price: &str) -> i64 {
    price.replace('.', "").parse().unwrap()
}

fn body(product: &Product, title: &str, category: &str) -> Value {
    let kind = if product.digital { "digital" } else { "physical" };
    json!({
        "handle": product.handle, "title": title, "description": "Made for a test.", "category": category,
        "status": "active", "images": [],
        "variants": [{
            "sku": product.sku, "kind": kind, "weight_g": 500,
            "price": {"amount": minor(&product.price), "currency": "NZD"},
        }],
    })
}

/// Makes the product and waits until the shop sells it.
pub async fn make(world: &mut World, wanted: ProductSpec<'_>) -> Product {
    let number = number();
    let product = Product {
        handle: format!("t-{number}"),
        sku: format!("T-{number}"),
        digital: wanted.digital,
        price: wanted.price.to_owned(),
    };
    let admin = world.admin().await;
    let sent = body(&product, wanted.title, wanted.category);
    let made = admin.api("POST", "/api/catalogue/v1/products", Some(sent), &[]).await;
    assert_eq!(made.status, 201, "{}", made.json);
    if let Some(on_hand) = wanted.stock {
        count(&admin, &product.sku, on_hand).await;
    }
    for_sale(world, &product).await;
    world.products.insert(wanted.title.to_owned(), product.clone());
    product
}

/// Counts stock, as soon as fulfilment has heard of the product.
pub async fn count(admin: &Visitor, sku: &str, on_hand: i64) {
    let path = format!("/api/fulfilment/v1/stock/{sku}");
    eventually(EVENTUALLY_TIMEOUT, || async {
        let counted = admin.api("PUT", &path, Some(json!({"on_hand": on_hand})), &[]).await;
        (counted.status == 200).then_some(())
    })
    .await;
}

/// Waits until order has the product on its price list.
async fn for_sale(world: &World, product: &Product) {
    let visitor = Visitor::new(&world.shop().url(""));
    let cart = visitor.api("POST", "/api/order/v1/carts", Some(json!({})), &[]).await;
    let path = format!("/api/order/v1/carts/{}/items/{}", cart.json["id"].as_str().unwrap(), product.sku);
    eventually(EVENTUALLY_TIMEOUT, || async {
        let put = visitor.api("PUT", &path, Some(json!({"quantity": 1})), &[]).await;
        let price = put.json["lines"][0]["unit_price"]["amount"].as_i64();
        (put.status == 200 && price == Some(minor(&product.price))).then_some(())
    })
    .await;
}

/// Changes the price and waits until order knows.
pub async fn reprice(world: &mut World, title: &str, price: &str) {
    let product = Product { price: price.to_owned(), ..world.product(title) };
    let admin = world.admin().await;
    let path = format!("/api/catalogue/v1/products/{}", product.handle);
    let put = admin.api("PUT", &path, Some(body(&product, title, "Things")), &[]).await;
    assert_eq!(put.status, 200, "{}", put.json);
    for_sale(world, &product).await;
    world.products.insert(title.to_owned(), product);
}

/// Uploads the file of a digital product.
pub async fn upload(world: &World, sku: &str) {
    let admin = world.admin().await;
    let path = world.shop().url(&format!("/api/fulfilment/v1/digital-files/{sku}?name={sku}.txt"));
    let answer = reqwest::Client::new()
        .put(path)
        .bearer_auth(admin.token.as_deref().unwrap())
        .header("Content-Type", "text/plain")
        .header("Content-Disposition", format!("attachment; filename=\"{sku}.txt\""))
        .body(format!("The pages of {sku}."))
        .send()
        .await
        .unwrap();
    let status = answer.status();
    assert!(status.is_success(), "{status}: {}", answer.text().await.unwrap());
}

/// How many are available, once it is `expected`.
pub async fn available(world: &World, title: &str, expected: i64) {
    let admin = world.admin().await;
    let path = format!("/api/fulfilment/v1/stock/{}", world.product(title).sku);
    eventually(EVENTUALLY_TIMEOUT, || async {
        let stock = admin.get(&path).await;
        (stock["available"].as_i64() == Some(expected)).then_some(())
    })
    .await;
}
