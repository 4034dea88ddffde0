//! What the gateway tells contexts of a client, and what it refuses to pass on.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::fake::Bench;

/// Sends a request as it stands, which no well-behaved client would, and answers the status.
fn raw_status(bench: &Bench, target: &str) -> u16 {
    let mut stream = TcpStream::connect(bench.gateway.address()).unwrap();
    write!(stream, "GET {target} HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[actix_web::test]
async fn a_path_that_climbs_is_refused() {
    let Some(bench) = Bench::open().await else { return };
    for target in ["/products/../api/order/v1/orders", "/api/../cart", "/%2e%2E/x", "/a/%2e./b", "/cart/.", "/..%2fx"] {
        let target = target.to_owned();
        let (status, bench_) = (raw_status(&bench, &target), &bench);
        assert_eq!(status, 400, "{target}");
        assert!(crate::gateway::PARTS.iter().all(|part| bench_.fake(part).seen().is_empty()), "{target} got through");
    }
    for target in ["/products/a..b", "/products/...", "/products?next=/../x", "/downloads/.hidden", "/products/a%2Fb"] {
        assert_eq!(raw_status(&bench, target), 200, "{target}");
    }
}

#[actix_web::test]
async fn what_a_client_says_of_proxies_is_not_repeated() {
    let Some(bench) = Bench::open_limiting().await else { return };
    let claims =
        [("X-Forwarded-For", "6.6.6.6"), ("Forwarded", "for=6.6.6.6"), ("X-Forwarded-Host", "evil"), ("Via", "evil")];
    for path in ["/", "/assets/shop.css", "/api/catalogue/v1/products", "/sandbox/v1/events"] {
        let answer = bench.get(path, &claims).await;
        assert_eq!(answer.forwarded_header("x-forwarded-for"), "127.0.0.1", "{path}");
        assert_eq!(answer.forwarded_header("x-forwarded-proto"), "http", "{path}");
        assert!(!answer.body.contains("6.6.6.6") && !answer.body.contains("evil"), "{path}: {}", answer.body);
    }
}

#[actix_web::test]
async fn who_is_exempt_at_the_gateway_is_exempt_in_the_contexts() {
    let Some(bench) = Bench::open().await else { return };
    let answer = bench.get("/", &[("X-Forwarded-For", "6.6.6.6")]).await;
    assert_eq!(answer.forwarded_header("x-forwarded-for"), "", "contexts count anyone who is forwarded");
}

#[actix_web::test]
async fn a_request_keeps_its_id_from_the_door_to_the_context() {
    let Some(bench) = Bench::open().await else { return };
    assert_eq!(
        bench.get("/cart", &[("X-Request-Id", "my-id.7_x")]).await.forwarded_header("x-request-id"),
        "my-id.7_x"
    );
    for odd in ["", "two words", "a/b", &"x".repeat(65)] {
        let id = bench.get("/cart", &[("X-Request-Id", odd)]).await.forwarded_header("x-request-id");
        assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{odd:?} became {id:?}");
    }
    let missing = bench.get("/metrics", &[("X-Request-Id", "my-id")]).await;
    assert_eq!(missing.header("x-request-id"), "my-id");
}

#[actix_web::test]
async fn the_host_arrives_as_it_was_asked_for_and_the_gateway_keeps_its_version_to_itself() {
    let Some(bench) = Bench::open().await else { return };
    let answer = bench.get("/cart", &[]).await;
    assert_eq!(answer.forwarded_header("host"), bench.gateway.address().to_string());
    for path in ["/cart", "/metrics", "/health/live"] {
        let server = bench.get(path, &[]).await;
        assert!(!server.header("server").contains('/'), "{}", server.header("server"));
        assert!(!server.body.contains("nginx"), "{}", server.body);
    }
}

#[actix_web::test]
async fn what_a_context_answers_passes_untouched() {
    let Some(bench) = Bench::open().await else { return };
    let answer = bench.get("/cart?setcookie&private", &[]).await;
    assert_eq!(answer.header("set-cookie"), "visitor=1");
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    assert_eq!(answer.echo()["path"], "/cart?setcookie&private");
}
