//! A provider that keeps its answers under their keys, failures, too, whether it has done the work or not: money goes back
//! once, and a page and an intent are had in the end.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use wiremock::matchers::any;
use wiremock::{Request, Respond};

use super::*;

/// How the next request to make something goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// It fails before it has done anything, and keeps that.
    Fails,
    /// It does its work and fails to say so, and keeps that.
    WorksAndFails,
    /// It refuses for a reason that goes away, and keeps that.
    Refuses,
    /// It does its work, and something on the way back loses the answer.
    WorksUnheard,
    /// It forgets all keys, as after a day, and works.
    Forgets,
}

#[derive(Default)]
struct Books {
    steps: VecDeque<Step>,
    kept: BTreeMap<String, (u16, Value)>,
    refunds: Vec<Value>,
    keys: Vec<String>,
}

/// Clones share their books.
#[derive(Clone, Default)]
struct KeepingProvider(Arc<Mutex<Books>>);

impl KeepingProvider {
    async fn serve(&self) -> MockServer {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(self.clone()).mount(&server).await;
        server
    }
}

fn json_response(status: u16, body: &Value) -> ResponseTemplate {
    // The client is not to spend the test's time on repeats of its own.
    ResponseTemplate::new(status).insert_header("stripe-should-retry", "false").set_body_json(body)
}

impl Respond for KeepingProvider {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut books = self.0.lock().unwrap();
        if request.method.as_str() == "GET" {
            return json_response(200, &json!({"data": books.refunds, "has_more": false}));
        }
        let key = request.headers["idempotency-key"].to_str().unwrap().to_owned();
        books.keys.push(key.clone());
        if books.steps.front() == Some(&Step::Forgets) {
            books.steps.pop_front();
            books.kept.clear();
        }
        if let Some((status, body)) = books.kept.get(&key) {
            return json_response(*status, body);
        }
        let step = books.steps.pop_front();
        let form: BTreeMap<String, String> =
            reqwest::Url::parse(&format!("http://x/?{}", String::from_utf8_lossy(&request.body)))
                .unwrap()
                .query_pairs()
                .into_owned()
                .collect();
        let made = json!({"id": format!("re_{}", books.refunds.len()), "status": "succeeded", "amount": 100, "currency": "nzd",
            "payment_intent": "pi_1", "metadata": {"refund_id": form.get("metadata[refund_id]")},
            "url": "https://checkout.example/cs_1"});
        if !matches!(step, Some(Step::Fails | Step::Refuses)) {
            books.refunds.push(made.clone());
        }
        let failure = json!({"error": {"type": "api_error", "message": "An unknown error occurred"}});
        let refusal =
            json!({"error": {"type": "invalid_request_error", "code": "balance_insufficient", "message": "no"}});
        let (status, body) = match step {
            Some(Step::Fails | Step::WorksAndFails) => (500, failure),
            Some(Step::Refuses) => (400, refusal),
            Some(Step::WorksUnheard) => {
                books.kept.insert(key, (200, made));
                return ResponseTemplate::new(504)
                    .insert_header("stripe-should-retry", "false")
                    .set_body_string("<html>");
            }
            Some(Step::Forgets) | None => (200, made),
        };
        books.kept.insert(key, (status, body.clone()));
        json_response(status, &body)
    }
}

#[tokio::test]
async fn a_refund_goes_out_once_whatever_the_provider_has_kept() {
    use Step::{Fails, Forgets, Refuses, WorksAndFails, WorksUnheard};
    let scripts: [&[Step]; 8] = [
        &[],
        &[Fails],
        &[Fails, Fails, Refuses],
        &[WorksAndFails],
        &[Fails, WorksAndFails],
        &[WorksUnheard],
        &[Refuses, WorksUnheard],
        &[WorksAndFails, Forgets],
    ];
    for (index, script) in scripts.into_iter().enumerate() {
        let provider = KeepingProvider::default();
        provider.0.lock().unwrap().steps.extend(script);
        let server = provider.serve().await;
        let gateway = gateway(&server, CardPageMode::Sandbox);
        let refund = RefundId::new(Uuid::from_u128(9));
        let intent = IntentId::new("pi_1");
        let mut ask = NewRefund { refund, order: order(), intent, amount: nzd(100), keys_used: 0 };
        let mut attempts = 0;
        let made = loop {
            attempts += 1;
            assert!(attempts < 10, "script {index} has no end");
            match gateway.refund(&ask).await {
                Ok(made) => break made,
                Err(PaymentError::Refused { .. } | PaymentError::Failed(_)) => ask.keys_used += 1,
                Err(PaymentError::Unavailable(_)) => {}
            }
        };
        assert_eq!((made.report.id, &made.report.status), (Some(refund), &ReportedRefund::Succeeded));
        assert_eq!(provider.0.lock().unwrap().refunds.len(), 1, "script {index}");
        // Long after, and with all keys forgotten, it is still the same refund.
        provider.0.lock().unwrap().kept.clear();
        assert_eq!(gateway.refund(&ask).await.unwrap().report, made.report);
        assert_eq!(provider.0.lock().unwrap().refunds.len(), 1, "script {index}, later");
    }
}

#[tokio::test]
async fn a_card_page_is_had_at_once_though_a_failure_is_kept() {
    let provider = KeepingProvider::default();
    provider.0.lock().unwrap().steps.extend([Step::Fails, Step::Fails]);
    let server = provider.serve().await;
    let page = gateway(&server, CardPageMode::Checkout).open(&page_request()).await.unwrap();
    assert_eq!(page.url, "https://checkout.example/cs_1");
    assert_eq!(provider.0.lock().unwrap().keys, ["page-pi_1", "page-pi_1-2", "page-pi_1-3"]);
}

#[tokio::test]
async fn a_later_attempt_finds_the_intent_of_an_earlier_one_or_uses_a_key_of_its_own() {
    let ask = |attempt| NewIntent {
        order: order(),
        number: OrderNumber::parse("BS-1").unwrap(),
        amount: nzd(5_990),
        receipt_email: None,
        attempt,
        placed_at: Timestamp::parse("2026-11-22T12:00:00Z").unwrap(),
    };
    for (made, keys) in [(true, vec![]), (false, vec![format!("intent-{}-2", order())])] {
        let server = MockServer::start().await;
        let metadata = json!({"order_id": if made { order().to_string() } else { "another".to_owned() }});
        let known = intent("requires_payment_method", &json!({"metadata": metadata}));
        let listed =
            Mock::given(method("GET")).and(path("/v1/payment_intents")).and(query_param("created[gte]", "1795348500"));
        listed.respond_with(json_response(200, &json!({"data": [known], "has_more": false}))).mount(&server).await;
        on(&server, "POST", "/v1/payment_intents", 200, intent("requires_payment_method", &json!({}))).await;
        gateway(&server, CardPageMode::Sandbox).create_intent(&ask(2)).await.unwrap();
        let requests = server.received_requests().await.unwrap();
        let used = requests.iter().filter_map(|request| request.headers.get("idempotency-key"));
        let used: Vec<_> = used.map(|key| key.to_str().unwrap().to_owned()).collect();
        assert_eq!(used, keys, "found: {made}");
    }
}
