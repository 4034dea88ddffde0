//! The HTTP client against a server that misbehaves: what is tried again, and what is not.

use std::sync::atomic::{AtomicU8, Ordering};

use serde_json::{Value, json};
use tokio::time::Instant;
use wiremock::matchers::{body_string, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::ports::PaymentError;

/// Ids whose chance is always the least, so that pauses are as short as they come.
#[derive(Default)]
struct Least(AtomicU8);

impl Ids for Least {
    fn uuid(&self) -> uuid::Uuid {
        uuid::Uuid::from_bytes([self.0.fetch_add(1, Ordering::Relaxed); 16])
    }
    fn secret(&self) -> [u8; 32] {
        [0; 32]
    }
}

fn client(base: &str) -> StripeClient {
    let mut settings = ClientSettings::new(base, SecretString::from("sk_test_1"));
    settings.calls.pause = Duration::from_millis(1);
    settings.calls.connect = Duration::from_millis(500);
    StripeClient::new(settings, Arc::new(Least::default())).unwrap()
}

fn post<'a>() -> Ask<'a> {
    Ask::post("/things", "key-1", vec![("metadata[order_id]", "o 1".into()), ("amount", "5".into())])
}

async fn answering(answers: &[(u16, &[(&str, &str)])]) -> MockServer {
    let server = MockServer::start().await;
    for (index, (status, headers)) in answers.iter().enumerate() {
        let mut answer = ResponseTemplate::new(*status);
        for (name, value) in *headers {
            answer = answer.insert_header(*name, *value);
        }
        let body = match status {
            200 => json!({"ok": true}),
            _ => json!({"error": {"type": "invalid_request_error", "code": "nope", "message": "said no"}}),
        };
        let mock = Mock::given(method("POST")).respond_with(answer.set_body_json(body));
        let mock = if index + 1 < answers.len() { mock.up_to_n_times(1) } else { mock };
        mock.mount(&server).await;
    }
    server
}

async fn requests(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

#[tokio::test]
async fn a_write_is_a_form_with_our_key_and_an_idempotency_key() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/things"))
        .and(header("authorization", "Bearer sk_test_1"))
        .and(header("idempotency-key", "key-1"))
        .and(header("content-type", "application/x-www-form-urlencoded"))
        .and(body_string("metadata%5Border_id%5D=o+1&amount=5"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"ok": true})))
        .expect(1)
        .mount(&server)
        .await;
    let answer: Value = client(&server.uri()).call(post()).await.unwrap();
    assert_eq!(answer, json!({"ok": true}));
}

#[tokio::test]
async fn a_failure_of_the_provider_is_repeated_under_the_same_key() {
    for status in [500, 503, 429, 409] {
        let server = answering(&[(status, &[]), (status, &[]), (200, &[])]).await;
        let answer: Value = client(&server.uri()).call(post()).await.unwrap();
        assert_eq!(answer, json!({"ok": true}), "after {status}");
        let keys: Vec<_> = server.received_requests().await.unwrap();
        assert!(keys.iter().all(|request| request.headers["idempotency-key"] == "key-1"));
    }
}

#[tokio::test]
async fn two_repeats_are_all() {
    let server = answering(&[(500, &[])]).await;
    let error = client(&server.uri()).call::<Value>(post()).await.unwrap_err();
    assert!(matches!(error, CallError::Refused { status: 500, .. }), "the provider says that it has failed: {error}");
    assert_eq!(requests(&server).await, 3);
}

#[tokio::test]
async fn a_failure_on_the_way_leaves_the_outcome_uncertain() {
    let server = MockServer::start().await;
    let gateway = ResponseTemplate::new(504).set_body_string("<html>gateway time-out</html>");
    Mock::given(method("POST")).respond_with(gateway).mount(&server).await;
    let error = client(&server.uri()).call::<Value>(post()).await.unwrap_err();
    assert!(matches!(error, CallError::Uncertain(_)), "{error}");
}

#[tokio::test]
async fn a_refusal_is_final_and_named() {
    let server = answering(&[(402, &[])]).await;
    let error = client(&server.uri()).call::<Value>(post()).await.unwrap_err();
    let CallError::Refused { status: 402, code, message } = error else { panic!("{error}") };
    assert_eq!((code.as_str(), message.as_str()), ("nope", "said no"));
    assert_eq!(requests(&server).await, 1);
}

#[tokio::test]
async fn the_provider_decides_whether_it_wants_to_be_asked_again() {
    let server = answering(&[(500, &[("stripe-should-retry", "false")])]).await;
    assert!(client(&server.uri()).call::<Value>(post()).await.is_err());
    assert_eq!(requests(&server).await, 1);
    let server = answering(&[(400, &[("stripe-should-retry", "true")]), (200, &[])]).await;
    assert!(client(&server.uri()).call::<Value>(post()).await.is_ok());
}

#[tokio::test]
async fn a_wait_longer_than_our_patience_is_passed_on_instead_of_waited() {
    let server = answering(&[(429, &[("retry-after", "60")])]).await;
    let error = client(&server.uri()).call::<Value>(post()).await.unwrap_err();
    let CallError::Unavailable { retry_after, .. } = error else { panic!("{error}") };
    assert_eq!(retry_after, Some(Duration::from_mins(1)));
    assert_eq!(requests(&server).await, 1);
}

#[tokio::test]
async fn a_key_that_is_not_accepted_is_told_apart() {
    let server = answering(&[(401, &[])]).await;
    let error = client(&server.uri()).call::<Value>(post()).await.unwrap_err();
    assert!(matches!(error, CallError::Refused { status: 401, .. }), "{error}");
    let error = PaymentError::from(error);
    assert!(matches!(error, PaymentError::Unavailable(_)), "it is put right, and the work goes on: {error}");
}

#[tokio::test]
async fn silence_leaves_the_outcome_uncertain_within_the_time_limit() {
    let server = MockServer::start().await;
    let silent = ResponseTemplate::new(200).set_delay(Duration::from_mins(1));
    Mock::given(method("POST")).respond_with(silent).mount(&server).await;
    let mut settings = ClientSettings::new(server.uri(), SecretString::from("sk"));
    settings.calls.total = Duration::from_millis(200);
    let client = StripeClient::new(settings, Arc::new(Least::default())).unwrap();
    let started = Instant::now();
    let error = client.call::<Value>(post()).await.unwrap_err();
    assert!(matches!(error, CallError::Uncertain(_)), "{error}");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn nobody_at_the_other_end_means_nothing_happened() {
    let error = client("http://127.0.0.1:1").call::<Value>(post()).await.unwrap_err();
    assert!(matches!(error, CallError::Unavailable { .. }), "{error}");
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let server = answering(&[(302, &[("location", "http://127.0.0.1:1/elsewhere")])]).await;
    let error = client(&server.uri()).call::<Value>(post()).await.unwrap_err();
    assert!(matches!(error, CallError::Refused { status: 302, .. }), "{error}");
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_no_answer() {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(200).set_body_string("<html>")).mount(&server).await;
    let error = client(&server.uri()).call::<Value>(post()).await.unwrap_err();
    assert!(matches!(error, CallError::Uncertain(_)), "{error}");
}

#[tokio::test]
async fn a_provider_that_fails_all_the_time_is_left_alone() {
    let server = answering(&[(500, &[])]).await;
    let client = client(&server.uri());
    for _ in 0..20 {
        assert!(client.call::<Value>(post()).await.is_err());
    }
    let before = requests(&server).await;
    assert!(before <= 20, "the breaker opened after twenty failures, not after {before}");
    let error = client.call::<Value>(post()).await.unwrap_err();
    assert!(matches!(error, CallError::Unavailable { retry_after: Some(_), .. }), "{error}");
    assert_eq!(requests(&server).await, before, "nothing was sent");
}

#[tokio::test]
async fn repeats_are_a_tenth_of_the_calls_once_the_reserve_is_used_up() {
    let server = answering(&[(409, &[])]).await; // An answer that does not open the breaker.
    let client = client(&server.uri());
    for _ in 0..40 {
        assert!(client.call::<Value>(post()).await.is_err());
    }
    let repeats = requests(&server).await - 40;
    assert!((10..=14).contains(&repeats), "{repeats} repeats");
}

#[tokio::test]
async fn more_callers_than_places_wait_and_then_are_turned_away() {
    let server = MockServer::start().await;
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(3)).set_body_json(json!({}));
    Mock::given(method("POST")).respond_with(slow).mount(&server).await;
    let mut settings = ClientSettings::new(server.uri(), SecretString::from("sk"));
    settings.calls.at_once = 1;
    let client = StripeClient::new(settings, Arc::new(Least::default())).unwrap();
    let (first, second) = tokio::join!(client.call::<Value>(post()), client.call::<Value>(post()));
    assert!(first.is_ok());
    assert!(matches!(second, Err(CallError::Unavailable { .. })), "{second:?}");
}
