//! What other people's pages may try with our forms, and what clumsy people may type into them.

use serde_json::json;

use crate::matrix::FORMS;
use crate::support::process::Shop;
use crate::support::visitor::Visitor;
use crate::wire::{Reply, Wire, books};
use crate::{api_fixtures, browser, buy};

const FORM: &str = "application/x-www-form-urlencoded";

/// The cookies that this visitor's browser would send.
fn cookies(visitor: &Visitor) -> String {
    let known = ["sid", "visitor", "cart", "cart_count"];
    let sent = known.iter().filter_map(|name| visitor.cookie(name).map(|value| format!("{name}={value}")));
    sent.collect::<Vec<_>>().join("; ")
}

/// The form with this token, url-encoded or, where files are sent, in parts.
fn filled(path: &str, token: Option<&str>) -> (String, String) {
    let in_parts = ["/pictures", "/products/import", "/digital-files"].iter().any(|end| path.ends_with(end));
    let fields = [("sku", "KEA"), ("quantity", "3"), ("on_hand", "7"), ("role", "admin"), ("carrier", "Evil Post")];
    let fields = fields.into_iter().chain(token.map(|token| ("csrf", token)));
    if !in_parts {
        let pairs: Vec<String> = fields.map(|(name, value)| format!("{name}={value}")).collect();
        return (FORM.to_owned(), pairs.join("&"));
    }
    let part = |(name, value)| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let file = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nA\r\n";
    let csrf = if token.is_none() { part(("csrf", "")) } else { String::new() };
    let parts: String = fields.map(part).collect();
    ("multipart/form-data; boundary=x".to_owned(), format!("{parts}{csrf}{file}--x--\r\n"))
}

struct Attack {
    shop: Shop,
    wire: Wire,
    /// An administrator whose browser is made to send forms.
    victim: Visitor,
    token: String,
    /// A token that is right for another visitor.
    other: String,
    targets: Vec<String>,
}

impl Attack {
    async fn prepare() -> Self {
        let shop = Shop::open(&[("STORE_DEMO", "off")]).await;
        let admin = api_fixtures::admin(&shop).await;
        api_fixtures::product(&admin, "KEA", "physical", 4_990, Some(50)).await;
        let ana = api_fixtures::user(&shop, "ana@post.test", "customer").await;
        let me = ana.get("/api/customer/v1/me").await;
        let paid = buy::bought(&shop, &ana, &[("KEA", 1)]).await;
        buy::settled(&shop).await;
        let mut victim = browser::admin(&shop).await;
        let token = browser::token(&mut victim).await;
        let other = browser::token(&mut browser::of(&shop, "ana@post.test").await).await;
        let intent = paid["payment"]["intent_id"].as_str().unwrap_or("pi_x").to_owned();
        let targets = FORMS.iter().map(|(path, _)| {
            let path = path.replace("{paid}", paid["id"].as_str().unwrap()).replace("{intent}", &intent);
            path.replace("{ana}", me["id"].as_str().unwrap()).replace("{none}", "bm9uZQ")
        });
        let targets = targets.collect();
        let wire = Wire::to(&shop);
        Self { shop, wire, victim, token, other, targets }
    }

    async fn send(&self, path: &str, token: Option<&str>, headers: &[(&str, &str)]) -> Reply {
        let (kind, body) = filled(path, token);
        let cookies = cookies(&self.victim);
        let all = [headers, &[("cookie", cookies.as_str()), ("content-type", kind.as_str())]].concat();
        self.wire.send("POST", path, &all, body).await
    }
}

#[tokio::test]
async fn a_form_that_our_own_page_did_not_send_is_refused_and_changes_nothing() {
    let attack = Attack::prepare().await;
    let before = books(&attack.shop);
    let base = attack.shop.url("");
    let ours = [("origin", base.as_str())];
    for path in &attack.targets {
        for token in [None, Some(""), Some("AAAA"), Some(attack.other.as_str()), Some(&attack.token[1..])] {
            attack.send(path, token, &ours).await.is_a_page(403);
        }
        let right = Some(attack.token.as_str());
        for foreign in ["https://evil.test", "null", "http://127.0.0.1:1", "http://localhost.evil.test"] {
            attack.send(path, right, &[("origin", foreign)]).await.is_a_page(403);
        }
        for site in ["cross-site", "same-site", "?"] {
            attack.send(path, right, &[("sec-fetch-site", site)]).await.is_a_page(403);
        }
        // A program cannot do with a cookie what a page cannot do without a token.
        let cookies = cookies(&attack.victim);
        let json = [("cookie", cookies.as_str()), ("content-type", "text/plain")];
        let reply = attack.wire.send("POST", path, &json, "csrf=x").await;
        assert!((400..500).contains(&reply.status), "{reply:?}");
    }
    assert_eq!(books(&attack.shop), before);
    let mut victim = attack.victim;
    victim.visit("/admin").await;
    assert_eq!((victim.page.status, victim.page.path.as_str()), (200, "/admin"), "the victim was signed out");
}

#[tokio::test]
async fn the_api_knows_no_cookies() {
    let attack = Attack::prepare().await;
    let cookies = cookies(&attack.victim);
    let headers = [("cookie", cookies.as_str()), ("content-type", "application/json"), ("idempotency-key", "k")];
    for (method, path) in
        [("GET", "/api/customer/v1/me"), ("GET", "/api/order/v1/orders"), ("POST", "/api/order/v1/orders")]
    {
        attack.wire.send(method, path, &headers, "{}").await.refuses(401, &["unauthorized"]);
    }
}

#[tokio::test]
async fn signing_in_leads_nowhere_but_into_the_shop() {
    let shop = Shop::open(&[("STORE_DEMO", "off")]).await;
    api_fixtures::user(&shop, "ana@post.test", "customer").await;
    let wire = Wire::to(&shop);
    let evil = [
        "//evil.test",
        "///evil.test",
        "https://evil.test",
        "https:evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "/%2fevil.test",
        "/%5cevil.test",
        "/%09/evil.test",
        "javascript:alert(1)",
        "data:text/html,x",
        "/a//evil.test",
        " //evil.test",
        "%2f%2fevil.test",
        "/..//evil.test",
        "/%0d%0aLocation:%20//evil.test",
        "http://127.0.0.1:1/",
        "@evil.test",
        "?//evil.test",
    ];
    for next in evil {
        let mut visitor = browser::anonymous(&shop);
        let token = browser::token(&mut visitor).await;
        let encoded = next.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
        let body = format!(
            "csrf={token}&email=ana%40post.test&password={}&next={encoded}",
            api_fixtures::PASSWORD.replace(' ', "+")
        );
        let (cookies, base) = (cookies(&visitor), shop.url(""));
        let headers = [("cookie", cookies.as_str()), ("content-type", FORM), ("origin", base.as_str())];
        let reply = wire.send("POST", "/login", &headers, body).await;
        assert_eq!((reply.status, reply.location.as_str()), (303, "/"), "{next}: {reply:?}");
        let page = wire.send("GET", &format!("/login?next={encoded}"), &[], "").await;
        assert!(!page.text.contains("evil.test"), "{next}: {}", page.text);
    }
}

#[tokio::test]
async fn what_is_no_quantity_changes_no_cart_and_is_told() {
    let shop = Shop::open(&[("STORE_DEMO", "off")]).await;
    let admin = api_fixtures::admin(&shop).await;
    api_fixtures::product(&admin, "KEA", "physical", 4_990, Some(50)).await;
    let mut visitor = browser::anonymous(&shop);
    visitor.visit("/products/kea").await;
    visitor.submit("/cart/items", &[("sku", "KEA"), ("quantity", "2")]).await;
    let cart = visitor.cookie("cart").unwrap().to_owned();
    let wrong =
        ["-1", "100", "1.5", "1e1", "one", "0x10", "99999999999999999999", " ", "1 1", "٣", "+1", "NaN", "<b>1</b>"];
    for quantity in wrong {
        visitor.visit("/cart").await;
        visitor.submit("/cart", &[("quantity.KEA", quantity)]).await;
        assert!(visitor.page.status < 500 && !visitor.page.flash().is_empty(), "{quantity:?}: {}", visitor.page.body);
        visitor.visit("/products/kea").await;
        visitor.submit("/cart/items", &[("sku", "KEA"), ("quantity", quantity)]).await;
        assert!(visitor.page.status < 500 && !visitor.page.flash().is_empty(), "{quantity:?}: {}", visitor.page.body);
    }
    for sku in ["DODO", "", "KEA\0", "kea", "' OR 1=1 --", &"K".repeat(2_000)] {
        visitor.visit("/products/kea").await;
        visitor.submit("/cart/items", &[("sku", sku)]).await;
        assert!((200..500).contains(&visitor.page.status), "{sku:?}: {}", visitor.page.body);
    }
    let cart = browser::anonymous(&shop).get(&format!("/api/order/v1/carts/{cart}")).await;
    assert_eq!((&cart["lines"][0]["quantity"], cart["lines"].as_array().unwrap().len()), (&json!(2), 1), "{cart}");
}
