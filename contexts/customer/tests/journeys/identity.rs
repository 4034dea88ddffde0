//! What the gateway of a shop in several processes learns about the caller.

use std::time::Duration;

use actix_web::cookie::Cookie;
use actix_web::test::TestRequest;
use chassis::web::signed::{CredentialKind, IDENTITY_HEADER, Refused, Verifier};
use shared_kernel::{Identity, Role};

use crate::browser::Browser;
use crate::shop::{Got, PASSWORD, TestShop, signing_key};

const PATH: &str = "/api/customer/v1/identity";

struct World {
    shop: TestShop,
    token: String,
}

async fn world() -> World {
    let shop = TestShop::on_sqlite().await;
    shop.user("aroha@example.org", Role::Staff).await;
    let mut browser = Browser::of(&shop);
    browser.log_in("aroha@example.org", PASSWORD).await;
    let token = browser.jar["sid"].clone();
    World { shop, token }
}

impl World {
    fn verifier(&self) -> Verifier {
        Verifier::new(&[signing_key().public()], self.shop.clock.clone())
    }

    async fn ask(&self, original: Option<&str>, cookie: Option<&str>, bearer: Option<&str>) -> Got {
        let mut request = TestRequest::get().uri(PATH);
        if let Some(original) = original {
            request = request.insert_header(("x-original-uri", original));
        }
        if let Some(cookie) = cookie {
            request = request.cookie(Cookie::new("sid", cookie.to_owned()));
        }
        if let Some(bearer) = bearer {
            request = request.insert_header(("authorization", format!("Bearer {bearer}")));
        }
        let got = self.shop.call(request).await;
        assert_eq!((got.status, got.header("cache-control"), got.body.len()), (204, "no-store", 0));
        got
    }

    async fn forwarded_identity(
        &self,
        original: Option<&str>,
        cookie: Option<&str>,
        bearer: Option<&str>,
    ) -> Option<(Identity, CredentialKind)> {
        let got = self.ask(original, cookie, bearer).await;
        let signed = got.headers.get(IDENTITY_HEADER)?.to_str().unwrap().to_owned();
        Some(self.verifier().verify(&signed).unwrap())
    }
}

#[actix_web::test]
async fn who_is_logged_in_is_told_with_everything_that_contexts_know() {
    let world = world().await;
    let (identity, by) = world.forwarded_identity(Some("/orders?page=2"), Some(&world.token), None).await.unwrap();
    assert_eq!((identity.first_name.as_str(), identity.email.as_str()), ("Aroha", "aroha@example.org"));
    assert_eq!((identity.role, identity.verified, by), (Role::Staff, true, CredentialKind::Cookie));
}

#[actix_web::test]
async fn a_cookie_counts_on_pages_and_a_bearer_token_on_the_api() {
    let world = world().await;
    let good = Some(world.token.as_str());
    assert!(world.forwarded_identity(Some("/api/order/v1/orders"), good, None).await.is_none(), "no cookie on the API");
    assert!(world.forwarded_identity(Some("/orders"), None, good).await.is_none(), "no bearer token on pages");
    let (_, by) = world.forwarded_identity(Some("/api/order/v1/orders"), Some("x"), good).await.unwrap();
    assert_eq!(by, CredentialKind::Bearer);
}

#[actix_web::test]
async fn a_gateway_that_does_not_say_what_it_asks_about_is_told_what_was_shown() {
    let world = world().await;
    let good = Some(world.token.as_str());
    assert_eq!(world.forwarded_identity(None, good, None).await.unwrap().1, CredentialKind::Cookie);
    assert_eq!(world.forwarded_identity(None, None, good).await.unwrap().1, CredentialKind::Bearer);
    assert_eq!(world.forwarded_identity(None, good, good).await.unwrap().1, CredentialKind::Bearer);
}

#[actix_web::test]
async fn anyone_who_is_not_known_is_nobody_and_not_refused() {
    let world = world().await;
    let outsider = "B".repeat(43);
    assert!(world.forwarded_identity(Some("/"), None, None).await.is_none());
    assert!(world.forwarded_identity(Some("/"), Some(&outsider), None).await.is_none());
    assert!(world.forwarded_identity(Some("/api/order/v1/carts"), None, Some("nonsense")).await.is_none());
}

#[actix_web::test]
async fn what_is_told_is_good_for_a_minute_only() {
    let world = world().await;
    let got = world.ask(Some("/"), Some(&world.token), None).await;
    let signed = got.header(IDENTITY_HEADER).to_owned();
    world.shop.advance(Duration::from_mins(2));
    assert_eq!(world.verifier().verify(&signed).unwrap_err(), Refused::Expired);
    assert!(
        world.forwarded_identity(Some("/"), Some(&world.token), None).await.is_some(),
        "the session itself lives on"
    );
}

#[actix_web::test]
async fn a_session_that_has_ended_is_nobodys() {
    let world = world().await;
    let request = TestRequest::delete().uri("/api/customer/v1/sessions/current");
    let bearer = ("authorization", format!("Bearer {}", world.token));
    assert_eq!(world.shop.call(request.insert_header(bearer)).await.status, 204);
    assert!(world.forwarded_identity(Some("/"), Some(&world.token), None).await.is_none());
}

#[actix_web::test]
async fn the_answer_is_no_part_of_the_api_that_programs_see() {
    let promised = include_str!("../../contract/openapi.json");
    assert!(promised.contains("/api/customer/v1/me") && !promised.contains(PATH));
}
