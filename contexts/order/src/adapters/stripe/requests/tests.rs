//! How requests are written and answers are read.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;
use serde_json::{Value, json};
use shared_kernel::{Currency, Ids};
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::super::client::ClientSettings;
use super::*;

struct NoChance;

impl Ids for NoChance {
    fn uuid(&self) -> uuid::Uuid {
        uuid::Uuid::nil()
    }
    fn secret(&self) -> [u8; 32] {
        [0; 32]
    }
}

fn client(server: &MockServer) -> StripeClient {
    StripeClient::new(ClientSettings::new(server.uri(), SecretString::from("sk_test")), Arc::new(NoChance)).unwrap()
}

fn price() -> Money {
    Money::new(5_990, Currency::NZD)
}

fn intent(id: &str, status: &str) -> Value {
    json!({"id": id, "object": "payment_intent", "status": status, "amount": 5990, "amount_received": 0,
           "currency": "nzd", "client_secret": format!("{id}_secret_x"), "metadata": {"order_id": "o-1"},
           "last_payment_error": null, "a_field_of_tomorrow": {"x": 1}})
}

fn form(request: &Request) -> BTreeMap<String, String> {
    let parse = |text: &str| {
        let url = reqwest::Url::parse(&format!("http://x/?{text}")).unwrap();
        url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
    };
    parse(std::str::from_utf8(&request.body).unwrap())
}

async fn answer(server: &MockServer, verb: &str, at: &str, body: Value) {
    let answer = ResponseTemplate::new(200).set_body_json(body);
    Mock::given(method(verb)).and(path(at)).respond_with(answer).expect(1).mount(server).await;
}

async fn only_form(server: &MockServer) -> (BTreeMap<String, String>, Option<String>) {
    let requests = server.received_requests().await.unwrap();
    let key = requests[0].headers.get("idempotency-key").map(|key| key.to_str().unwrap().to_owned());
    (form(&requests[0]), key)
}

fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn an_intent_names_amount_currency_and_order() {
    let server = MockServer::start().await;
    answer(&server, "POST", "/payment_intents", intent("pi_1", "requires_payment_method")).await;
    let ask = IntentAsk { amount: price(), order_id: "o-1".into(), order_number: "N-1".into(), key: "intent-o-1" };
    let opened = client(&server).create_intent(ask).await.unwrap();
    assert_eq!((opened.id.as_str(), opened.client_secret.as_deref()), ("pi_1", Some("pi_1_secret_x")));
    let expected = fields(&[
        ("amount", "5990"),
        ("currency", "nzd"),
        ("automatic_payment_methods[enabled]", "true"),
        ("description", "Order N-1"),
        ("metadata[order_id]", "o-1"),
        ("metadata[order_number]", "N-1"),
    ]);
    assert_eq!(only_form(&server).await, (expected, Some("intent-o-1".to_owned())));
}

#[tokio::test]
async fn a_refund_is_named_by_its_own_id() {
    let server = MockServer::start().await;
    let made = json!({"id": "re_1", "status": "succeeded", "amount": 100, "currency": "nzd", "payment_intent": "pi_1"});
    answer(&server, "POST", "/refunds", made).await;
    let amount = Money::new(100, Currency::NZD);
    let ask = RefundAsk { intent: "pi_1", amount, order_id: "o-1".into(), refund_id: "7".into(), key: "refund-7" };
    let refund = client(&server).create_refund(ask).await.unwrap();
    assert_eq!((refund.id.as_str(), refund.status.as_deref()), ("re_1", Some("succeeded")));
    let expected = fields(&[
        ("payment_intent", "pi_1"),
        ("amount", "100"),
        ("metadata[order_id]", "o-1"),
        ("metadata[refund_id]", "7"),
    ]);
    assert_eq!(only_form(&server).await, (expected, Some("refund-7".to_owned())));
}

#[tokio::test]
async fn an_intent_is_read_and_closed_by_its_id() {
    let server = MockServer::start().await;
    answer(&server, "GET", "/payment_intents/pi_1", intent("pi_1", "processing")).await;
    answer(&server, "POST", "/payment_intents/pi_1/cancel", intent("pi_1", "canceled")).await;
    let client = client(&server);
    assert_eq!(client.intent("pi_1").await.unwrap().status.as_deref(), Some("processing"));
    assert_eq!(client.cancel_intent("pi_1").await.unwrap().status.as_deref(), Some("canceled"));
}

#[tokio::test]
async fn an_id_that_could_lead_elsewhere_is_never_sent() {
    let server = MockServer::start().await;
    for id in ["", "../refunds", "pi_1/cancel", "pi_1?x=1", "pi 1"] {
        assert!(matches!(client(&server).intent(id).await, Err(CallError::Refused { .. })), "{id:?}");
    }
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_intent_of_a_card_page_is_closed_with_its_page() {
    let server = MockServer::start().await;
    let list = json!({"object": "list", "data": [{"id": "cs_1"}], "has_more": false});
    Mock::given(method("GET"))
        .and(path("/checkout/sessions"))
        .and(query_param("payment_intent", "pi_9"))
        .respond_with(ResponseTemplate::new(200).set_body_json(list))
        .mount(&server)
        .await;
    answer(&server, "POST", "/checkout/sessions/cs_1/expire", json!({"id": "cs_1", "status": "expired"})).await;
    client(&server).expire_session_of("pi_9").await.unwrap();
}

#[tokio::test]
async fn a_card_page_is_opened_for_the_whole_amount_and_carries_the_order() {
    let server = MockServer::start().await;
    let session = json!({"id": "cs_1", "url": "https://pay.example/cs_1", "payment_intent": "pi_9"});
    Mock::given(method("POST"))
        .and(path("/checkout/sessions"))
        .and(header("stripe-version", SESSION_VERSION))
        .respond_with(ResponseTemplate::new(200).set_body_json(session))
        .expect(1)
        .mount(&server)
        .await;
    let ask = SessionAsk {
        amount: price(),
        order_id: "o-1".into(),
        order_number: "N-1".into(),
        email: Some("aroha@example.org"),
        success_url: "https://shop/ok".into(),
        cancel_url: "https://shop/no".into(),
        key: "page-o-1-1",
    };
    let opened = client(&server).create_session(ask).await.unwrap();
    assert_eq!(opened.url.as_deref(), Some("https://pay.example/cs_1"));
    let (sent, key) = only_form(&server).await;
    assert_eq!(key.as_deref(), Some("page-o-1-1"));
    assert_eq!(sent["line_items[0][price_data][unit_amount]"], "5990");
    assert_eq!(sent["payment_intent_data[metadata][order_id]"], "o-1");
}
