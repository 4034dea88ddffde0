//! What is personal stays with whom it belongs to: in no cache, in no other form, and out of reach of noise in the log.

use chassis::testing::eventually;
use reqwest::header::CACHE_CONTROL;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::EVENTUALLY_TIMEOUT;
use crate::support::process::Shop;
use crate::{api_fixtures, browser, buy};

#[tokio::test]
async fn personal_json_is_kept_in_no_cache() {
    let shop = Shop::open(&[("STORE_DEMO", "off")]).await;
    let admin = api_fixtures::admin(&shop).await;
    api_fixtures::product(&admin, "KEA", "physical", 4_990, Some(50)).await;
    let ana = api_fixtures::user(&shop, "ana@post.test", "customer").await;
    let order = buy::order(&ana, &[("KEA", 1)]).await["id"].as_str().unwrap().to_owned();
    let client = reqwest::Client::new();
    let caching = async |path: &str, token: Option<&str>| {
        let request = client.get(shop.url(path));
        let request = if let Some(token) = token { request.bearer_auth(token) } else { request };
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.headers()[CACHE_CONTROL].to_str().unwrap().to_owned()
    };
    let own = ["/api/customer/v1/me", "/api/customer/v1/me/sessions", "/api/order/v1/orders"];
    for path in own.into_iter().chain([format!("/api/order/v1/orders/{order}").as_str()]) {
        assert_eq!(caching(path, ana.token.as_deref()).await, "no-store", "{path}");
    }
    for path in ["/api/customer/v1/customers", "/api/order/v1/orders", "/api/ops/v1/security-log"] {
        assert_eq!(caching(path, admin.token.as_deref()).await, "no-store", "{path}");
    }
    assert_ne!(caching("/api/catalogue/v1/products", None).await, "no-store", "what everybody may see");
}

#[tokio::test]
async fn what_is_no_http_leaves_no_error_in_the_log() {
    let shop = Shop::open(&[("STORE_DEMO", "off")]).await;
    let address = shop.url("").trim_start_matches("http://").to_owned();
    let before = shop.log().matches("ERROR").count();
    let requests: [&[u8]; 5] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon here\r\n\r\n",
        b"POST /login HTTP/1.1\r\nhost: x\r\ncontent-length: many\r\n\r\n",
    ];
    for request in requests {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut answer = Vec::new();
        // A reset instead of an end is an answer, too.
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 400"), "{}", String::from_utf8_lossy(&answer));
    }
    // A request that is logged after all of these: by then each has left what it leaves.
    let last = reqwest::get(shop.url("/about?after-the-noise")).await.unwrap();
    let id = last.headers()["x-request-id"].to_str().unwrap().to_owned();
    eventually(EVENTUALLY_TIMEOUT, || async { shop.log().contains(&id).then_some(()) }).await;
    assert_eq!(shop.log().matches("ERROR").count(), before, "{}", shop.log());
}

#[tokio::test]
async fn the_search_box_of_the_shop_does_not_repeat_a_search_of_the_back_office() {
    let shop = Shop::open(&[("STORE_DEMO", "off")]).await;
    let mut staff = browser::admin(&shop).await;
    for path in ["/admin/customers", "/admin/orders", "/admin/products", "/products"] {
        let page = staff.visit(&format!("{path}?q=ana%40post.test")).await;
        assert_eq!(page.status, 200, "{path}");
        let field = page.body.split("id=\"site-search\"").nth(1).unwrap().split('>').next().unwrap();
        assert_eq!(field.contains("ana@post.test"), path == "/products", "{path}: {field}");
    }
}
