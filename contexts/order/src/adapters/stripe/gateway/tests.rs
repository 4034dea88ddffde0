//! The gateway against a provider that answers as Stripe does.

use secrecy::SecretString;
use serde_json::{Value, json};
use shared_kernel::{Currency, Money, OrderId, Timestamp};
use uuid::Uuid;
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::super::MONEY_EVENTS;
use super::*;
use crate::domain::{IntentReport, IntentStatus, OrderNumber, RefundId, RefundReport, ReportedRefund};

mod saved_failures;

struct NoChance;

impl Ids for NoChance {
    fn uuid(&self) -> Uuid {
        Uuid::nil()
    }
    fn secret(&self) -> [u8; 32] {
        [0; 32]
    }
}

const SHOP: &str = "https://shop.example";

fn gateway(server: &MockServer, card_page: CardPageMode) -> StripeGateway {
    let settings = StripeSettings {
        api_base: server.uri(),
        secret_key: SecretString::from("sk_test"),
        webhook_secrets: Vec::new(),
        card_page,
    };
    let site = Site {
        name: "The Better Store".into(),
        base_url: SHOP.into(),
        currency: Currency::NZD,
        tax: shared_kernel::TaxRate::from_basis_points(1_500),
        time_zone: "Pacific/Auckland".into(),
        mail_from: "shop@shop.example".into(),
    };
    StripeGateway::new(&settings, &site, Arc::new(NoChance)).unwrap()
}

fn order() -> OrderId {
    OrderId::new(Uuid::from_u128(7))
}

fn nzd(minor: i64) -> Money {
    Money::new(minor, Currency::NZD)
}

fn intent(status: &str, more: &Value) -> Value {
    let mut intent = json!({"id": "pi_1", "status": status, "amount": 5990, "currency": "nzd", "client_secret": "s"});
    intent.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    intent
}

async fn on(server: &MockServer, verb: &str, at: &str, status: u16, body: Value) {
    let answer = ResponseTemplate::new(status).set_body_json(body);
    Mock::given(method(verb)).and(path(at)).respond_with(answer).mount(server).await;
}

#[tokio::test]
async fn what_the_provider_says_of_an_intent_is_told_in_our_words() {
    let open = |declined: Option<&str>| IntentStatus::Open { declined: declined.map(str::to_owned) };
    let cases = [
        ("requires_payment_method", json!({}), open(None)),
        (
            "requires_payment_method",
            json!({"last_payment_error": {"message": "Your card was declined."}}),
            open(Some("Your card was declined.")),
        ),
        ("requires_action", json!({}), open(None)),
        ("requires_confirmation", json!({}), open(None)),
        ("processing", json!({}), IntentStatus::Processing),
        ("succeeded", json!({"amount_received": 5990}), IntentStatus::Succeeded { received: nzd(5_990) }),
        ("canceled", json!({}), IntentStatus::Canceled),
    ];
    for (status, more, expected) in cases {
        let server = MockServer::start().await;
        on(&server, "GET", "/v1/payment_intents/pi_1", 200, intent(status, &more)).await;
        on(&server, "GET", "/v1/refunds", 200, json!({"data": []})).await;
        let found = gateway(&server, CardPageMode::Sandbox).statement(&IntentId::new("pi_1")).await.unwrap();
        assert_eq!(found.intent, IntentReport { intent: IntentId::new("pi_1"), status: expected });
    }
}

#[tokio::test]
async fn a_state_that_we_do_not_know_settles_nothing() {
    let server = MockServer::start().await;
    on(&server, "GET", "/v1/payment_intents/pi_1", 200, intent("half_paid", &json!({}))).await;
    let found = gateway(&server, CardPageMode::Sandbox).statement(&IntentId::new("pi_1")).await;
    assert!(matches!(found, Err(PaymentError::Unavailable(_))), "{found:?}");
}

#[tokio::test]
async fn an_intent_is_asked_for_under_the_name_of_its_order() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v1/payment_intents"))
        .and(header("idempotency-key", format!("intent-{}", order()).as_str()))
        .respond_with(ResponseTemplate::new(200).set_body_json(intent("requires_payment_method", &json!({}))))
        .expect(1)
        .mount(&server)
        .await;
    let number = OrderNumber::parse("BS-1").unwrap();
    let ask = NewIntent {
        order: order(),
        number,
        amount: nzd(5_990),
        receipt_email: None,
        attempt: 1,
        placed_at: Timestamp::from_micros(0),
    };
    let opened = gateway(&server, CardPageMode::Sandbox).create_intent(&ask).await.unwrap();
    assert_eq!(opened.client_secret.as_deref(), Some("s"));
}

#[tokio::test]
async fn an_intent_that_can_no_longer_be_closed_is_reported_as_it_stands() {
    for (status, more, expected) in [
        ("succeeded", json!({"amount_received": 5990}), IntentStatus::Succeeded { received: nzd(5_990) }),
        ("processing", json!({}), IntentStatus::Processing),
        ("canceled", json!({}), IntentStatus::Canceled),
    ] {
        let server = MockServer::start().await;
        let refusal = json!({"error": {"code": "payment_intent_unexpected_state", "message": "no"}});
        on(&server, "POST", "/v1/payment_intents/pi_1/cancel", 400, refusal).await;
        on(&server, "GET", "/v1/payment_intents/pi_1", 200, intent(status, &more)).await;
        let closed = gateway(&server, CardPageMode::Checkout).cancel_intent(&IntentId::new("pi_1")).await.unwrap();
        assert_eq!(closed.report.status, expected);
    }
}

#[tokio::test]
async fn a_refund_carries_its_own_name_there_and_back() {
    let server = MockServer::start().await;
    let refund = RefundId::new(Uuid::from_u128(9));
    let made = json!({"id": "re_1", "status": "pending", "amount": 100, "currency": "nzd", "payment_intent": "pi_1",
                      "metadata": {"refund_id": refund.to_string()}});
    Mock::given(method("POST"))
        .and(path("/v1/refunds"))
        .and(header("idempotency-key", format!("refund-{refund}").as_str()))
        .respond_with(ResponseTemplate::new(200).set_body_json(made))
        .mount(&server)
        .await;
    let ask = NewRefund { refund, order: order(), intent: IntentId::new("pi_1"), amount: nzd(100), keys_used: 0 };
    on(&server, "GET", "/v1/refunds", 200, json!({"data": []})).await;
    let answered = gateway(&server, CardPageMode::Sandbox).refund(&ask).await.unwrap();
    let expected = RefundReport {
        id: Some(refund),
        provider_id: Some("re_1".into()),
        intent: IntentId::new("pi_1"),
        amount: nzd(100),
        status: ReportedRefund::Pending,
    };
    assert_eq!(answered.report, expected);
}

fn page_request() -> CardPageRequest {
    CardPageRequest {
        order: order(),
        number: OrderNumber::parse("BS-1").unwrap(),
        intent: IntentId::new("pi_1"),
        client_secret: None,
        amount: nzd(5_990),
        email: Some("aroha@example.org".into()),
    }
}

fn a_refund(number: usize, status: &str) -> Value {
    json!({"id": format!("re_{number}"), "status": status, "amount": 100, "currency": "nzd", "payment_intent": "pi_1",
           "failure_reason": "expired_or_canceled_card", "metadata": {}})
}

#[tokio::test]
async fn a_statement_has_every_page_of_refunds_and_every_dispute() {
    let server = MockServer::start().await;
    let metadata = json!({"order_id": order(), "order_number": "BS-1"});
    let paid = intent("succeeded", &json!({"amount_received": 5990, "metadata": metadata, "livemode": false}));
    on(&server, "GET", "/v1/payment_intents/pi_1", 200, paid).await;
    let page = |data: Vec<Value>, more: bool| {
        ResponseTemplate::new(200).set_body_json(json!({"data": data, "has_more": more}))
    };
    let refunds = || Mock::given(method("GET")).and(path("/v1/refunds")).and(query_param("payment_intent", "pi_1"));
    let behind = refunds().and(query_param("starting_after", "re_1"));
    behind.respond_with(page(vec![a_refund(2, "failed")], false)).with_priority(1).mount(&server).await;
    refunds().respond_with(page(vec![a_refund(0, "pending"), a_refund(1, "succeeded")], true)).mount(&server).await;
    let dispute = json!({"id": "du_1", "amount": 70, "currency": "nzd", "status": "lost", "reason": "fraudulent",
                         "payment_intent": "pi_1"});
    on(&server, "GET", "/v1/disputes", 200, json!({"data": [dispute]})).await;
    let found = gateway(&server, CardPageMode::Sandbox).statement(&IntentId::new("pi_1")).await.unwrap();
    assert_eq!(found.origin.map(|origin| origin.order), Some(order()));
    let failed = ReportedRefund::Failed { reason: "expired_or_canceled_card".into() };
    let stated: Vec<_> = found.refunds.into_iter().map(|refund| refund.status).collect();
    assert_eq!(stated, [ReportedRefund::Pending, ReportedRefund::Succeeded, failed]);
    assert_eq!((found.disputes[0].amount, found.disputes[0].withdrawn), (nzd(70), true));
}

#[tokio::test]
async fn a_part_of_a_statement_is_none_and_a_server_without_disputes_has_none() {
    let server = MockServer::start().await;
    on(&server, "GET", "/v1/payment_intents/pi_1", 200, intent("succeeded", &json!({"amount_received": 5990}))).await;
    let gateway = gateway(&server, CardPageMode::Sandbox);
    let found = gateway.statement(&IntentId::new("pi_1")).await;
    assert!(found.is_err(), "refunds that are not told are not none: {found:?}");
    on(&server, "GET", "/v1/refunds", 200, json!({"data": []})).await;
    assert_eq!(gateway.statement(&IntentId::new("pi_1")).await.unwrap().disputes, []);
}

#[tokio::test]
async fn an_intent_of_real_money_is_none_of_a_shop_with_a_test_key() {
    assert_eq!(
        ["sk_live_1", "rk_live_1", "sk_test_1", "whatever"].map(|key| livemode_of(&SecretString::from(key))),
        [Some(true), Some(true), Some(false), None]
    );
    let server = MockServer::start().await;
    on(&server, "GET", "/v1/payment_intents/pi_1", 200, intent("processing", &json!({"livemode": true}))).await;
    let found = gateway(&server, CardPageMode::Sandbox).statement(&IntentId::new("pi_1")).await;
    assert!(matches!(found, Err(PaymentError::Unavailable(_))), "{found:?}");
}

#[tokio::test]
async fn an_intent_that_the_provider_does_not_know_is_told_apart_from_silence() {
    let server = MockServer::start().await;
    let missing = json!({"error": {"code": "resource_missing", "message": "No such payment_intent"}});
    on(&server, "GET", "/v1/payment_intents/pi_1", 404, missing).await;
    let found = gateway(&server, CardPageMode::Sandbox).statement(&IntentId::new("pi_1")).await;
    assert!(found.unwrap_err().is_unknown());
}

#[tokio::test]
async fn the_sandboxs_card_page_knows_where_to_send_the_buyer_back() {
    let server = MockServer::start().await;
    let page = gateway(&server, CardPageMode::Sandbox).open(&page_request()).await.unwrap();
    let back = format!("https%3A%2F%2Fshop.example%2Forders%2F{}%2Freturn", order());
    assert_eq!(page, OpenedCardPage { url: format!("{SHOP}/pay/pi_1?return_url={back}"), intent: None });
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_real_card_page_is_made_on_demand_and_names_its_own_intent() {
    let server = MockServer::start().await;
    let session = json!({"id": "cs_1", "url": "https://checkout.example/cs_1", "payment_intent": "pi_2"});
    on(&server, "POST", "/v1/checkout/sessions", 200, session).await;
    let page = gateway(&server, CardPageMode::Checkout).open(&page_request()).await.unwrap();
    assert_eq!(page.url, "https://checkout.example/cs_1");
    assert_eq!(page.intent, Some(IntentId::new("pi_2")));
}

#[tokio::test]
async fn the_past_is_asked_for_by_time_kind_and_page() {
    let server = MockServer::start().await;
    let page = json!({"object": "list", "data": [{"id": "evt_2", "type": "refund.created"}], "has_more": true});
    Mock::given(method("GET"))
        .and(path("/v1/events"))
        .and(query_param("created[gte]", "1000"))
        .and(query_param("created[lt]", "4600"))
        .and(query_param("limit", "100"))
        .and(query_param("starting_after", "evt_3"))
        .respond_with(ResponseTemplate::new(200).set_body_json(page))
        .expect(1)
        .mount(&server)
        .await;
    let seconds = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000 + 999_999);
    let span = EventSpan { from: seconds(1_000), before: seconds(4_600), behind: Some("evt_3".into()) };
    let found = gateway(&server, CardPageMode::Sandbox).page(&span).await.unwrap();
    let event = events::read(json!({"id": "evt_2", "type": "refund.created"})).unwrap();
    assert_eq!((found.events, found.more), (vec![event], true));
    let asked = server.received_requests().await.unwrap().remove(0);
    let kinds: Vec<String> =
        asked.url.query_pairs().filter(|(name, _)| name == "types[]").map(|(_, kind)| kind.into_owned()).collect();
    assert_eq!(kinds, MONEY_EVENTS);
    assert!(kinds.len() <= 20, "the provider takes no more");
}

#[tokio::test]
async fn a_provider_that_does_not_tell_of_the_past_is_unavailable() {
    let server = MockServer::start().await;
    on(&server, "GET", "/v1/events", 401, json!({"error": {"message": "no such key"}})).await;
    let span = EventSpan { from: Timestamp::from_micros(0), before: Timestamp::from_micros(1), behind: None };
    let found = gateway(&server, CardPageMode::Sandbox).page(&span).await;
    assert!(matches!(found, Err(PaymentError::Unavailable(_))), "{found:?}");
}
