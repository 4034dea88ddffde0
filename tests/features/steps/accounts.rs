//! Signing up, logging in and out.

use chassis::testing::eventually;
use cucumber::{then, when};
use serde_json::json;

use crate::actors::{self, ADDRESS};
use crate::support::EVENTUALLY_TIMEOUT;
use crate::support::visitor::Visitor;
use crate::world::{Account, World};

async fn fill_in(world: &mut World, account: &Account, change: Option<(&str, &str)>) {
    let visitor = world.visitor();
    visitor.visit("/signup").await;
    let mut fields = vec![
        ("email", account.email.as_str()),
        ("password", account.password.as_str()),
        ("first_name", account.first_name.as_str()),
        ("last_name", "Tester"),
    ];
    fields.extend(ADDRESS.into_iter().filter(|(name, _)| *name != "name"));
    if let Some((field, value)) = change {
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
    }
    visitor.submit("/signup", &fields).await;
}

#[when("somebody signs up")]
async fn signs_up(world: &mut World) {
    let account = actors::somebody();
    fill_in(world, &account, None).await;
    let page = &world.visitor().page;
    assert_eq!(page.status, 200, "{}", page.body);
    world.account = account;
}

#[when(expr = "somebody signs up with {word} {string}")]
async fn signs_up_with(world: &mut World, field: String, value: String) {
    let account = actors::somebody();
    fill_in(world, &account, Some((&field, &value))).await;
    world.account = account;
}

#[then("they are told what is wrong and there is no new account")]
async fn told_what_is_wrong(world: &mut World) {
    let page = world.visitor().page.clone();
    assert_eq!(page.status, 422, "{}", page.body);
    assert!(!page.select("[role='alert']").is_empty(), "{}", page.body);
    let visitor = Visitor::new(&world.shop().url(""));
    let body = json!({"email": world.account.email, "password": world.account.password});
    assert_eq!(visitor.api("POST", "/api/customer/v1/sessions", Some(body), &[]).await.status, 401);
}

#[then("a verification link is mailed to them")]
async fn link_is_mailed(world: &mut World) {
    actors::letter(&world.shop(), &world.account.email, "/verify?token=").await;
}

#[when("they follow the link")]
async fn follows_the_link(world: &mut World) {
    let letter = actors::letter(&world.shop(), &world.account.email, "/verify?token=").await;
    let link = actors::link_to(&letter, "/verify?token=");
    let password = world.account.password.clone();
    world.visitor().visit(&link).await;
    world.visitor().submit("/verify", &[("password", &password)]).await;
}

#[when("the link is followed by an owner of the address who did not sign up")]
async fn the_owner_follows(world: &mut World) {
    let letter = actors::letter(&world.shop(), &world.account.email, "/verify?token=").await;
    let link = actors::link_to(&letter, "/verify?token=");
    world.visitor().visit(&link).await;
    world.visitor().submit("/verify", &[("password", "what the owner would type")]).await;
}

#[then("they are offered to choose a new password")]
async fn offered_a_reset(world: &mut World) {
    let page = world.visitor().page.clone();
    assert_eq!(page.status, 422, "{}", page.body);
    assert!(!page.select("main a[href='/reset']").is_empty(), "{}", page.body);
}

#[then("the address is still not verified")]
async fn not_verified(world: &mut World) {
    let visitor = Visitor::new(&world.shop().url(""));
    let body = json!({"email": world.account.email, "password": world.account.password});
    let login = visitor.api("POST", "/api/customer/v1/sessions", Some(body), &[]).await;
    assert_eq!(login.json["customer"]["verified"], json!(false), "{}", login.json);
}

#[when("the link grows too old")]
async fn grows_old(_world: &mut World) {
    let made = std::time::Instant::now();
    let age = std::time::Duration::from_millis(3_500);
    eventually(EVENTUALLY_TIMEOUT, || async { (made.elapsed() > age).then_some(()) }).await;
}

#[then("they are told that the link does not hold any more")]
async fn link_is_void(world: &mut World) {
    let page = &world.visitor().page;
    assert!((400..500).contains(&page.status), "{} {}", page.status, page.body);
    assert!(!page.select("[role='alert']").is_empty(), "{}", page.body);
}

#[when("they log in")]
async fn logs_in(world: &mut World) {
    let account = world.account.clone();
    let base = world.shop().url("");
    let mut visitor = Visitor::new(&base);
    actors::log_in(&mut visitor, &account).await;
    world.notes.insert("session", json!(visitor.cookie("sid")));
    world.visitor = Some(visitor);
}

#[when(expr = "they log in with the password {string}")]
async fn logs_in_with(world: &mut World, password: String) {
    let account = Account { password, ..world.account.clone() };
    let mut visitor = Visitor::new(&world.shop().url(""));
    actors::log_in(&mut visitor, &account).await;
    world.visitor = Some(visitor);
}

#[then("their first name stands in the menu")]
async fn first_name(world: &mut World) {
    let name = world.account.first_name.clone();
    assert_eq!(world.visitor().page.text("first-name"), name);
}

#[then("the menu leads to their profile and their orders")]
async fn menu(world: &mut World) {
    for path in ["/profile", "/orders"] {
        let page = world.visitor().page.clone();
        assert!(page.body.contains(&format!("href=\"{path}\"")), "{}", page.body);
        assert_eq!(world.visitor().visit(path).await.status, 200);
        world.visitor().page = page;
    }
}

#[then("the back office is closed to them")]
async fn back_office_closed(world: &mut World) {
    let visitor = world.visitor();
    assert!(!visitor.page.has("admin-link"));
    for path in ["/admin", "/admin/orders", "/admin/stock", "/admin/customers", "/admin/products"] {
        assert_eq!(visitor.visit(path).await.status, 403, "{path}");
    }
}

#[then("they are told that e-mail or password is wrong")]
async fn told_wrong(world: &mut World) {
    let page = &world.visitor().page;
    assert!(!page.select("[role='alert']").is_empty() && page.status >= 400, "{} {}", page.status, page.body);
}

#[then("they are not logged in")]
async fn not_logged_in(world: &mut World) {
    let visitor = world.visitor();
    assert!(visitor.cookie("sid").is_none());
    assert!(visitor.visit("/").await.has("login-link"));
}

#[when("they log out")]
async fn logs_out(world: &mut World) {
    world.visitor().visit("/").await;
    world.visitor().submit("/logout", &[]).await;
}

#[then("their old session opens nothing any more")]
async fn old_session(world: &mut World) {
    let session = world.notes["session"].as_str().unwrap().to_owned();
    let answer = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
        .get(world.shop().url("/orders"))
        .header("Cookie", format!("sid={session}"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 303, "an ended session leads to the login");
    assert!(answer.headers()["location"].to_str().unwrap().starts_with("/login"));
}

#[when("somebody signs up with the customer's address")]
async fn signs_up_again(world: &mut World) {
    let newcomer = actors::somebody();
    fill_in(world, &newcomer, None).await;
    let usual = world.visitor().page.clone();
    world.notes.insert("usual", json!([usual.path, usual.status, usual.flash()]));
    let again = Account { email: world.account.email.clone(), ..actors::somebody() };
    fill_in(world, &again, None).await;
}

#[then("they see the same page as everybody who signs up")]
async fn same_page(world: &mut World) {
    let page = world.visitor().page.clone();
    assert_eq!(world.notes["usual"], json!([page.path, page.status, page.flash()]));
}

#[then("the customer is written to instead")]
async fn written_to(world: &mut World) {
    let (shop, email) = (world.shop(), world.account.email.clone());
    eventually(EVENTUALLY_TIMEOUT, || async {
        let addressed = format!("to: {email}");
        let letters = shop.letters().into_iter().filter(|letter| letter.to_lowercase().contains(&addressed));
        (letters.count() == 2).then_some(())
    })
    .await;
}
