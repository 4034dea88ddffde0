//! Codes of an authenticator app, confirming who one is, and the list of sessions.

use std::time::Duration;

use actix_web::test::TestRequest;
use customer::domain::TotpSecret;
use insta::assert_snapshot;
use serde_json::{Value, json};
use shared_kernel::{Clock, Role};

use crate::browser::{Browser, main_of};
use crate::shop::{Got, PASSWORD, TestShop, on_both_engines};

const AROHA: &str = "aroha@example.org";

/// The code that the customer's app shows now.
fn code(shop: &TestShop, secret: &str) -> String {
    let step = u64::try_from(shop.clock.now().micros() / 30_000_000).unwrap();
    format!("{:06}", TotpSecret::parse(secret).unwrap().code(step))
}

/// The same browser, after the session is gone.
async fn log_in_again(browser: &mut Browser<'_>) -> Got {
    browser.jar.remove("sid");
    browser.log_in(AROHA, PASSWORD).await
}

/// Turns two-step login on, and gives secret and recovery codes.
async fn turn_on(browser: &mut Browser<'_>) -> (String, Vec<String>) {
    assert_eq!(browser.fill("/profile/second-factor", "/profile/second-factor", &[]).await.status, 303);
    let page = browser.get("/profile/second-factor").await;
    let secret = between(page.text(), "data-test=\"secret\">", "<").remove(0);
    let first = code(browser.shop, &secret);
    let on = browser.fill("/profile/second-factor", "/profile/second-factor/code", &[("code", &first)]).await;
    let codes = between(on.text(), "data-test=\"recovery-code\">", "<");
    assert_eq!((on.status, codes.len()), (200, 10), "{}", on.text());
    browser.shop.advance(Duration::from_secs(30));
    (secret, codes)
}

fn between(text: &str, from: &str, to: &str) -> Vec<String> {
    text.split(from).skip(1).map(|rest| rest.split(to).next().unwrap().to_owned()).collect()
}

async fn send_code(browser: &mut Browser<'_>, page: &Got, code: &str) -> Got {
    let field = |name: &str| between(page.text(), &format!("name=\"{name}\" value=\""), "\"").remove(0);
    let (csrf, challenge) = (between(page.text(), "name=\"csrf\" value=\"", "\"").pop().unwrap(), field("challenge"));
    let form = [("csrf", csrf.as_str()), ("challenge", &challenge), ("code", code), ("next", "/profile")];
    browser.send(TestRequest::post().uri("/login/code").set_form(form)).await
}

async fn api(shop: &TestShop, body: Value) -> Got {
    shop.call(TestRequest::post().uri("/api/customer/v1/sessions").set_json(body)).await
}

async fn a_password_alone_does_not_open_an_account_with_two_steps(shop: &TestShop) {
    shop.user(AROHA, Role::Customer).await;
    let mut owner = Browser::of(shop);
    owner.log_in(AROHA, PASSWORD).await;
    let (secret, codes) = turn_on(&mut owner).await;

    let mut thief = Browser::of(shop);
    let asked = thief.log_in(AROHA, PASSWORD).await;
    assert!(asked.status == 200 && asked.text().contains("Enter your code"), "{}", asked.text());
    assert!(!thief.jar.contains_key("sid") && !thief.jar.contains_key("device"));
    for _ in 0..5 {
        assert_eq!(send_code(&mut thief, &asked, "000000").await.status, 422);
    }
    assert_eq!(send_code(&mut thief, &asked, "000000").await.status, 429, "guessing codes is slowed down");
    let known = log_in_again(&mut owner).await;
    assert_eq!(send_code(&mut owner, &known, &code(shop, &secret)).await.status, 303, "and stops no known browser");
    let again = log_in_again(&mut owner).await;
    assert_eq!(send_code(&mut owner, &again, &code(shop, &secret)).await.status, 422, "no code works twice");
    assert_eq!(send_code(&mut owner, &again, &codes[0]).await.status, 303, "a recovery code does");
    let third = log_in_again(&mut owner).await;
    assert_eq!(send_code(&mut owner, &third, &codes[0]).await.status, 422, "and once");

    shop.advance(Duration::from_mins(10));
    let late = send_code(&mut owner, &third, &code(shop, &secret)).await;
    assert_eq!((late.status, late.header("location")), (303, "/login"), "a login does not wait forever");
}

async fn programs_send_the_code_along(shop: &TestShop) {
    shop.user(AROHA, Role::Customer).await;
    let mut owner = Browser::of(shop);
    owner.log_in(AROHA, PASSWORD).await;
    let (secret, _) = turn_on(&mut owner).await;
    let wrong = api(shop, json!({ "email": AROHA, "password": "a wrong guess", "code": "123456" })).await;
    assert!(wrong.text().contains("invalid-credentials"), "{}", wrong.text());
    let without = api(shop, json!({ "email": AROHA, "password": PASSWORD })).await;
    assert!(without.status == 401 && without.text().contains("second-factor-required"), "{}", without.text());
    let wrong = api(shop, json!({ "email": AROHA, "password": PASSWORD, "code": "000000" })).await;
    assert!(wrong.status == 401 && wrong.text().contains("invalid-code"), "{}", wrong.text());
    let right = api(shop, json!({ "email": AROHA, "password": PASSWORD, "code": code(shop, &secret) })).await;
    assert_eq!(right.status, 201, "{}", right.text());
}

async fn turning_it_off_takes_password_and_code(shop: &TestShop) {
    shop.user(AROHA, Role::Customer).await;
    let mut owner = Browser::of(shop);
    owner.log_in(AROHA, PASSWORD).await;
    let (secret, _) = turn_on(&mut owner).await;
    let (page, remove) = ("/profile/second-factor", "/profile/second-factor/remove");
    for (password, code) in [("a wrong guess", code(shop, &secret)), (PASSWORD, "000000".to_owned())] {
        assert_eq!(owner.fill(page, remove, &[("password", password), ("code", &code)]).await.status, 422);
    }
    let right = [("password", PASSWORD), ("code", &code(shop, &secret))];
    assert_eq!(owner.fill(page, remove, &right).await.status, 303);
    let mut other = Browser::of(shop);
    assert_eq!(other.log_in(AROHA, PASSWORD).await.status, 303);
}

async fn what_does_great_harm_asks_for_the_password_again(shop: &TestShop) {
    let aroha = shop.user(AROHA, Role::Customer).await;
    shop.user("admin@example.org", Role::Admin).await;
    let mut admin = Browser::of(shop);
    admin.log_in("admin@example.org", PASSWORD).await;
    let (role, list) = (format!("/admin/customers/{aroha}/role"), "/admin/customers");
    assert_eq!(admin.fill(list, &role, &[("role", "staff")]).await.header("location"), list);
    shop.advance(Duration::from_mins(15));
    let asked = admin.fill(list, &role, &[("role", "admin")]).await;
    assert!(asked.header("location").starts_with("/login/confirm?next="), "{}", asked.header("location"));
    let confirm = "/login/confirm";
    assert_eq!(admin.fill(confirm, confirm, &[("password", "a wrong guess")]).await.status, 422);
    let right = [("password", PASSWORD), ("next", list)];
    assert_eq!(admin.fill(confirm, confirm, &right).await.header("location"), list);
    assert_eq!(admin.fill(list, &role, &[("role", "customer")]).await.header("location"), list);

    let session = api(shop, json!({ "email": "admin@example.org", "password": PASSWORD })).await.json();
    let bearer = ("authorization", format!("Bearer {}", session["token"].as_str().unwrap()));
    let key = || {
        let body = json!({ "label": "till", "role": "staff" });
        TestRequest::post().uri("/api/customer/v1/api-keys").insert_header(bearer.clone()).set_json(body)
    };
    assert_eq!(shop.call(key()).await.status, 201);
    shop.advance(Duration::from_mins(15));
    let asked = shop.call(key()).await;
    assert!(asked.status == 403 && asked.text().contains("reauthentication-required"), "{}", asked.text());
    let confirm = TestRequest::post().uri("/api/customer/v1/sessions/current/confirmation");
    let confirm = confirm.insert_header(bearer.clone()).set_json(json!({ "current_password": PASSWORD }));
    assert_eq!(shop.call(confirm).await.status, 204);
    assert_eq!(shop.call(key()).await.status, 201);
}

async fn sessions_are_listed_and_ended_by_their_owner_or_an_administrator(shop: &TestShop) {
    let aroha = shop.user(AROHA, Role::Customer).await;
    shop.user("admin@example.org", Role::Admin).await;
    let (mut here, mut there) = (Browser::of(shop), Browser::of(shop));
    here.log_in(AROHA, PASSWORD).await;
    there.log_in(AROHA, PASSWORD).await;
    let page = here.get("/profile/sessions").await;
    let end = between(page.text(), "action=\"/profile/sessions/", "\"").remove(0);
    assert_snapshot!("sessions", main_of(&page, &[(end.trim_end_matches("/end"), "session")]));
    assert_eq!(here.fill("/profile/sessions", &format!("/profile/sessions/{end}"), &[]).await.status, 303);
    assert_eq!(there.get("/profile").await.status, 303, "ended from elsewhere");
    assert_eq!(here.get("/profile").await.status, 200);
    let mut admin = Browser::of(shop);
    admin.log_in("admin@example.org", PASSWORD).await;
    let not_theirs = admin.fill("/profile/sessions", &format!("/profile/sessions/{end}"), &[]).await;
    assert_eq!(not_theirs.status, 404, "nobody ends another's by its name");
    let all = format!("/admin/customers/{aroha}/sessions/end");
    assert_eq!(admin.fill("/admin/customers", &all, &[]).await.status, 303);
    assert_eq!(here.get("/profile").await.status, 303);
}

async fn a_key_that_may_do_less_than_its_owner_does_not_change_the_account(shop: &TestShop) {
    shop.user("admin@example.org", Role::Admin).await;
    let session = api(shop, json!({ "email": "admin@example.org", "password": PASSWORD })).await.json();
    let bearer = |token: &Value| ("authorization", format!("Bearer {}", token.as_str().unwrap()));
    let wish = |body: Value| {
        TestRequest::post().uri("/api/customer/v1/api-keys").insert_header(bearer(&session["token"])).set_json(body)
    };
    let past =
        shop.call(wish(json!({ "label": "late", "role": "customer", "expires_at": "2026-11-22T11:59:59Z" }))).await;
    assert!(past.status == 422 && past.text().contains("expires_at"), "{}", past.text());
    let key = shop.call(wish(json!({ "label": "shop", "role": "customer" }))).await.json();
    let edit = TestRequest::put().uri("/api/customer/v1/me").insert_header(bearer(&key["secret"]));
    let edit = edit.set_json(json!({ "first_name": "Mallory", "last_name": "Thief" }));
    assert_eq!(shop.call(edit).await.status, 403);
    let own = TestRequest::put().uri("/api/customer/v1/me").insert_header(bearer(&session["token"]));
    let own = own.set_json(json!({ "first_name": "Ada", "last_name": "Minister" }));
    assert_eq!(shop.call(own).await.status, 200);
}

on_both_engines! {
    a_password_alone_does_not_open_an_account_with_two_steps
    programs_send_the_code_along
    turning_it_off_takes_password_and_code
    what_does_great_harm_asks_for_the_password_again
    sessions_are_listed_and_ended_by_their_owner_or_an_administrator
    a_key_that_may_do_less_than_its_owner_does_not_change_the_account
}
