//! The sandbox over its own HTTP, page and wire, on a real database of either engine.

mod concurrency;
mod disputes;
mod library;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::cookie::Cookie;
use actix_web::http::header::LOCATION;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, HttpRequest, HttpResponse, web};
use async_trait::async_trait;
use base64::Engine as _;
use chassis_sql::Database;
use chassis_sql::params;
use chassis_testing::{CountingIds, FixedClock, eventually};
use chassis_web::testing::{KnownPeople, VISITOR, edge, form_token};
use serde_json::Value;
use shared_kernel::Clock as _;
use tokio_util::sync::CancellationToken;

use crate::store;
use crate::webhooks::{EventTransport, HttpEventTransport, Sender, signature};
use crate::{Sandbox, SandboxSettings};

const KEY: &str = "sk_test_shop";

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: Arc<FixedClock>,
    database: Database,
}

pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) replayed: bool,
}

impl Answered {
    pub(crate) fn id(&self) -> String {
        self.body["id"].as_str().expect("an id").to_owned()
    }
    pub(crate) fn status_of_object(&self) -> &str {
        self.body["status"].as_str().unwrap_or_default()
    }
    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }
}

impl World {
    pub(crate) async fn on_sqlite() -> Self {
        let clock = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
        Self::on(chassis_testing::sqlite("sandbox", store::MIGRATIONS).await, clock, 0).await
    }

    /// None where there is no PostgreSQL.
    pub(crate) async fn on_postgres() -> Option<Self> {
        let clock = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
        match chassis_testing::postgres("sandbox", store::MIGRATIONS).await {
            Some(database) => Some(Self::on(database, clock, 0).await),
            None => None,
        }
    }

    /// One process on that database; ids of several must differ.
    pub(crate) async fn on(database: Database, clock: Arc<FixedClock>, ids_from: u64) -> Self {
        Self { sandbox: Self::start(&database, &clock, ids_from).await, clock, database }
    }

    async fn start(database: &Database, clock: &Arc<FixedClock>, ids_from: u64) -> Sandbox {
        let url = Some("http://shop.test/hook".to_owned());
        let settings = SandboxSettings::new(KEY.into(), "whsec_test".into(), url, "http://shop.test/");
        let ids = Arc::new(CountingIds::from(ids_from));
        Sandbox::start(database.clone(), Arc::clone(clock) as _, ids, settings).await.unwrap()
    }

    async fn send(&self, request: TestRequest) -> Answered {
        let app = init_service(App::new().configure(self.sandbox.routes())).await;
        let response = call_service(&app, request.to_request()).await;
        let (status, replayed) = (response.status().as_u16(), response.headers().contains_key("idempotent-replayed"));
        Answered { status, replayed, body: serde_json::from_slice(&read_body(response).await).unwrap() }
    }

    pub(crate) async fn post(&self, path: &str, form: &str) -> Answered {
        self.send(posted(path, form).insert_header(("authorization", format!("Bearer {KEY}")))).await
    }

    pub(crate) async fn keyed(&self, key: &str, path: &str, form: &str) -> Answered {
        let request = posted(path, form).insert_header(("authorization", format!("Bearer {KEY}")));
        self.send(request.insert_header(("idempotency-key", key))).await
    }

    /// As a caller of an older version of the API.
    pub(crate) async fn post_as_of(&self, version: &'static str, path: &str, form: &str) -> Answered {
        let request = posted(path, form).insert_header(("authorization", format!("Bearer {KEY}")));
        self.send(request.insert_header(("stripe-version", version))).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answered {
        let request = TestRequest::get().uri(&format!("/sandbox/v1/{path}"));
        self.send(request.insert_header(("authorization", format!("Bearer {KEY}")))).await
    }

    /// The headers of the answer to a request that is sent with these.
    pub(crate) async fn headers(
        &self,
        path: &str,
        sent: &[(&'static str, &'static str)],
    ) -> std::collections::BTreeMap<String, String> {
        let app = init_service(App::new().configure(self.sandbox.routes())).await;
        let request = TestRequest::get().uri(&format!("/sandbox/v1/{path}"));
        let request = sent.iter().fold(request, |request, header| request.insert_header(*header));
        let response = call_service(&app, request.to_request()).await;
        let headers = response.headers().iter();
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned())).collect()
    }

    pub(crate) async fn intent(&self) -> Answered {
        self.post("payment_intents", "amount=5990&currency=nzd&metadata[order_id]=o-1&description=Order+7").await
    }

    pub(crate) async fn paid(&self) -> String {
        let form = "amount=5990&currency=nzd&confirm=true&payment_method=pm_card_visa";
        self.post("payment_intents", form).await.id()
    }

    async fn pay_page(&self, path: &str, form: Option<Vec<(&str, &str)>>) -> Page {
        let edge = web::Data::new(edge(KnownPeople::default()));
        let app = App::new().app_data(edge).wrap(from_fn(chassis_web::guard)).configure(self.sandbox.pages());
        let app = init_service(app).await;
        let request = match form {
            None => TestRequest::get(),
            Some(fields) => {
                let token = form_token(None);
                let mut all = vec![("csrf", token.as_str())];
                all.extend(fields);
                TestRequest::post().set_form(all)
            }
        };
        let response = call_service(&app, request.uri(path).cookie(Cookie::new("visitor", VISITOR)).to_request()).await;
        let location = response.headers().get(LOCATION).map(|value| value.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        Page { status, location, html: String::from_utf8(read_body(response).await.to_vec()).unwrap() }
    }

    pub(crate) async fn card(&self, intent: &str, number: &str, return_url: &str) -> Page {
        let fields = vec![("number", number), ("expiry", "12 / 34"), ("cvc", "123"), ("return_url", return_url)];
        self.pay_page(&format!("/pay/{intent}"), Some(fields)).await
    }

    pub(crate) async fn status(&self, intent: &str) -> String {
        self.get(&format!("payment_intents/{intent}")).await.status_of_object().to_owned()
    }

    pub(crate) async fn settle(&self) {
        self.sandbox.core.settle().await.unwrap();
    }

    pub(crate) async fn waiting_webhooks(&self) -> Vec<Value> {
        let audit = self.sandbox.audit().await.unwrap();
        audit.into_iter().filter(|row| row["kind"] == "webhook").collect()
    }
}

pub(crate) struct Page {
    pub(crate) status: u16,
    location: Option<String>,
    html: String,
}

fn posted(path: &str, form: &str) -> TestRequest {
    let request = TestRequest::post().uri(&format!("/sandbox/v1/{path}"));
    request.insert_header(("content-type", "application/x-www-form-urlencoded")).set_payload(form.to_owned())
}

async fn an_intent_is_made_confirmed_and_found_again(world: World) {
    let made = world.intent().await;
    assert_eq!((made.status, made.status_of_object()), (200, "requires_payment_method"));
    assert_eq!((&made.body["object"], &made.body["currency"]), (&"payment_intent".into(), &"nzd".into()));
    assert_eq!(made.body["metadata"]["order_id"], "o-1");
    assert!(made.id().starts_with("pi_"));
    assert!(made.body["client_secret"].as_str().unwrap().starts_with(&format!("{}_secret_", made.id())));

    let paid = world.post(&format!("payment_intents/{}/confirm", made.id()), "payment_method=pm_card_visa").await;
    assert_eq!((paid.status, paid.status_of_object()), (200, "succeeded"));
    assert_eq!(paid.body["amount_received"], 5_990);
    let charge = paid.body["latest_charge"].as_str().unwrap();
    let charge = world.get(&format!("charges/{charge}")).await.body;
    assert_eq!((&charge["paid"], &charge["payment_method_details"]["card"]["last4"]), (&true.into(), &"4242".into()));
    assert_eq!(world.get(&format!("payment_intents/{}", made.id())).await.body, paid.body);
}

async fn a_decline_is_402_and_the_intent_may_be_tried_again(world: World) {
    let id = world.intent().await.id();
    let confirm = format!("payment_intents/{id}/confirm");
    let declined = world.post(&confirm, "payment_method=pm_card_chargeDeclined").await;
    assert_eq!((declined.status, declined.code()), (402, "card_declined"));
    assert_eq!(declined.body["error"]["decline_code"], "generic_decline");
    assert_eq!(declined.body["error"]["payment_intent"]["status"], "requires_payment_method");
    let card = "payment_method_data[type]=card&payment_method_data[card][number]=4242424242424242";
    let paid = world
        .post(
            &confirm,
            &format!("{card}&payment_method_data[card][exp_month]=12&payment_method_data[card][exp_year]=34"),
        )
        .await;
    assert_eq!((paid.status, &paid.body["last_payment_error"]), (200, &Value::Null));
    let again = world.post(&confirm, "payment_method=pm_card_visa").await;
    assert_eq!((again.status, again.code()), (400, "payment_intent_unexpected_state"));
}

async fn the_client_secret_opens_its_own_intent_only(world: World) {
    let (mine, other) = (world.intent().await, world.intent().await);
    let secret = mine.body["client_secret"].as_str().unwrap();
    let confirm = |id: &str, form: String| world.send(posted(&format!("payment_intents/{id}/confirm"), &form));
    let pay = "payment_method=pm_card_visa";
    assert_eq!(confirm(&mine.id(), pay.to_owned()).await.status, 401);
    assert_eq!(confirm(&other.id(), format!("{pay}&client_secret={secret}")).await.status, 400);
    assert_eq!(world.status(&other.id()).await, "requires_payment_method");
    assert_eq!(confirm(&mine.id(), format!("{pay}&client_secret={secret}")).await.status, 200);
    let seen = world
        .send(TestRequest::get().uri(&format!("/sandbox/v1/payment_intents/{}?client_secret={secret}", mine.id())))
        .await;
    assert_eq!((seen.status_of_object(), seen.body.get("metadata")), ("succeeded", None));
}

async fn only_the_secret_key_gets_in(world: World) {
    let get = || TestRequest::get().uri("/sandbox/v1/payment_intents");
    assert_eq!(world.send(get()).await.status, 401);
    assert_eq!(world.send(get().insert_header(("authorization", "Bearer sk_test_shoq"))).await.status, 401);
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{KEY}:"));
    assert_eq!(world.send(get().insert_header(("authorization", format!("Basic {basic}")))).await.status, 200);
    assert_eq!(world.get("customers").await.status, 404);
}

async fn wrong_parameters_are_refused_by_name(world: World) {
    let table = [
        ("currency=nzd", "parameter_missing", "amount"),
        ("amount=5.5&currency=nzd", "parameter_invalid_integer", "amount"),
        ("amount=0&currency=nzd", "parameter_invalid_integer", "amount"),
        ("amount=-5&currency=nzd", "parameter_invalid_integer", "amount"),
        ("amount=100000000&currency=nzd", "amount_too_large", "amount"),
        ("amount=500", "parameter_missing", "currency"),
        ("amount=500&currency=xxq", "", "currency"),
        ("amount=500&currency=irr", "", "currency"),
        ("amount=49&currency=nzd", "amount_too_small", "amount"),
        ("amount=5125&currency=kwd", "parameter_invalid_integer", "amount"),
        ("amount=550&currency=isk", "parameter_invalid_integer", "amount"),
        ("amount=500&currency=nzd&colour=red", "parameter_unknown", "colour"),
        ("amount=500&currency=nzd&payment_method=pm_card_gold", "resource_missing", "payment_method"),
        ("amount=500&currency=nzd&capture_method=manual", "", "capture_method"),
    ];
    for (form, code, param) in table {
        let refused = world.post("payment_intents", form).await;
        assert_eq!((refused.status, refused.code()), (400, code), "{form}");
        assert_eq!(refused.body["error"]["param"], param, "{form}");
    }
    assert_eq!(world.get("payment_intents").await.body["data"], serde_json::json!([]));
}

async fn a_repeated_key_repeats_the_first_answer_whatever_it_was(world: World) {
    let form = "amount=5990&currency=nzd&confirm=true&payment_method=pm_card_chargeDeclined";
    let first = world.keyed("k-1", "payment_intents", form).await;
    let second = world.keyed("k-1", "payment_intents", form).await;
    assert_eq!((first.status, first.replayed), (402, false));
    assert_eq!((second.status, second.replayed), (402, true));
    assert_eq!(second.body, first.body);
    assert_eq!(world.get("payment_intents").await.body["data"].as_array().unwrap().len(), 1);
}

async fn a_key_serves_one_request_only(world: World) {
    let made = world.keyed("k-1", "payment_intents", "amount=5990&currency=nzd").await;
    let other = world.keyed("k-1", "payment_intents", "amount=5991&currency=nzd").await;
    assert_eq!((other.status, &other.body["error"]["type"]), (400, &"idempotency_error".into()));
    let elsewhere = world.keyed("k-1", &format!("payment_intents/{}/cancel", made.id()), "").await;
    assert_eq!((elsewhere.status, &elsewhere.body["error"]["type"]), (400, &"idempotency_error".into()));
    assert_eq!(world.status(&made.id()).await, "requires_payment_method");
}

async fn a_request_that_never_began_leaves_its_key_free(world: World) {
    assert_eq!(world.keyed("k-1", "payment_intents", "amount=x&currency=nzd").await.status, 400);
    assert_eq!(world.keyed("k-1", "payment_intents", "amount=5990&currency=nzd").await.status, 200);
}

async fn a_key_is_forgotten_after_a_day(world: World) {
    let form = "amount=5990&currency=nzd";
    let first = world.keyed("k-1", "payment_intents", form).await.id();
    world.clock.advance(Duration::from_hours(25));
    world.sandbox.core.forget().await.unwrap();
    assert_ne!(world.keyed("k-1", "payment_intents", form).await.id(), first);
}

async fn twins_at_the_same_moment_have_one_effect(world: World) {
    let form = "amount=5990&currency=nzd";
    let twins = (0..8).map(|_| world.keyed("k-1", "payment_intents", form));
    let answers = futures_util::future::join_all(twins).await;
    assert!(answers.iter().all(|answer| answer.status == 200 || answer.status == 409));
    assert!(answers.iter().any(|answer| answer.status == 200));
    assert_eq!(world.get("payment_intents").await.body["data"].as_array().unwrap().len(), 1);
}

async fn cancelling_works_until_the_money_is_here(world: World) {
    let open = world.intent().await.id();
    let cancelled = world.post(&format!("payment_intents/{open}/cancel"), "cancellation_reason=abandoned").await;
    assert_eq!(
        (cancelled.status_of_object(), &cancelled.body["cancellation_reason"]),
        ("canceled", &"abandoned".into())
    );
    let refused = world.post(&format!("payment_intents/{}/cancel", world.paid().await), "").await;
    assert_eq!((refused.status, refused.code()), (400, "payment_intent_unexpected_state"));
    assert_eq!(refused.body["error"]["payment_intent"]["status"], "succeeded");
    assert_eq!(world.post("payment_intents/pi_nowhere/cancel", "").await.code(), "resource_missing");
}

async fn refunds_in_parts_never_exceed_what_came(world: World) {
    let intent = world.paid().await;
    let part = world.post("refunds", &format!("payment_intent={intent}&amount=4000&metadata[refund]=r-1")).await;
    assert_eq!((part.status, part.status_of_object(), &part.body["amount"]), (200, "succeeded", &4_000.into()));
    let too_much = world.post("refunds", &format!("payment_intent={intent}&amount=4000")).await;
    assert_eq!((too_much.status, &too_much.body["error"]["param"]), (400, &"amount".into()));
    let rest = world.post("refunds", &format!("payment_intent={intent}")).await;
    assert_eq!(rest.body["amount"], 1_990);
    assert_eq!(world.post("refunds", &format!("payment_intent={intent}")).await.code(), "charge_already_refunded");
    let listed = world.get(&format!("refunds?payment_intent={intent}&limit=1")).await.body;
    assert_eq!((&listed["data"][0]["id"], &listed["has_more"]), (&rest.body["id"], &true.into()));
    let next = world.get(&format!("refunds?payment_intent={intent}&starting_after={}", rest.id())).await.body;
    assert_eq!((&next["data"][0]["id"], &next["has_more"]), (&part.body["id"], &false.into()));
    let unpaid = world.intent().await.id();
    assert_eq!(world.post("refunds", &format!("payment_intent={unpaid}")).await.status, 400);
}

async fn many_refunds_at_once_never_exceed_what_came(world: World) {
    let form = format!("payment_intent={}&amount=3594", world.paid().await);
    let answers = futures_util::future::join_all((0..50).map(|_| world.post("refunds", &form))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
}

async fn slow_payments_and_refunds_come_to_their_end_by_themselves(world: World) {
    let pay = |method: &str| format!("amount=500&currency=nzd&confirm=true&payment_method={method}");
    let slow = world.post("payment_intents", &pay("pm_usBankAccount_success")).await;
    assert_eq!(slow.status_of_object(), "processing");
    let failing = world.post("payment_intents", &pay("pm_card_refundFail")).await.id();
    let refund = world.post("refunds", &format!("payment_intent={failing}")).await;
    assert_eq!(refund.status_of_object(), "succeeded");
    world.sandbox.core.settle().await.unwrap();
    assert_eq!(world.status(&slow.id()).await, "processing");
    world.clock.advance(Duration::from_secs(6));
    world.sandbox.core.settle().await.unwrap();
    assert_eq!(world.status(&slow.id()).await, "succeeded");
    assert_eq!(world.get(&format!("refunds/{}", refund.id())).await.status_of_object(), "failed");
    assert_eq!(world.post("refunds", &format!("payment_intent={failing}")).await.status, 200);
}

async fn intents_are_listed_newest_first_by_time(world: World) {
    let old = world.intent().await;
    world.clock.advance(Duration::from_mins(10));
    let (new, newest) = (world.intent().await.id(), world.intent().await.id());
    let since = old.body["created"].as_i64().unwrap() + 1;
    let listed = world.get(&format!("payment_intents?created[gte]={since}")).await.body;
    let ids: Vec<_> = listed["data"].as_array().unwrap().iter().map(|intent| intent["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [newest.as_str(), new.as_str()]);
    let rest = world.get(&format!("payment_intents?starting_after={new}")).await.body;
    assert_eq!(rest["data"][0]["id"], old.body["id"]);
    assert_eq!(world.get("payment_intents?starting_after=pi_nowhere").await.status, 404);
    for nowhere in ["payment_intents?starting_after=%00", "payment_intents/pi%00", "events/%00", "refunds/%00"] {
        assert_eq!(world.get(nowhere).await.status, 404, "{nowhere}");
    }
}

async fn a_checkout_session_is_complete_once_its_intent_is_paid(world: World) {
    let form = "mode=payment&success_url=http://shop.test/orders/7?s={CHECKOUT_SESSION_ID}&cancel_url=http://shop.test/cart\
        &line_items[0][price_data][currency]=nzd&line_items[0][price_data][unit_amount]=1000\
        &line_items[0][price_data][product_data][name]=Mug&line_items[0][quantity]=2&payment_intent_data[metadata][order_id]=o-1";
    let session = world.post_as_of("2020-08-27", "checkout/sessions", form).await;
    assert_eq!((session.status, &session.body["amount_total"]), (200, &2_000.into()));
    let (id, intent) = (session.id(), session.body["payment_intent"].as_str().unwrap().to_owned());
    let listed = world.get(&format!("checkout/sessions?payment_intent={intent}")).await.body;
    assert_eq!(listed["data"], serde_json::json!([session.body]));
    assert_eq!(session.body["url"], format!("http://shop.test/pay/{id}"));
    assert!(world.pay_page(&format!("/pay/{id}"), None).await.html.contains("NZ$20.00"));
    let declined = world.card(&id, "4000000000000002", "").await;
    assert_eq!((declined.status, declined.html.contains("Your card was declined.")), (402, true));
    let paid = world.card(&id, "4242424242424242", "").await;
    assert_eq!(paid.location, Some(format!("/orders/7?s={id}")));
    let session = world.get(&format!("checkout/sessions/{id}")).await.body;
    assert_eq!((&session["status"], &session["payment_status"]), (&"complete".into(), &"paid".into()));
    assert_eq!(world.get(&format!("payment_intents/{intent}")).await.body["metadata"]["order_id"], "o-1");
    assert_eq!(world.post(&format!("checkout/sessions/{id}/expire"), "").await.status, 400);
}

async fn a_session_has_no_intent_until_the_buyer_tries_to_pay(world: World) {
    let form = "mode=payment&success_url=http://shop.test/done&line_items[0][price_data][currency]=nzd\
        &line_items[0][price_data][unit_amount]=1000&line_items[0][price_data][product_data][name]=Mug";
    let session = world.post("checkout/sessions", form).await;
    assert_eq!(session.body["payment_intent"], Value::Null);
    let path = format!("checkout/sessions/{}", session.id());
    world.card(&session.id(), "4000000000000002", "").await;
    let tried = world.get(&path).await.body;
    assert!(tried["payment_intent"].as_str().unwrap().starts_with("pi_"), "{tried}");
    world.card(&session.id(), "4242424242424242", "").await;
    let paid = world.get(&path).await.body;
    assert_eq!((&paid["payment_intent"], &paid["status"]), (&tried["payment_intent"], &"complete".into()));
}

async fn an_expired_session_takes_no_money(world: World) {
    let form = "mode=payment&success_url=http://shop.test/done&line_items[0][price_data][currency]=nzd\
        &line_items[0][price_data][unit_amount]=1000&line_items[0][price_data][product_data][name]=Mug";
    let session = world.post_as_of("2020-08-27", "checkout/sessions", form).await;
    world.clock.advance(Duration::from_hours(25));
    world.sandbox.core.settle().await.unwrap();
    assert_eq!(world.get(&format!("checkout/sessions/{}", session.id())).await.status_of_object(), "expired");
    assert_eq!(world.status(session.body["payment_intent"].as_str().unwrap()).await, "canceled");
    assert_eq!(world.card(&session.id(), "4242424242424242", "").await.status, 410);
}

async fn the_card_page_pays_and_sends_the_buyer_back(world: World) {
    let intent = world.intent().await.id();
    let form = world.pay_page(&format!("/pay/{intent}?return_url=/orders/7%3Fa=b"), None).await;
    assert_eq!(form.status, 200);
    for shown in ["NZ$59.90", "Order 7", "value=\"/orders/7?a=b\"", "redirect_status=canceled", "4000 0025 0000 3155"] {
        assert!(form.html.contains(shown), "{shown} is not on the page");
    }
    let paid = world.card(&intent, "4242 4242 4242 4242", "/orders/7?a=b").await;
    let back = format!("/orders/7?a=b&payment_intent={intent}&redirect_status=succeeded");
    assert_eq!((paid.status, paid.location), (303, Some(back.clone())));
    assert_eq!(world.status(&intent).await, "succeeded");
    assert_eq!(
        world.card(&intent, "4242424242424242", "/orders/7?a=b").await.location,
        Some(back),
        "paid once, told twice"
    );
}

async fn a_declined_card_sends_the_buyer_back_with_the_news(world: World) {
    let intent = world.intent().await.id();
    let declined = world.card(&intent, "4000000000000002", "http://shop.test/orders/7").await;
    assert_eq!(declined.location, Some(format!("/orders/7?payment_intent={intent}&redirect_status=failed")));
    assert_eq!(world.status(&intent).await, "requires_payment_method");
}

async fn mistyped_cards_are_corrected_on_the_page(world: World) {
    let intent = world.intent().await.id();
    let wrong = world.card(&intent, "4242424242424241", "/orders/7").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.html.contains("Your card number is incorrect.") && !wrong.html.contains("4242424242424241"));
    let expired = vec![("number", "4242424242424242"), ("expiry", "10/26"), ("cvc", "123")];
    assert_eq!(world.pay_page(&format!("/pay/{intent}"), Some(expired)).await.status, 422);
    assert_eq!(world.status(&intent).await, "requires_payment_method");
}

async fn authentication_is_approved_or_refused_on_a_page_of_its_own(world: World) {
    for (outcome, status) in [("approve", "succeeded"), ("fail", "failed")] {
        let intent = world.intent().await.id();
        let asked = world.card(&intent, "4000002500003155", "/orders/7").await.location.unwrap();
        assert_eq!(asked, format!("/pay/{intent}?return_url=%2Forders%2F7"));
        assert!(world.pay_page(&asked, None).await.html.contains("Visa •••• 3155"));
        let fields = vec![("outcome", outcome), ("return_url", "/orders/7")];
        let done = world.pay_page(&format!("/pay/{intent}/authenticate"), Some(fields)).await;
        assert_eq!(done.location, Some(format!("/orders/7?payment_intent={intent}&redirect_status={status}")));
    }
}

async fn the_card_page_leads_nowhere_else_and_takes_no_foreign_forms(world: World) {
    let intent = world.intent().await.id();
    for foreign in ["https://evil.example/", "//evil.example", "/%5Cevil.example"] {
        let page = world.pay_page(&format!("/pay/{intent}?return_url={foreign}"), None).await;
        assert_eq!(page.status, 400, "{foreign}");
    }
    let forged = vec![("csrf", "guessed"), ("number", "4242424242424242"), ("expiry", "12/34"), ("cvc", "123")];
    let edge = web::Data::new(edge(KnownPeople::default()));
    let app = App::new().app_data(edge).wrap(from_fn(chassis_web::guard)).configure(world.sandbox.pages());
    let app = init_service(app).await;
    let request = TestRequest::post().uri(&format!("/pay/{intent}")).set_form(forged).to_request();
    assert_eq!(call_service(&app, request).await.status().as_u16(), 403);
    assert_eq!(world.pay_page("/pay/pi_nowhere", None).await.status, 404);
}

async fn no_card_number_is_ever_written_down(world: World) {
    let intent = world.intent().await.id();
    world.card(&intent, "4000000000000002", "/orders/7").await;
    world.card(&intent, "4242424242424242", "/orders/7").await;
    let written = world.database.read(|tx| {
        Box::pin(async move {
            let rows = tx.fetch("SELECT record AS text FROM intent UNION ALL SELECT record FROM charge UNION ALL SELECT body FROM webhook_event", params![]);
            rows.await?.iter().map(|row| row.get::<String>("text")).collect::<Result<Vec<_>, _>>()
        })
    });
    let written = written.await.unwrap().join("\n");
    assert!(written.contains("\"last4\":\"4242\""));
    for secret in ["4242424242424242", "4000000000000002", "\"123\"", "12 / 34"] {
        assert!(!written.contains(secret), "{secret} was written down");
    }
}

/// A wire that answers as it was told, then well.
#[derive(Default)]
pub(crate) struct Wire {
    troubles: Mutex<VecDeque<String>>,
    pub(crate) posted: Mutex<Vec<(String, String)>>,
}

#[async_trait]
impl EventTransport for Wire {
    async fn post(&self, url: &str, signature: String, body: String) -> Result<(), String> {
        assert_eq!(url, "http://shop.test/hook");
        if let Some(trouble) = self.troubles.lock().unwrap().pop_front() {
            return Err(trouble);
        }
        self.posted.lock().unwrap().push((signature, body));
        Ok(())
    }
}

impl World {
    /// Runs the sender over `wire` until `done`.
    async fn sending<T, F: Future<Output = Option<T>>>(&self, wire: &Arc<Wire>, done: impl FnMut() -> F) -> T {
        let stop = CancellationToken::new();
        let sender = Sender::new(Arc::clone(&self.sandbox.core), Arc::clone(wire) as _).run(stop.clone());
        let watch = async {
            let result = eventually(Duration::from_secs(10), done).await;
            stop.cancel();
            result
        };
        futures_util::future::join(sender, watch).await.1
    }
}

async fn events_are_posted_signed_with_the_object_as_it_was(world: World) {
    let id = world.intent().await.id();
    world.post(&format!("payment_intents/{id}/confirm"), "payment_method=pm_card_chargeDeclined").await;
    world.keyed("k-9", &format!("payment_intents/{id}/confirm"), "payment_method=pm_card_visa").await;
    let wire = Arc::new(Wire::default());
    world.sending(&wire, || async { (wire.posted.lock().unwrap().len() == 2).then_some(()) }).await;
    let posted = wire.posted.lock().unwrap().clone();
    let mut events: Vec<Value> = posted.iter().map(|(_, body)| serde_json::from_str(body).unwrap()).collect();
    events.sort_by_key(|event| event["id"].to_string());
    assert_eq!(events[0]["type"], "payment_intent.payment_failed");
    assert_eq!(events[0]["data"]["object"]["status"], "requires_payment_method");
    assert_eq!(events[1]["type"], "payment_intent.succeeded");
    assert_eq!(events[1]["request"]["idempotency_key"], "k-9");
    for (header, body) in &posted {
        assert_eq!(header, &signature("whsec_test", world.clock.now(), body));
    }
    let listed = world.get("events?type=payment_intent.succeeded").await.body;
    assert_eq!(listed["data"], serde_json::json!([events[1]]));
    let several = world.get("events?types[]=payment_intent.succeeded&types[]=payment_intent.payment_failed").await.body;
    assert_eq!(several["data"].as_array().unwrap().len(), 2);
    let none = world.get("events?types[]=payment_intent.canceled&types[]=intent.succeeded").await.body;
    assert_eq!(none["data"], serde_json::json!([]));
    assert_eq!(world.get("events?type=a&types[]=b").await.status, 400);
    let many: Vec<String> = (0..21).map(|number| format!("types[]=t{number}")).collect();
    assert_eq!(world.get(&format!("events?{}", many.join("&"))).await.status, 400);
    eventually(Duration::from_secs(5), || async { world.waiting_webhooks().await.is_empty().then_some(()) }).await;
}

async fn a_webhook_that_does_not_arrive_comes_again_later_even_after_a_restart(mut world: World) {
    world.paid().await;
    let wire = Arc::new(Wire::default());
    wire.troubles.lock().unwrap().push_back("answered 500".to_owned());
    let waiting = || async { world.waiting_webhooks().await.pop().filter(|row| row["attempts"] == 1) };
    let waiting = world.sending(&wire, waiting).await;
    assert_eq!(waiting["problem"], "answered 500");
    assert!(wire.posted.lock().unwrap().is_empty(), "not before the pause is over");

    world.clock.advance(Duration::from_secs(10));
    world.sandbox = World::start(&world.database, &world.clock, 1_000_000).await;
    let arrived = || async { world.waiting_webhooks().await.is_empty().then_some(()) };
    world.sending(&wire, arrived).await;
    assert_eq!(wire.posted.lock().unwrap().len(), 1);
}

#[actix_web::test]
async fn the_real_wire_carries_body_and_signature_and_knows_success() {
    async fn hook(request: HttpRequest, body: String) -> HttpResponse {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let genuine = header("stripe-signature") == "t=1,v1=ab" && header("content-type") == "application/json";
        if genuine && body == "{}" { HttpResponse::Ok().finish() } else { HttpResponse::BadRequest().finish() }
    }
    let server = actix_web::HttpServer::new(|| App::new().route("/hook", web::post().to(hook)));
    let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/hook", server.addrs()[0]);
    let server = server.run();
    let handle = server.handle();
    let trial = async {
        let wire = HttpEventTransport::new().unwrap();
        assert_eq!(wire.post(&url, "t=1,v1=ab".to_owned(), "{}".to_owned()).await, Ok(()));
        let refused = wire.post(&url, "t=1,v1=cd".to_owned(), "{}".to_owned()).await;
        assert_eq!(refused, Err("answered 400 Bad Request".to_owned()));
        let nobody = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
        let url = format!("http://{nobody}/hook");
        assert!(wire.post(&url, "t=1,v1=ab".to_owned(), "{}".to_owned()).await.is_err());
        handle.stop(false).await;
    };
    let (served, ()) = futures_util::future::join(server, trial).await;
    served.unwrap();
}

async fn the_audit_names_every_intent_charge_and_refund(world: World) {
    let intent = world.paid().await;
    world.post("refunds", &format!("payment_intent={intent}&amount=90")).await;
    let audit = world.sandbox.audit().await.unwrap();
    let of = |kind: &str| audit.iter().filter(|row| row["kind"] == kind).collect::<Vec<_>>();
    assert_eq!((of("intent").len(), of("charge").len(), of("refund").len()), (1, 1, 1));
    assert_eq!((&of("intent")[0]["received"], &of("intent")[0]["refunded"]), (&5_990.into(), &90.into()));
    assert!(!format!("{audit:?}").contains("secret"));
}

macro_rules! on_both_engines {
    ($($case:ident)*) => {
        chassis_testing::on_both_engines! {
            #[actix_web::test] $crate::tests::World::on_sqlite().await, $crate::tests::World::on_postgres().await =>
            $($case)*
        }
    };
}
pub(crate) use on_both_engines;

on_both_engines! {
    an_intent_is_made_confirmed_and_found_again
    a_decline_is_402_and_the_intent_may_be_tried_again
    the_client_secret_opens_its_own_intent_only
    only_the_secret_key_gets_in
    wrong_parameters_are_refused_by_name
    a_repeated_key_repeats_the_first_answer_whatever_it_was
    a_key_serves_one_request_only
    a_request_that_never_began_leaves_its_key_free
    a_key_is_forgotten_after_a_day
    twins_at_the_same_moment_have_one_effect
    cancelling_works_until_the_money_is_here
    refunds_in_parts_never_exceed_what_came
    many_refunds_at_once_never_exceed_what_came
    slow_payments_and_refunds_come_to_their_end_by_themselves
    intents_are_listed_newest_first_by_time
    a_checkout_session_is_complete_once_its_intent_is_paid
    a_session_has_no_intent_until_the_buyer_tries_to_pay
    an_expired_session_takes_no_money
    the_card_page_pays_and_sends_the_buyer_back
    a_declined_card_sends_the_buyer_back_with_the_news
    mistyped_cards_are_corrected_on_the_page
    authentication_is_approved_or_refused_on_a_page_of_its_own
    the_card_page_leads_nowhere_else_and_takes_no_foreign_forms
    no_card_number_is_ever_written_down
    events_are_posted_signed_with_the_object_as_it_was
    a_webhook_that_does_not_arrive_comes_again_later_even_after_a_restart
    the_audit_names_every_intent_charge_and_refund
}
