//! Clients that ask too often are told to wait, and others are not slowed down.

use serde_json::json;

use crate::shop_fixture::{Response, client};
use crate::support::process::{ADMIN, Shop};
use crate::support::visitor::Visitor;

const SESSIONS: &str = "/api/customer/v1/sessions";

/// A guess at a password; every time another account's, so that only the network address is the same.
async fn guess(shop: &Shop, number: usize) -> Response {
    let body = json!({"email": format!("victim{number}@post.test"), "password": "a guess at a password"});
    Response::by(client().post(shop.url(SESSIONS)).json(&body)).await
}

async fn look(shop: &Shop, path: &str) -> u16 {
    Response::by(client().get(shop.url(path))).await.status
}

#[tokio::test]
async fn guessing_passwords_ends_in_waiting_and_the_shop_stays_open() {
    let shop = Shop::open(&[("STORE_DEMO", "off"), ("STORE_LIMIT_LOOPBACK", "on")]).await;
    let first = guess(&shop, 0).await;
    first.is_problem("the first guess", 401, "");
    assert!(first.header("ratelimit-policy").contains("\"login\";q=10;w=60"), "{first:?}");
    assert!(first.header("ratelimit").contains("\"login\";r=9;"), "{first:?}");
    let mut refused = None;
    for number in 1..30 {
        let told = guess(&shop, number).await;
        if told.status == 429 {
            refused = Some((number, told));
            break;
        }
        told.is_problem("a guess", 401, "");
    }
    let (number, told) = refused.unwrap();
    // One attempt comes back every six seconds, which a slow machine may see once or twice.
    assert!((10..14).contains(&number), "refused at guess {number}");
    told.is_problem("one too many", 429, "quota-exceeded");
    assert_eq!(told.json()["violated-policies"], json!(["login"]));
    let wait: u64 = told.header("retry-after").parse().unwrap();
    assert!((1..=6).contains(&wait), "{told:?}");
    assert!(told.header("ratelimit").contains(&format!("\"login\";r=0;t={wait}")), "{told:?}");

    for path in ["/", "/products", "/login", "/cart", "/api/catalogue/v1/products", "/health/ready", "/health/live"] {
        assert_eq!(look(&shop, path).await, 200, "{path} is closed as well");
    }
    let cart = Response::by(client().post(shop.url("/api/order/v1/carts")).json(&json!({}))).await;
    assert_eq!(cart.status, 201, "{cart:?}");
}

#[tokio::test]
async fn the_login_page_and_the_api_share_one_count_and_the_page_can_be_read() {
    let shop = Shop::open(&[("STORE_DEMO", "off"), ("STORE_LIMIT_LOOPBACK", "on")]).await;
    let mut visitor = Visitor::new(&shop.url(""));
    visitor.visit("/login").await;
    let (page, mut last) = (visitor.page.clone(), 0);
    for number in 0..30 {
        last = guess(&shop, number).await.status;
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429);
    visitor.page = page;
    let shown = visitor.submit("/login", &[("email", ADMIN.0), ("password", ADMIN.1)]).await.clone();
    assert_eq!(shown.status, 429, "{}", shown.body);
    assert!(!shown.select("h1").is_empty(), "{}", shown.body);
    assert!(visitor.cookie("sid").is_none(), "the right password has to wait as well");
}

#[tokio::test]
async fn a_token_has_a_count_of_its_own_and_this_machine_none_unless_asked_for() {
    let shop = Shop::open(&[("STORE_DEMO", "off"), ("STORE_LIMIT_LOOPBACK", "on")]).await;
    let mut admin = Visitor::new(&shop.url(""));
    admin.log_in(ADMIN.0, ADMIN.1).await;
    let token = admin.token.unwrap();
    let mut last = 200;
    for _ in 0..200 {
        last = look(&shop, "/api/catalogue/v1/categories").await;
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429, "an address may not ask forever");
    let told = Response::by(client().get(shop.url("/api/customer/v1/me")).bearer_auth(token)).await;
    assert_eq!(told.status, 200, "{told:?}");
    assert!(told.header("ratelimit-policy").contains("\"account\""), "{told:?}");

    let lenient = Shop::open(&[("STORE_DEMO", "off")]).await;
    for number in 0..15 {
        let told = guess(&lenient, number).await;
        assert_eq!((told.status, told.header("ratelimit")), (401, ""), "{told:?}");
    }
}
