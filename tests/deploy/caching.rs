//! What the gateway caches: only what a context marks as public, and nothing personal.

use crate::fake::Bench;

/// How often the process of `part` was asked for `path`, which was asked of the gateway three times.
async fn asked_thrice(bench: &Bench, part: &str, path: &str, headers: &[(&str, &str)]) -> usize {
    for _ in 0..3 {
        assert_eq!(bench.get(path, headers).await.part(), part);
    }
    bench.fake(part).seen().iter().filter(|seen| seen.path == path).count()
}

#[actix_web::test]
async fn public_answers_are_fetched_once_and_others_every_time() {
    let Some(bench) = Bench::open().await else { return };
    let table = [
        ("edge", "/assets/shop.css?v=public", 1),
        ("edge", "/assets/shop.css?v=private", 3),
        ("edge", "/assets/shop.css", 3),
        ("catalogue", "/media/kea.svg?public", 1),
        ("catalogue", "/media/kea.svg?private", 3),
        ("catalogue", "/products/kea?public", 1),
        ("catalogue", "/products/kea?private", 3),
        ("catalogue", "/api/catalogue/v1/products?public", 1),
        ("catalogue", "/api/catalogue/v1/products?private", 3),
        ("catalogue", "/admin/products?public", 3),
        ("order", "/cart?public", 3),
        ("order", "/api/order/v1/orders?public", 3),
        ("edge", "/?public", 3),
        ("edge", "/api/openapi.json?public", 3),
    ];
    for (part, path, times) in table {
        assert_eq!(asked_thrice(&bench, part, path, &[]).await, times, "{path}");
    }
}

#[actix_web::test]
async fn a_request_with_a_cookie_or_token_is_answered_for_itself_and_never_cached() {
    let Some(bench) = Bench::open().await else { return };
    let path = "/products/kea?public";
    for shown in [("Cookie", "sid=ana"), ("Cookie", "visitor=7"), ("Authorization", "Bearer ana")] {
        asked_thrice(&bench, "catalogue", path, &[shown]).await;
    }
    assert_eq!(bench.fake("catalogue").seen().len(), 9, "something personal was kept");
    assert_eq!(asked_thrice(&bench, "catalogue", path, &[]).await, 10, "an anonymous request got another's answer");
    assert_eq!(bench.get(path, &[("Cookie", "sid=ana")]).await.forwarded_header("x-store-identity"), "signed-ana");
}

#[actix_web::test]
async fn an_answer_that_sets_a_cookie_is_not_kept() {
    let Some(bench) = Bench::open().await else { return };
    assert_eq!(asked_thrice(&bench, "catalogue", "/products/kea?public&setcookie", &[]).await, 3);
}

#[actix_web::test]
async fn public_files_are_fetched_without_telling_for_whom() {
    let Some(bench) = Bench::open().await else { return };
    for path in ["/assets/shop.css", "/media/kea.svg", "/favicon.ico"] {
        let answer = bench.get(path, &[("Cookie", "sid=ana"), ("Authorization", "Bearer ana")]).await;
        assert_eq!(
            (answer.forwarded_header("cookie"), answer.forwarded_header("authorization")),
            (String::new(), String::new()),
            "{path}"
        );
    }
    assert!(bench.fake("customer").seen().is_empty());
}

#[actix_web::test]
async fn a_cached_answer_is_revalidated_by_its_tag() {
    let Some(bench) = Bench::open().await else { return };
    let answer = bench.get("/api/catalogue/v1/products?private", &[("If-None-Match", "\"v1\"")]).await;
    assert_eq!(answer.forwarded_header("if-none-match"), "\"v1\"");
    let kept = "/api/catalogue/v1/products?public";
    bench.get(kept, &[("If-None-Match", "\"other\"")]).await;
    assert_eq!(
        bench.get(kept, &[]).await.forwarded_header("if-none-match"),
        "",
        "an answer to another question was kept"
    );
}

#[actix_web::test]
async fn two_names_of_the_shop_do_not_share_answers() {
    let Some(bench) = Bench::open().await else { return };
    let path = "/products/kea?public";
    bench.get(path, &[("Host", "one.test")]).await;
    assert_eq!(bench.get(path, &[("Host", "two.test")]).await.forwarded_header("host"), "two.test");
}
