//! By what a process recognises people: what counts where, and what is dropped at the door.

use std::net::SocketAddr;

use super::*;
use crate::limits::LimitSettings;
use crate::signed::{CredentialKind, IDENTITY_HEADER, PrivateKey, Signer, Verifier};
use chassis_system::{SystemClock, SystemIds};

fn signer() -> Signer {
    let key = PrivateKey::generate(&super::super::testing::NoChance).unwrap();
    Signer::new(&key, Arc::new(SystemClock))
}

fn verifier() -> Arc<Verifier> {
    let key = PrivateKey::generate(&super::super::testing::NoChance).unwrap().public();
    Arc::new(Verifier::new(&[key], Arc::new(SystemClock)))
}

fn signed(role: Role, by: CredentialKind) -> (&'static str, String) {
    (IDENTITY_HEADER, signer().sign(&somebody(9, role), by).unwrap())
}

fn process(recognition: impl Into<Authentication>) -> Edge {
    Edge::new(EdgeSettings::default(), recognition, Arc::new(SystemIds))
}

/// A process without the customer context.
fn elsewhere() -> Edge {
    process(Authentication::Signed(verifier()))
}

fn get(path: &str) -> TestRequest {
    TestRequest::get().uri(path)
}

#[actix_web::test]
async fn a_context_believes_what_was_signed_and_nothing_else() {
    let known = ask_at(elsewhere(), get("/api/me").insert_header(signed(Role::Customer, CredentialKind::Bearer))).await;
    assert_eq!((known.status, known.body.as_str()), (200, "\"Person 9\""));
    let page = ask_at(elsewhere(), get("/profile").insert_header(signed(Role::Customer, CredentialKind::Cookie))).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Person 9"), "{}", page.body);
    let by_token = ask_at(elsewhere(), get("/api/visitor").insert_header(bearer("admin"))).await;
    assert_eq!((by_token.status, by_token.body.as_str()), (200, "nobody"));
    assert_eq!(ask_at(elsewhere(), get("/profile").cookie(sid("admin"))).await.status, 303);
}

#[actix_web::test]
async fn a_role_is_worth_what_it_is_worth_here() {
    for (role, status) in [(Role::Customer, 403), (Role::Staff, 403), (Role::Admin, 200)] {
        let answer = ask_at(elsewhere(), get("/api/secrets").insert_header(signed(role, CredentialKind::Bearer))).await;
        assert_eq!(answer.status, status, "{role:?}");
    }
}

#[actix_web::test]
async fn a_forged_identity_is_refused_as_a_problem_and_as_a_page() {
    let (header, genuine) = signed(Role::Customer, CredentialKind::Bearer);
    let other = Signer::new(&PrivateKey::generate(&SystemIds).unwrap(), Arc::new(SystemClock));
    let other = other.sign(&somebody(9, Role::Admin), CredentialKind::Bearer).unwrap();
    for forged in [other, format!("{genuine}x"), String::new(), "admin".to_owned()] {
        let api = ask_at(elsewhere(), get("/api/visitor").insert_header((header, forged.as_str()))).await;
        assert_eq!((api.status, api.header("content-type")), (401, "application/problem+json"), "{forged}");
        assert!(api.json()["type"].as_str().unwrap().ends_with("/problems/invalid-identity"), "{}", api.body);
        let page = ask_at(elsewhere(), get("/").insert_header((header, forged.as_str()))).await;
        assert_eq!(page.status, 401);
        assert!(page.body.contains("Your session could not be verified"), "{}", page.body);
    }
    let twice = get("/api/me").append_header((header, genuine.as_str())).append_header((header, genuine.as_str()));
    assert_eq!(ask_at(elsewhere(), twice).await.status, 401, "two identities are none");
}

#[actix_web::test]
async fn the_whole_shop_drops_what_comes_from_outside() {
    let whole = || process(Arc::new(people()));
    let admin = signed(Role::Admin, CredentialKind::Bearer);
    let outsider = ask_at(whole(), get("/api/secrets").insert_header(admin.clone())).await;
    assert_eq!(outsider.status, 401);
    let customer = ask_at(whole(), get("/api/secrets").insert_header(admin).insert_header(bearer("customer"))).await;
    assert_eq!(customer.status, 403);
    let forged = ask_at(whole(), get("/").insert_header((IDENTITY_HEADER, "nonsense"))).await;
    assert_eq!(forged.status, 200);
}

#[actix_web::test]
async fn no_handler_ever_sees_the_header() {
    async fn shows(req: actix_web::HttpRequest) -> String {
        req.headers().contains_key(IDENTITY_HEADER).to_string()
    }
    for edge in [elsewhere(), process(Arc::new(people()))] {
        let app = App::new().app_data(web::Data::new(edge)).wrap(from_fn(guard)).route("/api/x", web::get().to(shows));
        let app = test::init_service(app).await;
        let request = get("/api/x").insert_header(signed(Role::Admin, CredentialKind::Bearer)).to_request();
        assert_eq!(test::call_and_read_body(&app, request).await, "false");
    }
}

#[actix_web::test]
async fn a_cookie_does_not_count_on_the_api_unless_another_process_asks() {
    let by_cookie = || get("/api/visitor").insert_header(signed(Role::Customer, CredentialKind::Cookie));
    assert_eq!(ask_at(elsewhere(), by_cookie()).await.body, "nobody");
    let on_behalf = by_cookie().insert_header(("x-store-on-behalf", "yes"));
    assert_eq!(ask_at(elsewhere(), on_behalf).await.body, "Person 9");
    let page = ask_at(elsewhere(), get("/profile").insert_header(signed(Role::Customer, CredentialKind::Bearer))).await;
    assert_eq!(page.status, 303, "and a bearer token not on pages");
}

#[actix_web::test]
async fn the_customers_process_recognises_by_both() {
    let both = || process(Authentication::Both(Arc::new(people()), verifier(), Arc::new(signer())));
    let by_token = ask_at(both(), get("/api/me").insert_header(bearer("staff"))).await;
    assert_eq!(by_token.body, "\"Person 2\"");
    let by_signature =
        ask_at(both(), get("/api/me").insert_header(signed(Role::Customer, CredentialKind::Bearer))).await;
    assert_eq!(by_signature.body, "\"Person 9\"");
    let forged = get("/api/me").insert_header((IDENTITY_HEADER, "x")).insert_header(bearer("staff"));
    assert_eq!(ask_at(both(), forged).await.status, 401, "a forged one is not made good by a token");
}

/// What a process would tell another about the one who asks it.
async fn forwarded_headers(edge: Edge, request: TestRequest) -> Vec<(String, String)> {
    async fn show(asker: CallerContext) -> HttpResponse {
        let told = asker.headers().map(|(name, value)| (name.as_str().to_owned(), value));
        HttpResponse::Ok().json(told.collect::<Vec<_>>())
    }
    let app = App::new().app_data(web::Data::new(edge)).wrap(from_fn(guard)).route("/x", web::get().to(show));
    let app = test::init_service(app).await;
    test::call_and_read_body_json(&app, request.to_request()).await
}

#[actix_web::test]
async fn another_process_is_asked_on_behalf_of_the_same_person_and_client() {
    let near: SocketAddr = "127.0.0.1:9".parse().unwrap();
    let (header, genuine) = signed(Role::Staff, CredentialKind::Cookie);
    let request = get("/x").peer_addr(near).insert_header((header, genuine.as_str()));
    let request = request.insert_header(("x-forwarded-for", "203.0.113.9")).insert_header(("x-request-id", "r-1"));
    let told_all = forwarded_headers(elsewhere(), request).await;
    for expected in [(header, genuine.as_str()), ("x-forwarded-for", "203.0.113.9"), ("x-request-id", "r-1")] {
        assert!(told_all.iter().any(|(name, value)| (name.as_str(), value.as_str()) == expected), "{told_all:?}");
    }
    let outsider = forwarded_headers(elsewhere(), get("/x").peer_addr(near)).await;
    let names: Vec<&str> = outsider.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["x-request-id", "x-store-on-behalf"]);
}

#[actix_web::test]
async fn the_customers_process_signs_for_whom_it_recognised_itself() {
    let both = process(Authentication::Both(Arc::new(people()), verifier(), Arc::new(signer())));
    let told = forwarded_headers(both, get("/x").cookie(sid("admin"))).await;
    let sent = told.iter().find(|(name, _)| name == IDENTITY_HEADER).map(|(_, value)| value.clone()).unwrap();
    assert_eq!(verifier().verify(&sent).unwrap().0, somebody(3, Role::Admin));
}

fn forwarded(path: &str) -> TestRequest {
    let peer: SocketAddr = "192.0.2.7:4711".parse().unwrap();
    get(path).peer_addr(peer).insert_header(("x-forwarded-for", "203.0.113.9"))
}

#[actix_web::test]
async fn a_proxy_that_nobody_trusts_is_ignored_or_refused_as_set() {
    let door = |refuse_untrusted_proxies| {
        let trusted_proxies = TrustedProxies::parse(["198.51.100.0/24"]).unwrap();
        let settings = EdgeSettings { trusted_proxies, refuse_untrusted_proxies, ..EdgeSettings::default() };
        Edge::new(settings, Arc::new(people()), Arc::new(SystemIds))
    };
    assert_eq!(ask_at(door(false), forwarded("/")).await.status, 200);
    let api = ask_at(door(true), forwarded("/api/visitor")).await;
    assert_eq!(api.status, 400);
    assert!(api.json()["type"].as_str().unwrap().ends_with("/problems/untrusted-proxy"), "{}", api.body);
    assert_eq!(ask_at(door(true), forwarded("/")).await.status, 400);
    let peer: SocketAddr = "198.51.100.1:4711".parse().unwrap();
    assert_eq!(ask_at(door(true), forwarded("/").peer_addr(peer)).await.status, 200);
    let told = door(false);
    assert!(told.first_untrusted_proxy() && !told.first_untrusted_proxy(), "it is told once");
}

#[actix_web::test]
async fn what_other_systems_post_and_what_the_gateway_asks_is_not_counted() {
    let limits = LimitSettings {
        exempt_loopback: false,
        anonymous: Allowance::per("ip", 1, Duration::from_hours(1), 1),
        ..LimitSettings::default()
    };
    let settings = EdgeSettings {
        limits,
        never_shed: vec!["/api/number/"],
        unseen: vec!["/api/visitor"],
        ..EdgeSettings::default()
    };
    let edge = Edge::new(settings, Arc::new(people()), Arc::new(SystemIds));
    for _ in 0..3 {
        assert_eq!(ask_at(edge.clone(), get("/api/number/7")).await.status, 200);
        assert_eq!(ask_at(edge.clone(), get("/api/visitor")).await.status, 200);
    }
    assert_eq!(ask_at(edge.clone(), get("/")).await.status, 200);
    assert_eq!(ask_at(edge, get("/")).await.status, 429, "everything else is");
}
