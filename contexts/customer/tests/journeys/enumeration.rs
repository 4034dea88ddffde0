//! The shop does not reveal which addresses have an account.

use actix_web::test::TestRequest;
use serde_json::{Value, json};
use shared_kernel::Role;

use crate::browser::{Browser, csrf_of, set_cookie};
use crate::shop::{Got, PASSWORD, TestShop, on_both_engines};

/// Everything of an answer that an outsider can see, without what differs from one request to the next in any case.
fn visible(got: &Got, typed: &str) -> (u16, Vec<(String, String)>, String) {
    let mut text = got.text().replace(typed, "<typed>");
    for _ in 0..9 {
        let token = csrf_of(&text);
        if !token.is_empty() {
            text = text.replace(&token, "");
        }
    }
    let mut headers: Vec<(String, String)> = got
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "set-cookie", "etag"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.extend(set_cookie(got, "flash").map(|flash| ("flash".to_owned(), flash.value().to_owned())));
    headers.sort();
    (got.status, headers, text)
}

async fn world(shop: &TestShop) {
    shop.user("known@example.org", Role::Customer).await;
}

async fn not_from_the_pages(shop: &TestShop) {
    world(shop).await;
    for (page, action) in
        [("/login", "/login"), ("/signup", "/signup"), ("/reset", "/reset"), ("/verify", "/verify/resend")]
    {
        let mut answers = vec![];
        for email in ["known@example.org", "nobody@example.org"] {
            let fields = [("email", email), ("password", "some password"), ("first_name", "A"), ("last_name", "B")];
            answers.push(visible(&Browser::of(shop).fill(page, action, &fields).await, email));
        }
        assert_eq!(answers[0], answers[1], "{action}");
    }
}

async fn not_from_the_api(shop: &TestShop) {
    world(shop).await;
    let body = |email: &str, path: &str| -> Value {
        match path {
            "customers" => json!({ "email": email, "password": "some password", "first_name": "A", "last_name": "B" }),
            "sessions" => json!({ "email": email, "password": "a wrong password" }),
            _ => json!({ "email": email }),
        }
    };
    for path in ["sessions", "customers", "password-resets", "verifications/resend"] {
        let mut answers = vec![];
        for email in ["known@example.org", "nobody@example.org"] {
            let request = TestRequest::post().uri(&format!("/api/customer/v1/{path}")).set_json(body(email, path));
            let got = shop.call(request).await;
            let (status, headers, mut text) = visible(&got, email);
            for varying in ["id", "request_id"] {
                if let Some(value) = got.json()[varying].as_str() {
                    assert_eq!(value.len(), 36, "{varying} of {path}");
                    text = text.replace(value, "");
                }
            }
            let headers: Vec<_> = headers.into_iter().filter(|(name, _)| name != "content-length").collect();
            answers.push((status, headers, text));
        }
        assert_eq!(answers[0], answers[1], "{path}");
    }
}

async fn but_the_owner_is_told_and_the_password_stays(shop: &TestShop) {
    world(shop).await;
    let mut browser = Browser::of(shop);
    let fields =
        [("email", "Known@Example.org"), ("password", "the thief's own"), ("first_name", "A"), ("last_name", "B")];
    for _ in 0..3 {
        browser.fill("/signup", "/signup", &fields).await;
    }
    shop.settle().await;
    let mails = shop.mailer.sent();
    assert_eq!(mails.len(), 1, "once an hour");
    assert_eq!((mails[0].to.as_str(), mails[0].text.contains("has an account")), ("known@example.org", true));
    assert_eq!(browser.log_in("known@example.org", "the thief's own").await.status, 422);
    assert_eq!(browser.log_in("known@example.org", PASSWORD).await.status, 303);
}

on_both_engines! {
    not_from_the_pages
    not_from_the_api
    but_the_owner_is_told_and_the_password_stays
}
