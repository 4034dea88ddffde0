//! The edge and what hangs on it, driven through a small shop of made-up pages.

mod recognition;
mod security_log;

use std::sync::Arc;
use std::time::Duration;

use actix_web::body::to_bytes;
use actix_web::cookie::Cookie;
use actix_web::dev::ServiceResponse;
use actix_web::http::header;
use actix_web::middleware::{Compress, from_fn};
use actix_web::test::{TestRequest, try_call_service};
use actix_web::{App, HttpResponse, test, web};
use askama::Template;
use async_trait::async_trait;
use serde::Deserialize;
use shared_kernel::{Identity, Role, StoreError};

use super::limits::{Allowance, LimitRule, LimitSettings};
use super::testing::{KnownPeople, VISITOR, edge, form_token, somebody};
use super::*;

#[derive(Template)]
#[template(source = r#"{% extends "layout.html" %}{% block main %}{{ words }}{% endblock %}"#, ext = "html")]
struct Hello {
    frame: PageFrame,
    words: &'static str,
}

#[derive(Deserialize)]
struct Wish {
    sku: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ApiWish {
    sku: String,
}

async fn hello(frame: PageFrame) -> Result<HttpResponse, PageError> {
    page(&Hello { frame, words: "Kia ora" })
}

async fn wish(CsrfForm(wish): CsrfForm<Wish>) -> HttpResponse {
    see_other_with("/", Flash::notice(format!("{} it is", wish.sku)))
}

async fn api_wish(JsonBody(wish): JsonBody<ApiWish>) -> String {
    wish.sku
}

async fn api_me(SignedIn(me): SignedIn) -> HttpResponse {
    HttpResponse::Ok().json(me.first_name)
}

async fn profile(SignedIn(_): SignedIn, frame: PageFrame) -> Result<HttpResponse, PageError> {
    hello(frame).await
}

async fn api_visitor(Visitor(somebody): Visitor) -> String {
    somebody.map_or_else(|| "nobody".to_owned(), |identity| identity.first_name)
}

async fn back_office(Staff(_): Staff) -> &'static str {
    "parcels"
}

async fn refund(Staff(_): Staff, CsrfForm(wish): CsrfForm<Wish>) -> HttpResponse {
    let paid_back = Flash::notice("The refund is under way.");
    let flash = if wish.sku == "too-much" { Flash::error("Not refunded.") } else { paid_back };
    see_other_with("/admin", flash)
}

async fn secrets(Admin(_): Admin) -> &'static str {
    "figures"
}

async fn broken() -> Result<HttpResponse, PageError> {
    Err(PageError::internal("the password is hunter2"))
}

async fn panics() -> HttpResponse {
    panic!("the password is hunter2")
}

async fn by_number(number: web::Path<u32>) -> String {
    number.to_string()
}

fn shop(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(hello))
        .route("/wish", web::post().to(wish))
        .route("/profile", web::get().to(profile))
        .route("/profile", web::post().to(profile))
        .route("/admin", web::get().to(back_office))
        .route("/admin/secrets", web::get().to(secrets))
        .route("/admin/refund", web::post().to(refund))
        .route("/admin/stock", web::post().to(refund))
        .route("/broken", web::get().to(broken))
        .route("/panics", web::get().to(panics))
        .route("/login", web::post().to(|| async { "in" }))
        .route("/api/wish", web::post().to(api_wish))
        .route("/api/me", web::get().to(api_me))
        .route("/api/visitor", web::get().to(api_visitor))
        .route("/api/secrets", web::get().to(secrets))
        .route("/api/panics", web::get().to(panics))
        .route("/api/number/{number}", web::get().to(by_number))
        .configure(assets::routes);
}

fn people() -> KnownPeople {
    KnownPeople::default()
        .and("customer", somebody(1, Role::Customer))
        .and("staff", somebody(2, Role::Staff))
        .and("admin", somebody(3, Role::Admin))
}

/// The answer as a browser gets it, whether it came the usual way or as an error.
struct Answer {
    status: u16,
    headers: header::HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn cookie(&self, name: &str) -> Option<Cookie<'static>> {
        let cookies = self.headers.get_all(header::SET_COOKIE);
        let mut cookies = cookies.map(|value| Cookie::parse(value.to_str().unwrap().to_owned()).unwrap());
        cookies.find(|cookie| cookie.name() == name)
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

async fn ask_at(edge: Edge, request: TestRequest) -> Answer {
    let app = App::new().app_data(web::Data::new(edge)).wrap(from_fn(guard)).configure(shop);
    let app = test::init_service(app).await;
    let response = match try_call_service(&app, request.to_request()).await {
        Ok(response) => ServiceResponse::into_parts(response).1,
        Err(error) => HttpResponse::from_error(error),
    };
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = to_bytes(response.into_body()).await.unwrap();
    Answer { status, headers, body: String::from_utf8(body.to_vec()).unwrap() }
}

async fn ask(request: TestRequest) -> Answer {
    ask_at(edge(people()), request).await
}

fn sid(token: &str) -> Cookie<'static> {
    Cookie::new(SESSION_COOKIE, token.to_owned())
}

fn bearer(token: &str) -> (&'static str, String) {
    ("authorization", format!("Bearer {token}"))
}

fn wish_form(token: &str) -> TestRequest {
    TestRequest::post()
        .uri("/wish")
        .cookie(Cookie::new("visitor", VISITOR))
        .set_form([("csrf", token), ("sku", "KEA-14")])
}

#[actix_web::test]
async fn a_form_of_our_own_is_followed_and_its_message_shown_once() {
    let sent = ask(wish_form(&form_token(None))).await;
    assert_eq!((sent.status, sent.header("location")), (303, "/"));
    let flash = sent.cookie("flash").unwrap();
    let shown = ask(TestRequest::get().uri("/").cookie(flash)).await;
    assert!(shown.body.contains("KEA-14 it is"), "{}", shown.body);
    let removed = shown.cookie("flash").unwrap();
    assert_eq!((removed.value(), removed.max_age()), ("", Some(actix_web::cookie::time::Duration::ZERO)));
    let later = ask(TestRequest::get().uri("/")).await;
    assert!(!later.body.contains("it is"));
    assert_eq!(later.cookie("flash"), None);
}

#[actix_web::test]
async fn a_form_that_is_not_of_this_visitor_or_session_is_refused() {
    let stolen = form_token(Some("customer"));
    for request in [
        wish_form(""),
        wish_form("nonsense"),
        wish_form(&stolen),
        wish_form(&form_token(None)).cookie(sid("customer")),
        TestRequest::post().uri("/wish").set_form([("csrf", form_token(None).as_str()), ("sku", "KEA-14")]),
        TestRequest::post().uri("/wish").cookie(Cookie::new("visitor", VISITOR)).set_form([("sku", "KEA-14")]),
    ] {
        let refused = ask(request).await;
        assert_eq!(refused.status, 403);
        assert!(refused.body.contains("This form has expired"), "{}", refused.body);
    }
    assert_eq!(ask(wish_form(&stolen).cookie(sid("customer"))).await.status, 303);
}

#[actix_web::test]
async fn a_form_sent_from_elsewhere_is_refused_even_with_the_right_token() {
    let token = form_token(None);
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("origin", "null")] {
        assert_eq!(ask(wish_form(&token).insert_header((name, value))).await.status, 403, "{name}: {value}");
    }
    assert_eq!(ask(wish_form(&token).insert_header(("origin", "http://localhost"))).await.status, 303);
}

#[actix_web::test]
async fn the_token_on_a_page_is_good_for_the_visitor_who_got_it() {
    let first = ask(TestRequest::get().uri("/").cookie(sid("customer"))).await;
    let visitor = first.cookie("visitor").unwrap();
    assert!(visitor.http_only().unwrap());
    let token = first.body.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let form = TestRequest::post().uri("/wish").set_form([("csrf", token), ("sku", "A")]);
    assert_eq!(ask(form.cookie(visitor).cookie(sid("customer"))).await.status, 303);
}

#[actix_web::test]
async fn fields_that_are_missing_or_too_large_are_refused_as_a_page() {
    let token = form_token(None);
    let visitor = || Cookie::new("visitor", VISITOR);
    let missing = ask(TestRequest::post().uri("/wish").cookie(visitor()).set_form([("csrf", &token)])).await;
    assert_eq!(missing.status, 400);
    assert!(missing.body.contains("missing field"), "{}", missing.body);
    let long = "x".repeat(70_000);
    let large = TestRequest::post().uri("/wish").cookie(visitor()).set_form([("csrf", &token), ("sku", &long)]);
    assert_eq!(ask(large).await.status, 413);
}

#[actix_web::test]
async fn a_body_that_announces_too_much_is_not_read_at_all() {
    let kinds = [
        ("/api/wish", "application/problem+json"),
        ("/wish", "text/html; charset=utf-8"),
        ("/sandbox/v1/refunds", "application/json"),
    ];
    for (path, kind) in kinds {
        let request = TestRequest::post().uri(path).insert_header(("content-length", "300000"));
        let refused = ask(request).await;
        assert_eq!((refused.status, refused.header("content-type")), (413, kind));
    }
}

#[actix_web::test]
async fn a_problem_names_the_shop_and_the_request() {
    let body = serde_json::json!({ "sku": "A", "price": 1 });
    let refused = ask(TestRequest::post().uri("/api/wish").insert_header(("x-request-id", "r-1")).set_json(body)).await;
    assert_eq!((refused.status, refused.header("content-type")), (422, "application/problem+json"));
    assert_eq!(refused.header("x-request-id"), "r-1");
    let problem = refused.json();
    assert_eq!(problem["type"], "http://localhost/problems/invalid-body");
    assert_eq!(problem["request_id"], "r-1");
    assert!(problem["detail"].as_str().unwrap().contains("unknown field `price`"), "{problem}");
}

#[actix_web::test]
async fn a_request_id_that_could_do_harm_is_replaced() {
    for wild in ["a b", "<script>", "x".repeat(65).as_str()] {
        let answer = ask(TestRequest::get().uri("/").insert_header(("x-request-id", wild))).await;
        assert_eq!(answer.header("x-request-id"), uuid::Uuid::from_u128(7).to_string());
    }
}

#[actix_web::test]
async fn closed_doors_of_the_api_are_problems() {
    let unknown = ask(TestRequest::get().uri("/api/me")).await;
    assert_eq!((unknown.status, unknown.header("www-authenticate")), (401, "Bearer"));
    assert_eq!(ask(TestRequest::get().uri("/api/me").insert_header(bearer("stale"))).await.status, 401);
    assert_eq!(ask(TestRequest::get().uri("/api/visitor").insert_header(bearer("stale"))).await.status, 401);
    assert_eq!(ask(TestRequest::get().uri("/api/visitor")).await.body, "nobody");
    assert_eq!(ask(TestRequest::get().uri("/api/me").insert_header(bearer("customer"))).await.json(), "Person 1");
    let forbidden = ask(TestRequest::get().uri("/api/secrets").insert_header(bearer("staff"))).await;
    assert_eq!(
        (forbidden.status, forbidden.json()["type"].as_str().unwrap()),
        (403, "http://localhost/problems/forbidden")
    );
    assert_eq!(ask(TestRequest::get().uri("/api/secrets").insert_header(bearer("admin"))).await.body, "figures");
}

#[actix_web::test]
async fn the_api_does_not_look_at_cookies_and_pages_not_at_bearers() {
    for path in ["/api/me", "/%61pi/me"] {
        assert_eq!(ask(TestRequest::get().uri(path).cookie(sid("customer"))).await.status, 401, "{path}");
    }
    assert_eq!(ask(TestRequest::get().uri("/profile").insert_header(bearer("customer"))).await.status, 303);
}

#[actix_web::test]
async fn closed_doors_of_pages_lead_to_the_login_and_back() {
    let asked = ask(TestRequest::get().uri("/profile?tab=a%20b")).await;
    assert_eq!((asked.status, asked.header("location")), (303, "/login?next=%2Fprofile%3Ftab%3Da%2520b"));
    let referer = ("referer", "http://localhost:8080/cart?x=1");
    let form = TestRequest::post().uri("/profile").insert_header(("host", "localhost:8080")).insert_header(referer);
    assert_eq!(ask(form).await.header("location"), "/login?next=%2Fcart%3Fx%3D1");
    let foreign = ("referer", "http://evil.example/cart");
    let form = TestRequest::post().uri("/profile").insert_header(("host", "localhost:8080")).insert_header(foreign);
    assert_eq!(ask(form).await.header("location"), "/login?next=%2F");
    let inside = ask(TestRequest::get().uri("/profile").cookie(sid("customer"))).await;
    assert_eq!(inside.status, 200);
    assert!(inside.body.contains("Person 1") && inside.body.contains("action=\"/logout\""));
    assert_eq!(inside.header("cache-control"), "no-store");
}

#[actix_web::test]
async fn rooms_for_staff_are_closed_to_customers_and_admins_enter_all() {
    let table = [
        ("/admin", "customer", 403),
        ("/admin", "staff", 200),
        ("/admin", "admin", 200),
        ("/admin/secrets", "staff", 403),
        ("/admin/secrets", "admin", 200),
    ];
    for (path, token, status) in table {
        assert_eq!(ask(TestRequest::get().uri(path).cookie(sid(token))).await.status, status, "{token} at {path}");
    }
}

#[actix_web::test]
async fn every_answer_carries_the_security_headers() {
    let requests = [
        ("/", 200),
        ("/nowhere", 404),
        ("/broken", 500),
        ("/panics", 500),
        ("/profile", 303),
        ("/api/me", 401),
        ("/api/nowhere", 404),
        ("/api/panics", 500),
        ("/assets/shop.css", 200),
    ];
    for (path, status) in requests {
        let answer = ask(TestRequest::get().uri(path)).await;
        assert_eq!(answer.status, status, "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{name} of {path}");
        }
        assert!(!answer.header("permissions-policy").is_empty() && !answer.header("x-request-id").is_empty(), "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "{path} is not https");
    }
}

#[actix_web::test]
async fn what_broke_is_not_told_to_outsiders() {
    for path in ["/broken", "/panics", "/api/panics"] {
        let answer = ask(TestRequest::get().uri(path)).await;
        assert!(!answer.body.contains("hunter2"), "{path}: {}", answer.body);
        assert!(answer.body.contains(&uuid::Uuid::from_u128(7).to_string()), "{path} does not name the request");
    }
}

#[actix_web::test]
async fn errors_wear_the_frame_of_the_visitor_and_the_form_of_their_place() {
    let page = ask(TestRequest::get().uri("/nowhere").cookie(sid("customer"))).await;
    assert!(page.body.contains("We could not find that") && page.body.contains("Person 1"), "{}", page.body);
    let problem = ask(TestRequest::get().uri("/api/number/seven")).await;
    assert_eq!((problem.status, problem.header("content-type")), (404, "application/problem+json"));
    let wrong_method = ask(TestRequest::delete().uri("/api/me")).await;
    assert_eq!(wrong_method.header("content-type"), "application/problem+json");
}

#[actix_web::test]
async fn an_error_can_be_read_where_compression_came_first() {
    for path in ["/broken", "/nowhere", "/api/me"] {
        let edge = web::Data::new(edge(people()));
        let app = App::new().app_data(edge).wrap(Compress::default()).wrap(from_fn(guard)).configure(shop);
        let request = TestRequest::get().uri(path).insert_header(("accept-encoding", "gzip"));
        let answer = test::call_service(&test::init_service(app).await, request.to_request()).await;
        assert!(!answer.headers().contains_key("content-encoding"), "{path}");
        let body = test::read_body(answer).await;
        assert!(
            std::str::from_utf8(&body).unwrap().contains("Log in first") || body.starts_with(b"<!doctype"),
            "{path}"
        );
    }
}

#[actix_web::test]
async fn what_outsiders_write_is_shown_as_they_wrote_it() {
    let page = ask(TestRequest::get().uri("/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")).await;
    assert!(!page.body.contains("<script>alert"), "{}", page.body);
    let flash = Flash::error("<script>alert(2)</script>").into_cookie();
    let page = ask(TestRequest::get().uri("/").cookie(flash)).await;
    assert!(page.body.contains("alert(2)") && !page.body.contains("<script>alert"), "{}", page.body);
}

#[actix_web::test]
async fn head_is_answered_like_get() {
    assert_eq!(ask(TestRequest::default().method(actix_web::http::Method::HEAD).uri("/")).await.status, 200);
}

fn limited(exempt_loopback: bool) -> Edge {
    let hour = Duration::from_hours(1);
    let limits = LimitSettings {
        exempt_loopback,
        anonymous: Allowance::per("ip", 4, hour, 4),
        rules: vec![LimitRule::post("/login", Allowance::per("login", 1, hour, 1))],
        ..LimitSettings::default()
    };
    Edge::new(
        EdgeSettings { limits, ..EdgeSettings::default() },
        Arc::new(people()),
        Arc::new(chassis_system::SystemIds),
    )
}

fn from(address: &str, request: TestRequest) -> TestRequest {
    request.peer_addr(format!("{address}:1234").parse().unwrap())
}

#[actix_web::test]
async fn the_one_request_too_many_is_refused_politely() {
    let edge = limited(true);
    let mut last = None;
    for _ in 0..5 {
        last = Some(ask_at(edge.clone(), from("203.0.113.7", TestRequest::get().uri("/api/visitor"))).await);
    }
    let refused = last.unwrap();
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("ratelimit-policy"), "\"ip\";q=4;w=3600");
    assert!(refused.header("ratelimit").starts_with("\"ip\";r=0;t="), "{}", refused.header("ratelimit"));
    assert!((800..=900).contains(&refused.header("retry-after").parse::<u64>().unwrap()));
    assert_eq!(refused.json()["violated-policies"], serde_json::json!(["ip"]));
    let page = ask_at(edge.clone(), from("203.0.113.7", TestRequest::get().uri("/"))).await;
    assert!(page.status == 429 && page.body.contains("Not so fast"), "{}", page.body);
    let payment = ask_at(edge.clone(), from("203.0.113.7", TestRequest::get().uri("/sandbox/v1/events"))).await;
    assert_eq!((payment.status, &payment.json()["error"]["code"]), (429, &"rate_limit".into()));
    let other = ask_at(edge.clone(), from("203.0.113.8", TestRequest::get().uri("/"))).await;
    assert_eq!((other.status, other.header("ratelimit")), (200, "\"ip\";r=3;t=900"));
    assert_eq!(ask_at(edge, from("203.0.113.7", TestRequest::get().uri("/assets/shop.css"))).await.status, 200);
}

#[actix_web::test]
async fn dear_requests_have_their_own_count() {
    let edge = limited(true);
    let knock = || from("203.0.113.7", TestRequest::post().uri("/login"));
    assert_eq!(ask_at(edge.clone(), knock()).await.status, 200);
    assert_eq!(ask_at(edge.clone(), knock()).await.status, 429);
    let disguised = from("203.0.113.7", TestRequest::post().uri("/%6cogin"));
    assert_eq!(ask_at(edge.clone(), disguised).await.status, 429, "the same door, written otherwise");
    assert_eq!(ask_at(edge, from("203.0.113.7", TestRequest::get().uri("/"))).await.status, 200);
}

#[actix_web::test]
async fn programs_on_this_machine_are_not_counted_unless_the_shop_says_so() {
    let local = || from("127.0.0.1", TestRequest::post().uri("/login"));
    let (open, strict) = (limited(true), limited(false));
    assert_eq!(ask_at(open.clone(), local()).await.status, 200);
    assert_eq!(ask_at(open.clone(), local()).await.status, 200);
    assert_eq!(ask_at(strict.clone(), local()).await.status, 200);
    assert_eq!(ask_at(strict, local()).await.status, 429);
    let forwarded = || local().insert_header(("x-forwarded-for", "203.0.113.9"));
    assert_eq!(ask_at(open.clone(), forwarded()).await.status, 200);
    assert_eq!(ask_at(open, forwarded()).await.status, 429);
}

struct OutOfOrder;

#[async_trait]
impl Authenticator for OutOfOrder {
    async fn authenticate(&self, _: &str) -> Result<Option<Identity>, StoreError> {
        Err(StoreError::unavailable("the disk is gone"))
    }
}

#[actix_web::test]
async fn when_nobody_can_be_recognised_the_shop_says_try_later() {
    let edge = Edge::new(EdgeSettings::default(), Arc::new(OutOfOrder), Arc::new(chassis_system::SystemIds));
    let api = ask_at(edge.clone(), TestRequest::get().uri("/api/visitor").insert_header(bearer("x"))).await;
    assert_eq!((api.status, api.header("retry-after")), (503, "2"));
    let page = ask_at(edge.clone(), TestRequest::get().uri("/").cookie(sid("x"))).await;
    assert!(page.status == 503 && !page.body.contains("disk"), "{}", page.body);
    assert_eq!(ask_at(edge, TestRequest::get().uri("/")).await.status, 200);
}

#[actix_web::test]
async fn over_https_the_browser_is_told_to_stay_there() {
    let settings = EdgeSettings { base_url: "https://shop.example".to_owned(), ..EdgeSettings::default() };
    let answer = ask_at(
        Edge::new(settings, Arc::new(people()), Arc::new(chassis_system::SystemIds)),
        TestRequest::get().uri("/"),
    )
    .await;
    assert!(answer.header("strict-transport-security").starts_with("max-age=31536000"));
    assert_eq!(answer.cookie("__Host-visitor").unwrap().secure(), Some(true), "and no other host can plant it");
}

#[actix_web::test]
async fn more_than_the_shop_can_do_at_once_is_put_off_but_not_what_must_get_in() {
    let settings = EdgeSettings { max_in_flight: 0, never_shed: vec!["/api/number/"], ..EdgeSettings::default() };
    let full = Edge::new(settings, Arc::new(people()), Arc::new(chassis_system::SystemIds));
    let put_off = ask_at(full.clone(), TestRequest::get().uri("/api/visitor")).await;
    assert_eq!((put_off.status, put_off.header("retry-after")), (503, "1"));
    let page = ask_at(full.clone(), TestRequest::get().uri("/")).await;
    assert!(page.status == 503 && page.body.contains("a lot going on"), "{}", page.body);
    assert_eq!(page.header("retry-after"), "1");
    assert_eq!(ask_at(full, TestRequest::get().uri("/api/number/7")).await.body, "7");
    let settings = EdgeSettings { max_in_flight: 1, ..EdgeSettings::default() };
    let small = Edge::new(settings, Arc::new(people()), Arc::new(chassis_system::SystemIds));
    for path in ["/", "/panics", "/api/visitor"] {
        assert_ne!(ask_at(small.clone(), TestRequest::get().uri(path)).await.status, 503, "{path}");
    }
}
