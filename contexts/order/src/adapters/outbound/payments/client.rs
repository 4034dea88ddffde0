//! Speaks HTTP with the payment provider: time limits, few calls at once, careful repeats, and a breaker.
//!
//! Every request may be repeated: reads by nature, writes because each carries an idempotency key. Knows which answers
//! are final and which are not; what an answer means for an order is the gateway's and the domain's matter.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Method, StatusCode, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use shared_kernel::Ids;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};

use super::breaker::{Breaker, Health};
use super::wire;

/// The version of the provider's API that this adapter was written against.
const API_VERSION: &str = "2024-06-20";
/// No answer of the provider is longer.
const LONGEST_ANSWER: usize = 2 * 1024 * 1024;
/// Repeats after the first attempt.
const RETRIES: u32 = 2;
/// Repeats that may be saved up, in tenths: each first attempt adds one tenth, each repeat costs ten.
const RETRY_BUDGET: u32 = 100;

/// Where the provider is and how patient we are with it.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// Up to and including the version, without a slash at the end: `https://api.stripe.com/v1`.
    pub base: String,
    /// Proves who we are.
    pub secret_key: SecretString,
    /// For the connection alone.
    pub connect: Duration,
    /// For one operation with all its repeats.
    pub total: Duration,
    /// Calls under way at the same time; further ones wait for a place.
    pub at_once: usize,
    /// The shortest pause before a repeat.
    pub pause: Duration,
}

impl ClientSettings {
    /// The usual patience: 2 s to connect, 10 s in all, sixteen calls at once, half a second between attempts.
    #[must_use]
    pub fn new(base: impl Into<String>, secret_key: SecretString) -> Self {
        Self {
            base: base.into().trim_end_matches('/').to_owned(),
            secret_key,
            connect: Duration::from_secs(2),
            total: Duration::from_secs(10),
            at_once: 16,
            pause: Duration::from_millis(500),
        }
    }
}

/// Why the provider did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StripeError {
    /// It said no, and would say so again.
    #[error("the payment provider refused ({status}, {code}): {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Such as `card_declined`.
        code: String,
        /// In its own words.
        message: String,
    },
    /// Nobody knows whether it did. Ask again under the same key, or look.
    #[error("the payment provider's answer is not known: {0}")]
    Uncertain(String),
    /// It did nothing, and may do it later.
    #[error("the payment provider is not available: {reason}")]
    Unavailable {
        /// Why.
        reason: String,
        /// When it is worth asking again, if somebody said so.
        retry_after: Option<Duration>,
    },
}

/// One request.
pub(super) struct Ask<'a> {
    pub method: Method,
    pub path: String,
    pub form: Vec<(&'a str, String)>,
    pub key: Option<&'a str>,
    pub version: Option<&'static str>,
}

impl<'a> Ask<'a> {
    pub(super) fn get(path: String) -> Self {
        Self { method: Method::GET, path, form: Vec::new(), key: None, version: None }
    }
    pub(super) fn post(path: impl Into<String>, key: &'a str, form: Vec<(&'a str, String)>) -> Self {
        Self { method: Method::POST, path: path.into(), form, key: Some(key), version: None }
    }
}

/// The way to the provider, shared by all who call it.
pub(super) struct StripeClient {
    http: reqwest::Client,
    settings: ClientSettings,
    ids: Arc<dyn Ids>,
    places: Semaphore,
    breaker: Breaker,
    budget: Mutex<u32>,
}

/// How one attempt ended.
enum Attempt {
    Answered(Vec<u8>),
    Final { error: StripeError, health: Health },
    Again { error: StripeError, health: Health, after: Option<Duration> },
}

impl StripeClient {
    pub(super) fn new(settings: ClientSettings, ids: Arc<dyn Ids>) -> Result<Self, StripeError> {
        let unusable = |error: &dyn std::error::Error| unavailable(format!("cannot build the HTTP client: {error}"));
        let tls = super::tls::config().map_err(|error| unusable(&error))?;
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(redirect::Policy::none())
            .connect_timeout(settings.connect)
            .timeout(settings.total)
            .pool_max_idle_per_host(settings.at_once)
            .user_agent(concat!("better-store/", env!("CARGO_PKG_VERSION")));
        if settings.base.starts_with("http://") {
            builder = builder.no_proxy(); // Plain HTTP is the sandbox on this machine.
        }
        let http = builder.build().map_err(|error| unusable(&error))?;
        let places = Semaphore::new(settings.at_once.max(1));
        Ok(Self { http, settings, ids, places, breaker: Breaker::default(), budget: Mutex::new(RETRY_BUDGET) })
    }

    /// Makes the request, repeats it while that is safe and sensible, and reads the answer.
    ///
    /// # Errors
    /// [`StripeError`], never later than the total time limit.
    pub(super) async fn call<T: DeserializeOwned>(&self, ask: Ask<'_>) -> Result<T, StripeError> {
        let deadline = Instant::now() + self.settings.total;
        let place = timeout_at(deadline.min(Instant::now() + Duration::from_secs(1)), self.places.acquire()).await;
        let Ok(Ok(_place)) = place else { return Err(unavailable("too many calls are under way".into())) };
        self.spend(-1);
        let (mut attempt, mut in_doubt) = (0, false);
        loop {
            let (error, after) = match self.attempt(&ask, deadline).await {
                Attempt::Answered(body) => return read(&ask, &body),
                Attempt::Final { error, .. } => return Err(doubted(error, in_doubt)),
                Attempt::Again { error, after, .. } => (error, after),
            };
            in_doubt |= matches!(error, StripeError::Uncertain(_));
            let pause = after.unwrap_or_else(|| self.pause(attempt));
            if attempt >= RETRIES || Instant::now() + pause >= deadline || !self.spend(10) {
                return Err(doubted(error, in_doubt));
            }
            tracing::warn!(path = %ask.path, attempt, %error, "asking the payment provider again");
            sleep(pause).await;
            attempt += 1;
        }
    }

    /// One attempt, as the breaker allows.
    async fn attempt(&self, ask: &Ask<'_>, deadline: Instant) -> Attempt {
        let pass = match self.breaker.pass(Instant::now().into_std()) {
            Ok(pass) => pass,
            Err(wait) => {
                let reason = "it failed too often just now".to_owned();
                let error = StripeError::Unavailable { reason, retry_after: Some(wait) };
                return Attempt::Final { error, health: Health::Failed };
            }
        };
        let outcome = match timeout_at(deadline, self.send(ask)).await {
            Ok(outcome) => outcome,
            Err(_) => uncertain("no answer in time".into(), Health::TimedOut),
        };
        let health = match &outcome {
            Attempt::Again { health, .. } | Attempt::Final { health, .. } => *health,
            Attempt::Answered(_) => Health::Well,
        };
        pass.report(Instant::now().into_std(), health, self.permille());
        outcome
    }

    /// A key for an operation that is harmless to do twice, but whose repeat must not get an old answer.
    pub(super) fn fresh_key(&self, operation: &str) -> String {
        format!("{operation}-{}", self.ids.uuid())
    }

    async fn send(&self, ask: &Ask<'_>) -> Attempt {
        let mut request = self
            .http
            .request(ask.method.clone(), format!("{}{}", self.settings.base, ask.path))
            .bearer_auth(self.settings.secret_key.expose_secret())
            .header("Stripe-Version", ask.version.unwrap_or(API_VERSION));
        if let Some(key) = ask.key {
            request = request.header("Idempotency-Key", key);
        }
        if ask.method == Method::POST {
            request = request.form(&ask.form);
        }
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return unsent(&error),
        };
        let (status, headers) = (response.status(), response.headers().clone());
        match body_of(response).await {
            Ok(body) => judge(status, &headers, body),
            Err(reason) => uncertain(reason, Health::Failed),
        }
    }

    /// Takes tenths of a repeat from the budget, or gives some back; `false` if the budget is used up.
    fn spend(&self, tenths: i32) -> bool {
        let mut left = self.budget.lock().unwrap_or_else(PoisonError::into_inner);
        match left.checked_add_signed(-tenths) {
            Some(rest) => {
                *left = rest.min(RETRY_BUDGET);
                true
            }
            None => false,
        }
    }

    /// One to two units before the first repeat, one to four before the second.
    fn pause(&self, attempt: u32) -> Duration {
        let spread = self.settings.pause * (1 + 2 * attempt.min(1));
        self.settings.pause + spread * self.permille() / 1_000
    }

    fn permille(&self) -> u32 {
        let [a, b, ..] = self.ids.secret();
        u32::from(u16::from_be_bytes([a, b])) * 1_000 / u32::from(u16::MAX)
    }
}

/// What an answer means: done, never, or perhaps later.
fn judge(status: StatusCode, headers: &HeaderMap, body: Vec<u8>) -> Attempt {
    if status.is_success() {
        return Attempt::Answered(body);
    }
    let said = serde_json::from_slice::<wire::Failure>(&body).map(|failure| failure.error).unwrap_or_default();
    let message = said.message.unwrap_or_else(|| format!("status {status}"));
    let told_not_to = header(headers, "stripe-should-retry") == Some("false");
    let told_to = header(headers, "stripe-should-retry") == Some("true");
    let after = header(headers, RETRY_AFTER.as_str()).and_then(|s| s.parse().ok()).map(Duration::from_secs);
    let again = |error, health| {
        if told_not_to { Attempt::Final { error, health } } else { Attempt::Again { error, health, after } }
    };
    match status.as_u16() {
        409 => again(StripeError::Uncertain(message), Health::Well),
        429 => again(StripeError::Unavailable { reason: message, retry_after: after }, Health::Failed),
        500.. => again(StripeError::Uncertain(message), Health::Failed),
        // A key that is not accepted is our setting, not the buyer's fault: it is put right and the work goes on.
        401 | 403 => Attempt::Final { error: unavailable(message), health: Health::Well },
        _ if told_to => again(StripeError::Uncertain(message), Health::Well),
        code => {
            let reason = said.code.or(said.kind).unwrap_or_else(|| "unknown".into());
            Attempt::Final { error: StripeError::Refused { status: code, code: reason, message }, health: Health::Well }
        }
    }
}

/// Nothing left this machine if the connection was never made; else nobody knows.
fn unsent(error: &reqwest::Error) -> Attempt {
    let health = if error.is_timeout() { Health::TimedOut } else { Health::Failed };
    let reason = chain(error);
    if error.is_connect() {
        return Attempt::Again { error: unavailable(reason), health, after: None };
    }
    if error.is_builder() {
        return Attempt::Final { error: unavailable(reason), health: Health::Well };
    }
    uncertain(reason, health)
}

async fn body_of(mut response: reqwest::Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| chain(&error))? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            return Err("the answer is too long".into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn read<T: DeserializeOwned>(ask: &Ask<'_>, body: &[u8]) -> Result<T, StripeError> {
    serde_json::from_slice(body)
        .map_err(|error| StripeError::Uncertain(format!("unreadable answer to {} {}: {error}", ask.method, ask.path)))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// An attempt that did nothing does not undo the doubt that an earlier one left.
fn doubted(error: StripeError, in_doubt: bool) -> StripeError {
    match error {
        StripeError::Unavailable { reason, .. } if in_doubt => StripeError::Uncertain(reason),
        error => error,
    }
}

fn unavailable(reason: String) -> StripeError {
    StripeError::Unavailable { reason, retry_after: None }
}

fn uncertain(reason: String, health: Health) -> Attempt {
    Attempt::Again { error: StripeError::Uncertain(reason), health, after: None }
}

/// The error with its causes, without the address, whose query may hold what logs should not.
fn chain(error: &reqwest::Error) -> String {
    let mut text = if error.is_timeout() { "timed out".to_owned() } else { "request failed".to_owned() };
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests;
