//! What people type comes back on pages as text: a canary in every field that can be typed, and every page looked at for one
//! that has come alive.

use serde_json::{Value, json};

use crate::matrix::PAGES;
use crate::support::process::Shop;
use crate::support::visitor::Visitor;
use crate::{api_fixtures, browser, buy};

/// Ends an attribute, an element, a script and a comment, and would be an element of its own.
const CANARY: &str = "'\"></p></script>--><b data-canary=x>&lt;";

fn canary(field: &str) -> String {
    format!("{field}{CANARY}")
}

/// A user whose name and address are canaries.
async fn named(shop: &Shop, email: &str) -> Visitor {
    let ana = api_fixtures::user(shop, email, "customer").await;
    let address = json!({ "name": canary("An"), "line1": canary("L1"), "line2": canary("L2"), "city": canary("Ci"),
        "region": canary("Re"), "postcode": "7010", "country": "NZ" });
    let profile = json!({ "first_name": canary("Fi"), "last_name": canary("La"), "shipping_address": address });
    let edited = ana.api("PUT", "/api/customer/v1/me", Some(profile), &[]).await;
    assert_eq!(edited.status, 200, "{}", edited.json);
    ana
}

/// A product whose every text is a canary.
async fn offered(admin: &Visitor) {
    api_fixtures::product(admin, "KEA", "physical", 4_990, Some(50)).await;
    let mut offer = api_fixtures::offer("KEA", "physical", 4_990);
    for field in ["title", "description", "category"] {
        offer[field] = canary(field).into();
    }
    let saved = admin.api("PUT", "/api/catalogue/v1/products/kea", Some(offer), &[]).await;
    assert_eq!(saved.status, 200, "{}", saved.json);
}

/// The pages of the table, with a search for a canary where there is a search.
fn pages(order: &str) -> Vec<String> {
    let query = CANARY.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    let is_file =
        |path: &str| std::path::Path::new(path).extension().is_some_and(|kind| kind == "csv" || kind == "txt");
    let shown = PAGES.iter().filter(|(path, _)| !is_file(path));
    let named = shown.map(|(path, _)| path.replace("{paid}", order).replace("{open}", order));
    let searches = ["/products", "/admin/products", "/admin/customers", "/admin/orders", "/admin/stock"];
    let searches =
        searches.iter().flat_map(|path| ["q", "category", "after"].map(|field| format!("{path}?{field}={query}")));
    let others = ["/login?next=", "/verify?token=", "/reset?token=", "/admin/security?event=", "/login/confirm?next="];
    let others = others.iter().map(|start| format!("{start}{query}"));
    named.chain(searches).chain(others).chain([format!("/{query}"), format!("/products/{query}")]).collect()
}

#[tokio::test]
async fn no_page_brings_to_life_what_somebody_has_typed() {
    let shop = Shop::open(&[("STORE_DEMO", "off")]).await;
    let admin = api_fixtures::admin(&shop).await;
    offered(&admin).await;
    let ana = named(&shop, "ana@post.test").await;
    let paid = buy::bought(&shop, &ana, &[("KEA", 1)]).await;
    buy::settled(&shop).await;
    let order = paid["id"].as_str().unwrap();
    dispatched(&admin, order).await;
    let (mut seen, mut alive) = (0, Vec::new());
    for visitor in [&mut browser::admin(&shop).await, &mut browser::of(&shop, "ana@post.test").await] {
        for path in pages(order) {
            let page = visitor.visit(&path).await;
            assert!(page.status < 500, "{path}: {}", page.body);
            seen += usize::from(page.body.contains("data-canary"));
            if !page.select("[data-canary]").is_empty() {
                alive.push(path);
            }
        }
    }
    assert!(alive.is_empty(), "{alive:#?}");
    assert!(seen > 20, "only {seen} pages showed a canary at all");
}

/// Sends the parcel by a carrier whose name is a canary.
async fn dispatched(admin: &Visitor, order: &str) {
    let path = format!("/api/fulfilment/v1/shipping-orders/{order}/dispatch");
    let body: Value = json!({ "carrier": canary("Ca"), "tracking": canary("Tr") });
    let sent = admin.api("POST", &path, Some(body), &[]).await;
    assert!(sent.status < 500, "{}", sent.json);
}
