//! The JSON API is what `contract/openapi.json` says: every answer of the journeys below is checked against it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use actix_web::App;
use actix_web::http::Method;
use actix_web::test::TestRequest;
use chassis::ContextModule as _;
use chassis::web::openapi::{About, describe};
use chassis::web::testing::promised;
use serde_json::{Value, json};
use shared_kernel::Role;
use utoipa_actix_web::AppExt;

use crate::golden::{assert_golden, read};
use crate::shop::{Got, PASSWORD, TestShop, on_both_engines};

/// Calls operations, and holds every answer against the promise.
struct Client<'a> {
    shop: &'a TestShop,
    promised: Value,
    seen: RefCell<BTreeSet<String>>,
}

impl<'a> Client<'a> {
    fn of(shop: &'a TestShop) -> Self {
        Self { shop, promised: read("openapi.json"), seen: RefCell::default() }
    }

    async fn call(&self, method: Method, path: &str, token: Option<&str>, body: Option<Value>) -> Got {
        let url = format!("/api/customer/v1{path}");
        let mut request = TestRequest::default().method(method.clone()).uri(&url);
        if let Some(token) = token {
            request = request.insert_header(("authorization", format!("Bearer {token}")));
        }
        if let Some(body) = body {
            request = request.set_json(body);
        }
        let got = self.shop.call(request).await;
        self.check(&method, url.split('?').next().unwrap(), &got);
        got
    }

    async fn get(&self, path: &str, token: &str) -> Got {
        self.call(Method::GET, path, Some(token), None).await
    }

    async fn post(&self, path: &str, body: Value) -> Got {
        self.call(Method::POST, path, None, Some(body)).await
    }

    /// The operation is promised, so is the status, and the body has the promised shape.
    fn check(&self, method: &Method, path: &str, got: &Got) {
        let verb = method.as_str().to_ascii_lowercase();
        let paths = self.promised["paths"].as_object().unwrap();
        let mut fitting: Vec<&String> = paths.keys().filter(|template| fits(template, path)).collect();
        fitting.sort_by_key(|template| template.matches('{').count());
        let template = fitting.first().unwrap_or_else(|| panic!("{path} is not promised"));
        let operation = &paths[template.as_str()][&verb];
        assert!(operation.is_object(), "{verb} {template} is not promised");
        self.seen.borrow_mut().insert(format!("{verb} {template}"));
        let status = got.status;
        let promised = promised(&self.promised, operation, status);
        assert!(promised.is_object(), "{verb} {template} answered {status}, which is not promised: {}", got.text());
        let kind = got.header("content-type").to_owned();
        let Some(content) = promised["content"].as_object() else {
            assert!(got.body.is_empty(), "{verb} {template} {status} has an unpromised body");
            return;
        };
        let promise = content.get(&kind).unwrap_or_else(|| panic!("{verb} {template} {status} came as {kind:?}"));
        let mut schema = promise["schema"].clone();
        schema["components"] = self.promised["components"].clone();
        let schema = jsonschema::validator_for(&schema).unwrap();
        let body = got.json();
        let wrong: Vec<String> = schema.iter_errors(&body).map(|error| error.to_string()).collect();
        assert_eq!(wrong, [""; 0], "{verb} {template} {status}: {body}");
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (left, right): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    left.len() == right.len() && left.iter().zip(&right).all(|(left, right)| left.starts_with('{') || left == right)
}

fn aroha() -> Value {
    json!({
        "email": "Aroha@Example.org", "password": PASSWORD, "first_name": "Aroha", "last_name": "Ngata",
        "shipping_address": { "name": "Aroha Ngata", "line1": "12 Kauri Lane", "city": "Nelson", "postcode": "7010", "country": "NZ" }
    })
}

fn problem(got: &Got) -> (u16, String) {
    let kind = got.json()["type"].as_str().unwrap_or_default().rsplit('/').next().unwrap().to_owned();
    (got.status, kind)
}

fn token_of(got: &Got) -> String {
    assert_eq!(got.status, 201, "{}", got.text());
    got.json()["token"].as_str().unwrap().to_owned()
}

async fn the_promise_is_what_the_code_says(shop: &TestShop) {
    let (_, openapi) =
        App::new().into_utoipa_app().configure(|config| shop.module.register_api(config)).split_for_parts();
    let about = About { tag: "customer", text: "Accounts, sessions, roles and API keys" };
    assert_golden("openapi.json", &describe(about, &openapi).unwrap());
}

async fn from_sign_up_to_log_out(shop: &TestShop) {
    let api = Client::of(shop);
    let created = api.post("/customers", aroha()).await;
    let customer = created.json();
    assert_eq!((created.status, &customer["email"]), (201, &json!("aroha@example.org")));
    assert_eq!((&customer["verified"], &customer["roles"]), (&json!(false), &json!(["customer"])));
    assert_eq!(customer["shipping_address"]["line1"], "12 Kauri Lane");

    let login = api.post("/sessions", json!({ "email": " aroha@example.ORG", "password": PASSWORD })).await;
    let token = token_of(&login);
    assert_eq!(login.json()["customer"], customer, "the unverified may log in");
    assert_eq!(login.json()["expires_at"], "2026-12-22T12:00:00Z");
    assert_eq!(login.header("cache-control"), "no-store");

    let link = shop.mailed_token().await;
    let outsider = api.post("/verifications", json!({ "token": link, "password": "what the owner types" })).await;
    assert_eq!(problem(&outsider), (422, "invalid-body".to_owned()));
    assert_eq!(api.get("/me", &token).await.json()["verified"], json!(false), "the link alone is not enough");
    let follow = json!({ "token": link, "password": PASSWORD });
    assert_eq!(api.post("/verifications", follow.clone()).await.status, 204);
    assert_eq!(api.post("/verifications", follow).await.status, 204, "clicking twice changes nothing");
    let me = api.get("/me", &token).await;
    assert_eq!((me.status, &me.json()["verified"]), (200, &json!(true)));
    assert!(!me.header("etag").is_empty());

    assert_eq!(api.call(Method::DELETE, "/sessions/current", Some(&token), None).await.status, 204);
    assert_eq!(problem(&api.get("/me", &token).await), (401, "unauthorized".to_owned()));
    assert_eq!(api.call(Method::DELETE, "/sessions/current", Some(&token), None).await.status, 401);
}

async fn what_does_not_fit_is_refused_by_name(shop: &TestShop) {
    let api = Client::of(shop);
    let but = |field: &str, value: Value| {
        let mut body = aroha();
        body[field] = value;
        body
    };
    for (body, field) in [
        (but("email", json!("nobody")), "email"),
        (but("password", json!("seven77")), "password"),
        (but("password", json!("x".repeat(129))), "password"),
        (but("first_name", json!(" ")), "first_name"),
        (but("last_name", json!("x".repeat(101))), "last_name"),
        (
            but(
                "shipping_address",
                json!({ "name": "A", "line1": "B", "city": "C", "postcode": "D", "country": "New Zealand" }),
            ),
            "country",
        ),
    ] {
        let refused = api.post("/customers", body).await;
        assert_eq!(
            (problem(&refused), &refused.json()["errors"][0]["field"]),
            ((422, "invalid-body".to_owned()), &json!(field))
        );
    }
    for extra in ["role", "roles", "is_admin", "verified", "id", "customer_id", "version"] {
        let refused = api.post("/customers", but(extra, json!("admin"))).await;
        assert_eq!(problem(&refused), (422, "invalid-body".to_owned()), "{extra}");
    }
    shop.settle().await;
    assert_eq!(shop.mailer.sent().len(), 0, "nobody was signed up");
    assert_eq!(
        problem(&api.post("/verifications", json!({ "token": "x", "password": "y" })).await),
        (422, "invalid-token".to_owned())
    );
}

async fn an_account_is_edited_and_left_by_its_owner_alone(shop: &TestShop) {
    let api = Client::of(shop);
    shop.user("aroha@example.org", Role::Customer).await;
    let credentials = json!({ "email": "aroha@example.org", "password": PASSWORD });
    let token = token_of(&api.post("/sessions", credentials.clone()).await);
    let profile = json!({ "first_name": "Ari", "last_name": "Parata", "shipping_address": null });
    let edited = api.call(Method::PUT, "/me", Some(&token), Some(profile)).await;
    assert_eq!((edited.status, &edited.json()["first_name"]), (200, &json!("Ari")));
    let nameless = json!({ "first_name": "", "last_name": "Parata" });
    assert_eq!(api.call(Method::PUT, "/me", Some(&token), Some(nameless)).await.status, 422);

    let guess = json!({ "current_password": "wrong", "password": "a new password" });
    assert_eq!(api.call(Method::PUT, "/me/password", Some(&token), Some(guess)).await.status, 422);
    let other = token_of(&api.post("/sessions", credentials).await);
    let change = json!({ "current_password": PASSWORD, "password": "a new password" });
    let changed = token_of(&api.call(Method::PUT, "/me/password", Some(&token), Some(change)).await);
    assert_eq!(api.get("/me", &token).await.status, 401, "the session that asked has another token");
    assert_eq!(api.get("/me", &other).await.status, 401, "all other sessions are over");
    assert_eq!(api.get("/me", &changed).await.status, 200);

    let farewell = |password: &str| Some(json!({ "current_password": password }));
    assert_eq!(api.call(Method::POST, "/me/erasure", Some(&changed), farewell("wrong")).await.status, 422);
    assert_eq!(api.call(Method::POST, "/me/erasure", Some(&changed), farewell("a new password")).await.status, 204);
    assert_eq!(api.get("/me", &changed).await.status, 401);
    let gone = api.post("/sessions", json!({ "email": "aroha@example.org", "password": "a new password" })).await;
    assert_eq!(problem(&gone), (401, "invalid-credentials".to_owned()));
}

async fn a_forgotten_password_is_replaced_once(shop: &TestShop) {
    let api = Client::of(shop);
    shop.user("aroha@example.org", Role::Customer).await;
    assert_eq!(api.post("/password-resets", json!({ "email": "aroha@example.org" })).await.status, 202);
    let reset = json!({ "token": shop.mailed_token().await, "password": "a new password" });
    assert_eq!(api.call(Method::PUT, "/password-resets", None, Some(reset.clone())).await.status, 204);
    let again = api.call(Method::PUT, "/password-resets", None, Some(reset)).await;
    assert_eq!(problem(&again), (422, "invalid-token".to_owned()));
    assert_eq!(api.post("/sessions", json!({ "email": "aroha@example.org", "password": PASSWORD })).await.status, 401);
    token_of(&api.post("/sessions", json!({ "email": "aroha@example.org", "password": "a new password" })).await);
    assert_eq!(api.post("/verifications/resend", json!({ "email": "aroha@example.org" })).await.status, 202);
}

async fn guessing_is_slowed_down_and_the_owner_gets_in(shop: &TestShop) {
    let api = Client::of(shop);
    shop.user("aroha@example.org", Role::Customer).await;
    for email in ["aroha@example.org", "nobody@example.org"] {
        let guess = json!({ "email": email, "password": "a wrong guess" });
        for _ in 0..5 {
            assert_eq!(problem(&api.post("/sessions", guess.clone()).await), (401, "invalid-credentials".to_owned()));
        }
        let delayed = api.post("/sessions", guess).await;
        assert_eq!(
            (problem(&delayed), delayed.header("retry-after")),
            ((429, "login-delayed".to_owned()), "1"),
            "{email}"
        );
    }
    let right = json!({ "email": "aroha@example.org", "password": PASSWORD });
    assert_eq!(api.post("/sessions", right.clone()).await.status, 429);
    shop.advance(Duration::from_secs(1));
    token_of(&api.post("/sessions", right).await);
}

async fn administrators_appoint_and_hand_out_keys(shop: &TestShop) {
    let api = Client::of(shop);
    let admin_id = shop.user("admin@example.org", Role::Admin).await.to_string();
    let aroha = shop.user("aroha@example.org", Role::Customer).await.to_string();
    let log_in = |email: &str| json!({ "email": email, "password": PASSWORD });
    let admin = token_of(&api.post("/sessions", log_in("admin@example.org")).await);
    let customer = token_of(&api.post("/sessions", log_in("aroha@example.org")).await);
    for path in ["/customers", &format!("/customers/{aroha}"), "/api-keys"] {
        assert_eq!(api.get(path, &customer).await.status, 403, "{path}");
        assert_eq!(api.call(Method::GET, path, None, None).await.status, 401, "{path}");
    }
    let listed = api.get("/customers?q=aroha%40&limit=5", &admin).await.json();
    assert_eq!((&listed["items"][0]["id"], &listed["next_cursor"]), (&json!(aroha), &Value::Null));
    assert_eq!(api.get("/customers?limit=101", &admin).await.status, 400);
    assert_eq!(api.get(&format!("/customers/{aroha}"), &admin).await.json()["email"], "aroha@example.org");
    assert_eq!(api.get("/customers/nobody", &admin).await.status, 404);

    let role = |name: &str| Some(json!({ "role": name }));
    let path = format!("/customers/{aroha}/role");
    assert_eq!(api.call(Method::PUT, &path, Some(&customer), role("admin")).await.status, 403);
    let appointed = api.call(Method::PUT, &path, Some(&admin), role("staff")).await;
    assert_eq!(appointed.json()["roles"], json!(["customer", "staff"]));
    assert_eq!(api.get("/me", &customer).await.json()["roles"], json!(["customer", "staff"]), "it holds at once");
    assert_eq!(api.call(Method::PUT, &path, Some(&admin), role("owner")).await.status, 422);
    let own = format!("/customers/{admin_id}/role");
    assert_eq!(
        problem(&api.call(Method::PUT, &own, Some(&admin), role("customer")).await),
        (409, "refused".to_owned())
    );

    let wish = Some(json!({ "label": "till", "role": "staff" }));
    assert_eq!(api.call(Method::POST, "/api-keys", Some(&customer), wish.clone()).await.status, 403);
    let key = api.call(Method::POST, "/api-keys", Some(&admin), wish).await.json();
    let secret = key["secret"].as_str().unwrap();
    assert!(secret.starts_with("tbs_") && !api.get("/api-keys", &admin).await.text().contains(secret));
    assert_eq!(api.get("/me", secret).await.json()["email"], "admin@example.org", "it acts for its maker");
    assert_eq!(api.get("/customers", secret).await.status, 403, "but with its own role");
    let key_path = format!("/api-keys/{}", key["id"].as_str().unwrap());
    assert_eq!(api.call(Method::DELETE, &key_path, Some(&admin), None).await.status, 204);
    assert_eq!(api.get("/me", secret).await.status, 401, "a withdrawn key is worth nothing");
    assert_eq!(api.call(Method::DELETE, "/api-keys/7", Some(&admin), None).await.status, 404);

    assert_eq!(api.call(Method::DELETE, &format!("/customers/{admin_id}"), Some(&admin), None).await.status, 409);
    assert_eq!(api.call(Method::DELETE, &format!("/customers/{aroha}"), Some(&admin), None).await.status, 204);
    assert_eq!(api.get("/me", &customer).await.status, 401);
    assert_eq!(api.get(&format!("/customers/{aroha}"), &admin).await.status, 404);
    let audit = serde_json::to_string(&shop.module.audit().await.unwrap()).unwrap();
    assert!(audit.contains(&aroha) && !audit.contains('@'), "{audit}");
}

async fn every_promised_operation_keeps_outsiders_out_or_lets_them_in_on_purpose(shop: &TestShop) {
    let api = Client::of(shop);
    let open = [
        "post /api/customer/v1/customers",
        "post /api/customer/v1/password-resets",
        "post /api/customer/v1/sessions",
        "post /api/customer/v1/verifications",
        "post /api/customer/v1/verifications/resend",
        "put /api/customer/v1/password-resets",
    ];
    for (template, operations) in api.promised["paths"].as_object().unwrap() {
        for verb in operations.as_object().unwrap().keys() {
            let name = format!("{verb} {template}");
            if open.contains(&name.as_str()) {
                continue;
            }
            let path = template.replace("{id}", "0190-nobody").replace("/api/customer/v1", "");
            let method: Method = verb.to_ascii_uppercase().parse().unwrap();
            assert_eq!(api.call(method, &path, None, Some(json!({}))).await.status, 401, "{name}");
        }
    }
    assert!(api.seen.borrow().len() >= 11, "{:?}", api.seen.borrow());
}

on_both_engines! {
    the_promise_is_what_the_code_says
    from_sign_up_to_log_out
    what_does_not_fit_is_refused_by_name
    an_account_is_edited_and_left_by_its_owner_alone
    a_forgotten_password_is_replaced_once
    guessing_is_slowed_down_and_the_owner_gets_in
    administrators_appoint_and_hand_out_keys
    every_promised_operation_keeps_outsiders_out_or_lets_them_in_on_purpose
}
