//! Guessing cannot lock the owner of an account out, and the number of guesses is limited.

use std::time::Duration;

use actix_web::test::TestRequest;
use serde_json::{Value, json};
use shared_kernel::Role;

use crate::browser::Browser;
use crate::shop::{Got, PASSWORD, TestShop, on_both_engines};

const AROHA: &str = "aroha@example.org";

async fn world(shop: &TestShop) {
    shop.user(AROHA, Role::Customer).await;
}

/// A login at the API from an address.
async fn log_in(shop: &TestShop, address: &str, password: &str, device: Option<&str>) -> Got {
    let body = json!({ "email": AROHA, "password": password, "device": device });
    let request = TestRequest::post().uri("/api/customer/v1/sessions").insert_header(("x-forwarded-for", address));
    shop.call(request.set_json(body)).await
}

/// Guesses from one address as early as allowed, for a minute.
async fn guess_for_a_minute(shop: &TestShop, address: &str) {
    let mut wait = 0;
    for _ in 0..60 {
        if wait == 0 {
            let got = log_in(shop, address, "a wrong guess", None).await;
            wait = got.header("retry-after").parse().unwrap_or(0_u64);
        }
        wait = wait.saturating_sub(1);
        shop.advance(Duration::from_secs(1));
    }
}

async fn the_owner_gets_in_from_elsewhere_however_long_somebody_guesses(shop: &TestShop) {
    world(shop).await;
    for round in 0..5 {
        guess_for_a_minute(shop, "203.0.113.9").await;
        let new = log_in(shop, &format!("198.51.100.{round}"), PASSWORD, None).await;
        assert_eq!(new.status, 201, "a new device in round {round}: {}", new.text());
    }
}

async fn a_known_device_gets_in_even_beside_anyone_who_guesses(shop: &TestShop) {
    world(shop).await;
    let first = log_in(shop, "203.0.113.9", PASSWORD, None).await.json();
    let device = first["device"].as_str().unwrap().to_owned();
    for round in 0..5 {
        guess_for_a_minute(shop, "203.0.113.9").await;
        log_in(shop, "203.0.113.9", "a wrong guess", None).await;
        assert_eq!(log_in(shop, "203.0.113.9", "a wrong guess", None).await.status, 429, "the network has to wait");
        let known = log_in(shop, "203.0.113.9", PASSWORD, Some(&device)).await;
        assert_eq!(known.status, 201, "in round {round}: {}", known.text());
    }
}

async fn a_known_device_is_no_way_to_guess_either(shop: &TestShop) {
    world(shop).await;
    let first: Value = log_in(shop, "203.0.113.9", PASSWORD, None).await.json();
    let device = first["device"].as_str();
    for _ in 0..5 {
        assert_eq!(log_in(shop, "203.0.113.9", "a wrong guess", device).await.status, 401);
    }
    assert_eq!(log_in(shop, "203.0.113.9", PASSWORD, device).await.status, 429);
    assert_eq!(log_in(shop, "198.51.100.1", PASSWORD, None).await.status, 201, "and makes nobody else wait");
    shop.user("other@example.org", Role::Customer).await;
    let body = json!({ "email": "other@example.org", "password": "a wrong guess", "device": device });
    let mut last = 0;
    for _ in 0..6 {
        let request = TestRequest::post().uri("/api/customer/v1/sessions").set_json(body.clone());
        last = shop.call(request).await.status;
    }
    assert_eq!(last, 429, "at another account the device is unknown");
}

async fn guessing_from_many_networks_is_slowed_down_and_a_mailed_link_still_lets_the_owner_in(shop: &TestShop) {
    world(shop).await;
    let mut admitted = 0;
    for number in 0..100 {
        admitted += u32::from(log_in(shop, &format!("203.0.113.{number}"), "a wrong guess", None).await.status == 401);
    }
    assert_eq!(admitted, 50);
    assert_eq!(log_in(shop, "198.51.100.7", PASSWORD, None).await.status, 429, "a new network has to wait now");
    let mut owner = Browser::of(shop);
    owner.fill("/reset", "/reset", &[("email", AROHA)]).await;
    let token = shop.mailed_token().await;
    let new = [("token", token.as_str()), ("password", "tüte kiwi regen")];
    assert_eq!(owner.fill(&format!("/reset?token={token}"), "/reset/password", &new).await.status, 303);
    assert_eq!(log_in(shop, "203.0.113.1", "a wrong guess", None).await.status, 429);
    assert_eq!(owner.log_in(AROHA, "tüte kiwi regen").await.status, 303, "the browser is known by the reset");
}

async fn anyone_who_has_a_session_does_not_keep_the_owner_from_changing_the_password(shop: &TestShop) {
    world(shop).await;
    let (mut thief, mut owner) = (Browser::of(shop), Browser::of(shop));
    thief.log_in(AROHA, PASSWORD).await;
    owner.log_in(AROHA, PASSWORD).await;
    let guess = [("current_password", "a wrong guess"), ("password", "tüte kiwi regen")];
    let mut last = 0;
    for _ in 0..6 {
        last = thief.fill("/profile", "/profile/password", &guess).await.status;
    }
    assert_eq!(last, 429, "guessing is slowed down there, too");
    let right = [("current_password", PASSWORD), ("password", "tüte kiwi regen")];
    assert_eq!(owner.fill("/profile", "/profile/password", &right).await.status, 303);
}

on_both_engines! {
    the_owner_gets_in_from_elsewhere_however_long_somebody_guesses
    a_known_device_gets_in_even_beside_anyone_who_guesses
    a_known_device_is_no_way_to_guess_either
    guessing_from_many_networks_is_slowed_down_and_a_mailed_link_still_lets_the_owner_in
    anyone_who_has_a_session_does_not_keep_the_owner_from_changing_the_password
}
