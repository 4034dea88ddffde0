//! A session begins at a login, belongs to one browser, and ends when it should.

use std::time::Duration;

use actix_web::cookie::SameSite;
use actix_web::test::TestRequest;
use chassis::ContextModule as _;
use customer::NewUser;
use shared_kernel::Role;

use crate::browser::{Browser, csrf_of, set_cookie};
use crate::shop::{PASSWORD, TestShop, on_both_engines, user};

const DAY: Duration = Duration::from_hours(24);

async fn world(shop: &TestShop) {
    shop.user("aroha@example.org", Role::Customer).await;
}

async fn logged_in(shop: &TestShop) -> Browser<'_> {
    let mut browser = Browser::of(shop);
    assert_eq!(browser.log_in("aroha@example.org", PASSWORD).await.status, 303);
    browser
}

async fn is_in(browser: &mut Browser<'_>) -> bool {
    browser.get("/profile").await.status == 200
}

async fn its_cookie_is_out_of_reach_of_scripts_and_other_sites(shop: &TestShop) {
    world(shop).await;
    let mut browser = Browser::of(shop);
    let cookie = set_cookie(&browser.log_in("aroha@example.org", PASSWORD).await, "sid").unwrap();
    assert_eq!((cookie.http_only(), cookie.same_site(), cookie.path()), (Some(true), Some(SameSite::Lax), Some("/")));
    assert_eq!(cookie.max_age().unwrap().whole_days(), 30);
    assert_eq!(cookie.value().len(), 43, "256 bits");
}

async fn a_planted_token_does_not_become_a_session(shop: &TestShop) {
    world(shop).await;
    let planted = "A".repeat(43);
    let mut victim = Browser::of(shop);
    victim.jar.insert("sid".to_owned(), planted.clone());
    assert_eq!(victim.log_in("aroha@example.org", PASSWORD).await.status, 303);
    assert_ne!(victim.jar["sid"], planted);
    let mut thief = Browser::of(shop);
    thief.jar.insert("sid".to_owned(), planted);
    assert!(!is_in(&mut thief).await);
    assert!(is_in(&mut victim).await);
}

async fn a_login_ends_the_session_before_it(shop: &TestShop) {
    world(shop).await;
    let mut browser = logged_in(shop).await;
    let first = browser.jar["sid"].clone();
    let token = csrf_of(browser.get("/profile").await.text());
    let fields = [("csrf", token.as_str()), ("email", "aroha@example.org"), ("password", PASSWORD)];
    assert_eq!(browser.send(TestRequest::post().uri("/login").set_form(fields)).await.status, 303);
    assert_ne!(browser.jar["sid"], first);
    let mut old = Browser::of(shop);
    old.jar.insert("sid".to_owned(), first);
    assert!(!is_in(&mut old).await);
    assert!(is_in(&mut browser).await);
}

async fn a_token_is_worth_nothing_after_the_logout(shop: &TestShop) {
    world(shop).await;
    let mut browser = logged_in(shop).await;
    let mut copy = Browser::of(shop);
    copy.jar.insert("sid".to_owned(), browser.jar["sid"].clone());
    assert!(is_in(&mut copy).await);
    browser.fill("/profile", "/logout", &[]).await;
    assert!(!browser.jar.contains_key("sid"));
    assert!(!is_in(&mut copy).await);
}

async fn a_reset_ends_all_and_works_once(shop: &TestShop) {
    world(shop).await;
    let (mut one, mut two) = (logged_in(shop).await, logged_in(shop).await);
    assert!(is_in(&mut one).await && is_in(&mut two).await);
    let mut other = Browser::of(shop);
    other.fill("/reset", "/reset", &[("email", "aroha@example.org")]).await;
    let token = shop.mailed_token().await;
    let page = format!("/reset?token={token}");
    let short = other.fill(&page, "/reset/password", &[("token", &token), ("password", "short")]).await;
    assert!(short.status == 422 && short.text().contains(&token), "a password that will not do can be corrected");
    let fields = [("token", token.as_str()), ("password", "another password")];
    assert_eq!(other.fill(&page, "/reset/password", &fields).await.status, 303);
    assert!(!is_in(&mut one).await && !is_in(&mut two).await);
    let again = other.fill(&page, "/reset/password", &fields).await;
    assert!(again.status == 422 && again.text().contains("This link has expired"));
    assert_eq!(other.log_in("aroha@example.org", PASSWORD).await.status, 422);
    assert_eq!(other.log_in("aroha@example.org", "another password").await.status, 303);
}

async fn a_changed_password_ends_all_others_and_renews_this_one(shop: &TestShop) {
    world(shop).await;
    let (mut here, mut there) = (logged_in(shop).await, logged_in(shop).await);
    let before = here.jar["sid"].clone();
    let fields = [("current_password", PASSWORD), ("password", "another password")];
    assert_eq!(here.fill("/profile", "/profile/password", &fields).await.status, 303);
    assert!(here.jar["sid"] != before && is_in(&mut here).await);
    assert!(!is_in(&mut there).await);
    let wrong = here.fill("/profile", "/profile/password", &fields).await;
    assert!(wrong.status == 422 && wrong.text().contains("Your current password is incorrect."));
}

async fn a_mailed_link_does_not_outlive_the_password_that_it_was_to_replace(shop: &TestShop) {
    world(shop).await;
    let mut owner = logged_in(shop).await;
    owner.fill("/reset", "/reset", &[("email", "aroha@example.org")]).await;
    let token = shop.mailed_token().await;
    let fields = [("current_password", PASSWORD), ("password", "tüte kiwi regen")];
    assert_eq!(owner.fill("/profile", "/profile/password", &fields).await.status, 303);
    let mut thief = Browser::of(shop);
    let fields = [("token", token.as_str()), ("password", "the thief's password")];
    let late = thief.fill(&format!("/reset?token={token}"), "/reset/password", &fields).await;
    assert!(late.status == 422 && late.text().contains("This link has expired"), "{}", late.text());
    assert!(is_in(&mut owner).await);
}

async fn a_logout_leaves_nothing_for_the_next_person_at_the_browser(shop: &TestShop) {
    world(shop).await;
    let mut browser = logged_in(shop).await;
    browser.jar.insert("cart".to_owned(), "0190aaaa-0000-7000-8000-0000000000a1".to_owned());
    browser.jar.insert("cart_count".to_owned(), "3".to_owned());
    let out = browser.fill("/profile", "/logout", &[]).await;
    assert_eq!(out.header("clear-site-data"), "\"cache\", \"storage\"");
    let left: Vec<&str> = browser.jar.keys().map(String::as_str).filter(|name| *name != "device").collect();
    assert_eq!(left, ["visitor"]);
}

async fn it_ends_when_it_is_not_used_and_at_the_latest_after_a_month(shop: &TestShop) {
    world(shop).await;
    let (mut idle, mut busy) = (logged_in(shop).await, logged_in(shop).await);
    for _ in 0..4 {
        shop.advance(Duration::from_secs(7 * 86_400 - 1));
        assert!(is_in(&mut busy).await);
    }
    assert!(!is_in(&mut idle).await);
    shop.advance(DAY * 2 + Duration::from_secs(4));
    assert!(!is_in(&mut busy).await);
}

async fn an_administrators_ends_after_half_an_hour_of_silence(shop: &TestShop) {
    world(shop).await;
    shop.user("admin@example.org", Role::Admin).await;
    let mut admin = Browser::of(shop);
    admin.log_in("admin@example.org", PASSWORD).await;
    shop.advance(Duration::from_secs(1_799));
    assert!(is_in(&mut admin).await);
    shop.advance(Duration::from_mins(30));
    assert!(!is_in(&mut admin).await);
}

async fn guessing_at_the_page_is_slowed_down(shop: &TestShop) {
    world(shop).await;
    let mut browser = Browser::of(shop);
    for _ in 0..5 {
        let wrong = browser.log_in("aroha@example.org", "a wrong guess").await;
        assert!(wrong.status == 422 && wrong.text().contains("E-mail address or password is wrong."));
        assert!(!browser.jar.contains_key("sid"));
    }
    let delayed = browser.log_in("aroha@example.org", PASSWORD).await;
    assert_eq!((delayed.status, delayed.header("retry-after")), (429, "1"));
    assert!(delayed.text().contains("Please wait 1 second"));
    shop.advance(Duration::from_secs(1));
    assert_eq!(
        browser.log_in("aroha@example.org", PASSWORD).await.status,
        303,
        "the right password opens after the wait"
    );
}

async fn an_account_made_before_with_the_operators_address_does_not_become_administrator(shop: &TestShop) {
    world(shop).await;
    let mut thief = Browser::of(shop);
    let fields = [
        ("email", "boss@example.org"),
        ("password", "the thief's password"),
        ("first_name", "Mallory"),
        ("last_name", "Thief"),
    ];
    assert_eq!(thief.fill("/signup", "/signup", &fields).await.status, 303);
    assert_eq!(thief.log_in("boss@example.org", "the thief's password").await.status, 303);
    shop.user("boss@example.org", Role::Admin).await;
    assert!(!is_in(&mut thief).await, "the session has ended");
    assert_eq!(thief.log_in("boss@example.org", "the thief's password").await.status, 422);
    let mut admin = Browser::of(shop);
    assert_eq!(admin.log_in("boss@example.org", PASSWORD).await.status, 303);
    assert_eq!(admin.get("/admin/customers").await.status, 200);
}

async fn a_lost_password_is_replaced_by_the_operator(shop: &TestShop) {
    world(shop).await;
    shop.user("admin@example.org", Role::Admin).await;
    let mut elsewhere = Browser::of(shop);
    elsewhere.log_in("admin@example.org", PASSWORD).await;
    let fresh = "wholly other words for a door";
    let reset = NewUser { reset_password: true, ..user("admin@example.org", fresh, Role::Customer, true) };
    shop.module.create_user(reset).await.unwrap();
    assert!(!is_in(&mut elsewhere).await, "sessions of the lost password end");
    assert_eq!(Browser::of(shop).log_in("admin@example.org", PASSWORD).await.status, 422);
    let mut admin = Browser::of(shop);
    assert_eq!(admin.log_in("admin@example.org", fresh).await.status, 303);
    assert_eq!(admin.get("/admin/customers").await.status, 200, "the role is kept");
}

async fn the_operators_word_may_be_repeated(shop: &TestShop) {
    world(shop).await;
    let first = shop.user("admin@example.org", Role::Admin).await;
    let repeated = user("ADMIN@example.org", "a different password", Role::Customer, false);
    let again = shop.module.create_user(repeated).await.unwrap();
    assert_eq!(again, first);
    let mut admin = Browser::of(shop);
    assert_eq!(admin.log_in("admin@example.org", PASSWORD).await.status, 303, "the password stays as it was");
    assert_eq!(admin.get("/admin/customers").await.status, 200, "and nothing is taken away");
    for job in shop.module.jobs() {
        job.once().await.unwrap();
    }
    assert!(is_in(&mut admin).await, "housekeeping leaves what lives");
}

on_both_engines! {
    its_cookie_is_out_of_reach_of_scripts_and_other_sites
    a_planted_token_does_not_become_a_session
    a_login_ends_the_session_before_it
    a_token_is_worth_nothing_after_the_logout
    a_reset_ends_all_and_works_once
    a_changed_password_ends_all_others_and_renews_this_one
    a_mailed_link_does_not_outlive_the_password_that_it_was_to_replace
    a_logout_leaves_nothing_for_the_next_person_at_the_browser
    it_ends_when_it_is_not_used_and_at_the_latest_after_a_month
    an_administrators_ends_after_half_an_hour_of_silence
    guessing_at_the_page_is_slowed_down
    an_account_made_before_with_the_operators_address_does_not_become_administrator
    a_lost_password_is_replaced_by_the_operator
    the_operators_word_may_be_repeated
}
