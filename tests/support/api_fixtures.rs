//! What staff and customers of a running shop do over its API before a test begins. Not part of `support` itself: the
//! scenarios make their own things.

use chassis::testing::eventually;
use serde_json::{Value, json};

use crate::support::EVENTUALLY_TIMEOUT;
use crate::support::process::{ADMIN, Shop};
use crate::support::visitor::Visitor;

/// The password of every customer made here.
pub const PASSWORD: &str = "a password for tests";

/// An administrator as a program.
pub async fn admin(shop: &Shop) -> Visitor {
    let mut admin = Visitor::new(&shop.url(""));
    admin.log_in(ADMIN.0, ADMIN.1).await;
    admin
}

/// A client with the token of a new verified account of the given role.
pub async fn user(shop: &Shop, email: &str, role: &str) -> Visitor {
    let made = shop.cli(&["user", email, "--role", role, "--password", PASSWORD]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut user = Visitor::new(&shop.url(""));
    user.log_in(email, PASSWORD).await;
    user
}

/// What staff write to offer one thing.
pub fn offer(sku: &str, kind: &str, price: i64) -> Value {
    json!({
        "handle": sku.to_lowercase(), "title": format!("Thing {sku}"), "description": "Made for a test.",
        "category": "Things", "status": "active", "images": [],
        "variants": [{"sku": sku, "kind": kind, "weight_g": 500, "price": {"amount": price, "currency": "NZD"}}],
    })
}

/// Offers one thing, counts `stock` of it if that is given, and waits until it can be ordered.
pub async fn product(admin: &Visitor, sku: &str, kind: &str, price: i64, stock: Option<i64>) {
    let made = admin.api("POST", "/api/catalogue/v1/products", Some(offer(sku, kind, price)), &[]).await;
    assert_eq!(made.status, 201, "{}", made.json);
    let shelf = format!("/api/fulfilment/v1/stock/{sku}");
    if let Some(on_hand) = stock {
        let counted = admin.api("PUT", &shelf, Some(json!({"on_hand": on_hand})), &[]).await;
        assert_eq!(counted.status, 200, "{}", counted.json);
    }
    let cart = admin.api("POST", "/api/order/v1/carts", Some(json!({})), &[]).await;
    let line = format!("/api/order/v1/carts/{}/items/{sku}", cart.json["id"].as_str().unwrap());
    eventually(EVENTUALLY_TIMEOUT, || async {
        let put = admin.api("PUT", &line, Some(json!({"quantity": 1})), &[]).await;
        let known = put.status == 200 && put.json["lines"][0]["unit_price"]["amount"] == price;
        (known && (stock.is_none() || put.json["lines"][0]["in_stock"] == true)).then_some(())
    })
    .await;
}

/// Where parcels go.
pub fn address() -> Value {
    json!({"name": "Hana Tester", "line1": "7 Rata Street", "city": "Nelson", "postcode": "7010", "country": "NZ"})
}
