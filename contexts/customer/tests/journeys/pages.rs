//! From the sign-up page to the deleted account.

use actix_web::test::TestRequest;
use insta::assert_snapshot;
use shared_kernel::Role;

use crate::browser::{Browser, csrf_of, main_of};
use crate::shop::{PASSWORD, TestShop, on_both_engines};

const AROHA: [(&str, &str); 9] = [
    ("email", "aroha@example.org"),
    ("password", PASSWORD),
    ("first_name", "Aroha"),
    ("last_name", "Ngata"),
    ("line1", "12 Kauri Lane"),
    ("city", "Nelson"),
    ("postcode", "7010"),
    ("country", "nz"),
    ("recipient", ""),
];

async fn somebody_signs_up_confirms_logs_in_and_is_greeted(shop: &TestShop) {
    let mut browser = Browser::of(shop);
    let sent = browser.fill("/signup", "/signup", &AROHA).await;
    assert_eq!((sent.status, sent.header("location")), (303, "/login"), "{}", sent.text());
    assert!(browser.get("/login").await.text().contains("We have sent you an e-mail"));

    let link = format!("/verify?token={}", shop.mailed_token().await);
    let mail = shop.mailer.sent().pop().unwrap();
    assert!(mail.text.contains(&format!("http://shop.test{link}")) && mail.html.contains(&link), "{}", mail.text);
    assert!(browser.get(&link).await.text().contains("data-test=\"verify-form\""));
    browser.log_in("aroha@example.org", PASSWORD).await;
    let unverified = browser.get("/profile").await;
    assert!(unverified.text().contains("data-test=\"unverified\""), "looking at the link confirms nothing");
    let token = link.rsplit('=').next().unwrap();
    let wrong = browser.fill(&link, "/verify", &[("token", token), ("password", "another one")]).await;
    assert_eq!(wrong.status, 422);
    assert_snapshot!("verification_with_another_password", main_of(&wrong, &[(token, "token")]));
    let confirmed = browser.fill(&link, "/verify", &[("token", token), ("password", PASSWORD)]).await;
    assert_eq!((confirmed.status, confirmed.header("location")), (303, "/"));

    let profile = browser.get("/profile").await;
    assert!(profile.text().contains("<span data-test=\"first-name\">Aroha</span>"), "{}", profile.text());
    assert_snapshot!("profile", main_of(&profile, &[]));
    let out = browser.fill("/profile", "/logout", &[]).await;
    assert_eq!((out.status, out.header("location")), (303, "/"));
    assert_eq!(browser.get("/profile").await.header("location"), "/login?next=%2Fprofile");
}

async fn a_form_that_is_not_right_comes_back_with_what_was_typed(shop: &TestShop) {
    let mut browser = Browser::of(shop);
    let mut fields = AROHA;
    fields[1].1 = "short";
    fields[5].1 = " ";
    fields[3].1 = "<script>alert(1)</script>";
    fields[8].1 = "Tui Reka";
    let again = browser.fill("/signup", "/signup", &fields).await;
    assert_eq!(again.status, 422);
    assert_snapshot!("sign_up_that_is_not_right", main_of(&again, &[]));
    assert!(!again.text().contains("short\"") && !again.text().contains("<script>"), "{}", again.text());
}

async fn an_address_is_not_asked_of_those_who_have_none(shop: &TestShop) {
    let mut browser = Browser::of(shop);
    let fields = [AROHA[0], AROHA[1], AROHA[2], AROHA[3], ("country", "NZ")];
    assert_eq!(browser.fill("/signup", "/signup", &fields).await.status, 303);
    browser.log_in("aroha@example.org", PASSWORD).await;
    let saved = browser.fill("/profile", "/profile", &AROHA[2..]).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let profile = browser.get("/profile").await;
    assert!(profile.text().contains("Profile saved.") && profile.text().contains("value=\"Aroha Ngata\""));
}

async fn after_the_login_one_is_where_one_wanted_to_be_and_never_elsewhere(shop: &TestShop) {
    shop.user("aroha@example.org", Role::Customer).await;
    let log_in = |next: &'static str| async move {
        let mut browser = Browser::of(shop);
        let fields = [("email", "aroha@example.org"), ("password", PASSWORD), ("next", next)];
        let page = browser.get(&format!("/login?next={}", next.replace('&', "%26"))).await;
        let got = browser.fill("/login", "/login", &fields).await;
        assert_eq!(got.status, 303, "{}", got.text());
        (got.header("location").to_owned(), page.text().to_owned())
    };
    for own in ["/checkout", "/orders?status=paid"] {
        assert_eq!(log_in(own).await.0, own);
    }
    for foreign in [
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%2Fevil.example",
        "/%2fevil.example",
        "/%5Cevil.example",
        "/%09/evil.example",
        "/%0d%0aSet-Cookie:x=y",
        "javascript:alert(1)",
        "evil.example",
        "",
    ] {
        let (location, page) = log_in(foreign).await;
        assert_eq!(location, "/", "{foreign:?} was followed");
        assert!(!page.contains("evil") && !page.contains("javascript:"), "{foreign:?} is on the page");
    }
}

async fn a_form_from_elsewhere_changes_nothing(shop: &TestShop) {
    let aroha = shop.user("aroha@example.org", Role::Customer).await;
    let mut admin = Browser::of(shop);
    shop.user("admin@example.org", Role::Admin).await;
    admin.log_in("admin@example.org", PASSWORD).await;
    let role = format!("/admin/customers/{aroha}/role");
    let foreign_token = csrf_of(Browser::of(shop).get("/login").await.text());
    for action in [
        "/login",
        "/logout",
        "/signup",
        "/verify",
        "/verify/resend",
        "/reset",
        "/reset/password",
        "/profile",
        "/profile/password",
        "/profile/erase",
        &role,
    ] {
        for token in ["", &foreign_token] {
            let fields =
                [("csrf", token), ("email", "a@b.c"), ("password", PASSWORD), ("role", "admin"), ("token", "x")];
            let forged = admin.send(TestRequest::post().uri(action).set_form(fields)).await;
            assert_eq!(forged.status, 403, "{action} with {token:?}");
        }
        let genuine = csrf_of(admin.get("/profile").await.text());
        let cross = TestRequest::post().uri(action).set_form([("csrf", genuine.as_str())]);
        assert_eq!(admin.send(cross.insert_header(("sec-fetch-site", "cross-site"))).await.status, 403, "{action}");
    }
    assert!(admin.get("/profile").await.text().contains("admin@example.org"), "still logged in");
}

async fn administrators_appoint_staff_and_nobody_else_sees_the_page(shop: &TestShop) {
    shop.user("admin@example.org", Role::Admin).await;
    let aroha = shop.user("aroha@example.org", Role::Customer).await;
    let (mut admin, mut customer) = (Browser::of(shop), Browser::of(shop));
    assert_eq!(customer.get("/admin/customers").await.header("location"), "/login?next=%2Fadmin%2Fcustomers");
    customer.log_in("aroha@example.org", PASSWORD).await;
    assert_eq!(customer.get("/admin/customers").await.status, 403);
    admin.log_in("admin@example.org", PASSWORD).await;
    let page = admin.get("/admin/customers?q=aroha%40").await;
    assert_snapshot!("customers_found", main_of(&page, &[(&aroha.to_string(), "customer")]));
    let action = format!("/admin/customers/{aroha}/role");
    assert_eq!(admin.fill("/admin/customers", &action, &[("role", "staff")]).await.status, 303);
    assert!(customer.get("/profile").await.text().contains("data-test=\"admin-link\""), "it holds at once");
    assert_eq!(admin.fill("/admin/customers", &action, &[("role", "owner")]).await.status, 400);
    let forged = customer.fill("/profile", &action, &[("role", "admin")]).await;
    assert_eq!(forged.status, 403, "staff do not appoint");
}

async fn an_account_is_deleted_by_its_owner(shop: &TestShop) {
    shop.user("aroha@example.org", Role::Customer).await;
    let mut browser = Browser::of(shop);
    browser.log_in("aroha@example.org", PASSWORD).await;
    let wrong = browser.fill("/profile", "/profile/erase", &[("current_password", "no")]).await;
    assert!(wrong.status == 422 && wrong.text().contains("Your account was not deleted"));
    let gone = browser.fill("/profile", "/profile/erase", &[("current_password", PASSWORD)]).await;
    assert_eq!((gone.status, gone.header("location")), (303, "/"));
    assert_eq!(browser.log_in("aroha@example.org", PASSWORD).await.status, 422);
    assert_eq!(browser.fill("/signup", "/signup", &AROHA).await.status, 303, "the address is free again");
}

on_both_engines! {
    somebody_signs_up_confirms_logs_in_and_is_greeted
    a_form_that_is_not_right_comes_back_with_what_was_typed
    an_address_is_not_asked_of_those_who_have_none
    after_the_login_one_is_where_one_wanted_to_be_and_never_elsewhere
    a_form_from_elsewhere_changes_nothing
    administrators_appoint_staff_and_nobody_else_sees_the_page
    an_account_is_deleted_by_its_owner
}
