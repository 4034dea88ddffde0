//! Who is asking: found out once, handed on, never believed from outside; and the shop without its customer context.

use crate::fake::Bench;

const IDENTITY: &str = "x-store-identity";
const COOKIE: (&str, &str) = ("Cookie", "visitor=7; sid=ana; cart_count=2");
const BEARER: (&str, &str) = ("Authorization", "Bearer ana");

/// Paths that every part answers, pages and API, with and without an identity.
const EVERYWHERE: [&str; 14] = [
    "/",
    "/products/kea",
    "/admin/products/kea",
    "/media/kea.svg",
    "/assets/shop.css",
    "/cart",
    "/orders/7/cancel",
    "/admin/stock",
    "/admin/reports",
    "/profile",
    "/pay/pi_7",
    "/sandbox/v1/payment_intents",
    "/api/order/v1/orders",
    "/api/catalogue/v1/products",
];

#[actix_web::test]
async fn a_session_is_handed_on_to_pages_as_a_signed_identity() {
    let Some(bench) = Bench::open().await else { return };
    for path in ["/", "/products/kea", "/cart", "/checkout/confirm", "/admin/stock", "/admin/reports", "/pay/pi_7"] {
        let answer = bench.get(path, &[COOKIE]).await;
        assert_eq!(answer.forwarded_header(IDENTITY), "signed-ana", "{path}");
        assert_eq!(answer.forwarded_header("cookie"), COOKIE.1, "{path}");
    }
}

#[actix_web::test]
async fn on_the_api_a_token_counts_and_a_cookie_does_not() {
    let Some(bench) = Bench::open().await else { return };
    for path in ["/api/order/v1/orders", "/api/order/v1/carts/7", "/api/catalogue/v1/products", "/api/ops/v1/events"] {
        assert_eq!(bench.get(path, &[BEARER]).await.forwarded_header(IDENTITY), "signed-ana", "{path}");
        assert_eq!(bench.get(path, &[COOKIE]).await.forwarded_header(IDENTITY), "", "{path} took a cookie");
    }
    for path in ["/cart", "/products/kea", "/"] {
        assert_eq!(bench.get(path, &[BEARER]).await.forwarded_header(IDENTITY), "", "{path} took a token");
    }
}

#[actix_web::test]
async fn an_identity_from_outside_never_gets_through() {
    let Some(bench) = Bench::open().await else { return };
    let spellings = ["X-Store-Identity", "x-store-identity", "X-STORE-IDENTITY", "x_store_identity"];
    for path in EVERYWHERE {
        for spelling in spellings {
            let answer = bench.get(path, &[(spelling, "forged")]).await;
            assert!(!answer.echo()["headers"].to_string().contains("forged"), "{path} passes {spelling} on");
            let known = bench.get(path, &[(spelling, "forged"), COOKIE, BEARER]).await;
            assert!(!known.echo()["headers"].to_string().contains("forged"), "{path} passes {spelling} on");
        }
    }
}

#[actix_web::test]
async fn an_identity_never_leaves_the_shop() {
    let Some(bench) = Bench::open().await else { return };
    for path in EVERYWHERE {
        let answer = bench.get(path, &[COOKIE, BEARER]).await;
        assert_eq!((answer.status, answer.header(IDENTITY)), (200, ""), "{path}");
    }
}

#[actix_web::test]
async fn a_token_goes_to_those_who_know_what_it_is_and_to_nobody_else() {
    let Some(bench) = Bench::open().await else { return };
    for path in EVERYWHERE.into_iter().chain(["/api/customer/v1/me"]) {
        let knows = path.starts_with("/api/customer/") || path.starts_with("/sandbox/");
        let told = bench.get(path, &[BEARER]).await.forwarded_header("authorization");
        assert_eq!(told, if knows { BEARER.1 } else { "" }, "{path}");
    }
}

#[actix_web::test]
async fn anonymous_requests_cost_the_customer_context_nothing() {
    let Some(bench) = Bench::open().await else { return };
    for path in ["/", "/products", "/cart", "/api/catalogue/v1/products", "/assets/shop.css", "/media/kea.svg"] {
        let answer = bench.get(path, &[("Cookie", "visitor=7; cart_count=2")]).await;
        assert_eq!((answer.status, answer.forwarded_header(IDENTITY)), (200, String::new()), "{path}");
    }
    assert!(bench.fake("customer").seen().is_empty());
}

#[actix_web::test]
async fn the_customer_context_is_told_the_credential_and_nothing_else() {
    let Some(bench) = Bench::open().await else { return };
    let extra = [("X-Other", "private"), ("If-None-Match", "\"v1\""), ("Content-Type", "text/plain")];
    let headers: Vec<_> = extra.into_iter().chain([COOKIE, BEARER]).collect();
    bench.ask(reqwest::Method::PUT, "/cart", &headers, b"a body".to_vec()).await;
    bench.ask(reqwest::Method::PUT, "/api/order/v1/carts/7", &headers, b"a body".to_vec()).await;
    let asked = bench.fake("customer").seen();
    let credentials: Vec<_> =
        asked.iter().map(|seen| (seen.headers.get("cookie"), seen.headers.get("authorization"))).collect();
    let (cookie, token) = ("sid=ana".to_owned(), "Bearer ana".to_owned());
    assert_eq!(credentials, [(Some(&cookie), None), (None, Some(&token))]);
    for seen in asked {
        assert_eq!((seen.method.as_str(), seen.path.as_str()), ("GET", "/api/customer/v1/identity"));
        let unexpected = ["x-other", "if-none-match", "content-type", "content-length", "transfer-encoding"];
        assert!(unexpected.iter().all(|name| !seen.headers.contains_key(*name)), "{seen:?}");
    }
}

#[actix_web::test]
async fn without_the_customer_context_everybody_may_still_look_around() {
    let Some(bench) = Bench::open().await else { return };
    bench.fake("customer").stop().await;
    for path in ["/", "/products?q=kea", "/products/kea", "/assets/shop.css", "/media/kea.svg", "/pay/pi_7"] {
        for headers in [vec![], vec![COOKIE]] {
            let answer = bench.get(path, &headers).await;
            assert_eq!(
                (answer.status, answer.forwarded_header(IDENTITY)),
                (200, String::new()),
                "{path} with {headers:?}"
            );
        }
    }
    let products = bench.get("/api/catalogue/v1/products", &[BEARER]).await;
    assert_eq!((products.status, products.forwarded_header(IDENTITY)), (200, String::new()));
    // A guest's cart needs no account.
    assert_eq!(bench.post("/cart/items", &[]).await.part(), "order");
    assert_eq!(bench.post("/api/order/v1/carts", &[]).await.part(), "order");
}

#[actix_web::test]
async fn without_the_customer_context_no_customer_is_taken_for_a_guest_where_it_matters() {
    let Some(bench) = Bench::open().await else { return };
    bench.fake("customer").stop().await;
    for path in ["/cart", "/orders", "/checkout", "/admin/orders", "/admin/stock", "/admin/reports", "/admin/products"]
    {
        let answer = bench.get(path, &[COOKIE]).await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, "5"), "{path}");
        assert!(answer.header("content-type").starts_with("text/html"), "{path}");
    }
    for path in ["/api/order/v1/orders", "/api/order/v1/carts/7", "/api/fulfilment/v1/stock"] {
        let answer = bench.get(path, &[BEARER]).await;
        assert_eq!((answer.status, answer.header("content-type")), (503, "application/problem+json"), "{path}");
        assert_eq!(answer.echo()["status"], 503, "{path}");
    }
    assert!(bench.fake("order").seen().is_empty(), "a request went on without its identity");
    let login = bench.get("/login", &[]).await;
    assert_eq!((login.status, login.header("retry-after")), (503, "5"));
}
