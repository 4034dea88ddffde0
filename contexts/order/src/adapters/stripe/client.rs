//! Speaks HTTP with the payment provider, within the chassis's limits: time, calls at once, a breaker.
//!
//! Every request may be repeated: reads by nature, writes because each carries an idempotency key. Knows which answers
//! are final and which are not; what an answer means for an order is the gateway's and the domain's matter.

use std::sync::Arc;
use std::time::Duration;

use chassis::outbound::{Answer, CallError, CallSettings, Caller, Health, Verdict};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use shared_kernel::Ids;

use super::objects;

/// The version of the provider's API that this adapter was written against.
const API_VERSION: &str = "2024-06-20";

/// Where the provider is and how patient we are with it.
#[derive(Debug, Clone)]
pub(super) struct ClientSettings {
    /// Up to and including the version, without a slash at the end: `https://api.stripe.com/v1`.
    pub base: String,
    /// Proves who we are.
    pub secret_key: SecretString,
    /// How patient we are.
    pub calls: CallSettings,
}

impl ClientSettings {
    /// The usual limits: 2 s to connect, 10 s in all, sixteen calls at once, half a second between attempts.
    pub(super) fn new(base: impl Into<String>, secret_key: SecretString) -> Self {
        let base = base.into().trim_end_matches('/').to_owned();
        let calls = CallSettings {
            name: "the payment provider".to_owned(),
            connect: Duration::from_secs(2),
            total: Duration::from_secs(10),
            at_once: 16,
            pause: Duration::from_millis(500),
            longest_answer: 2 * 1024 * 1024,
            by_proxy: base.starts_with("https://"), // Plain HTTP is the sandbox, which is near.
        };
        Self { base, secret_key, calls }
    }
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
    caller: Caller,
    base: String,
    secret_key: SecretString,
    ids: Arc<dyn Ids>,
}

impl StripeClient {
    pub(super) fn new(settings: ClientSettings, ids: Arc<dyn Ids>) -> Result<Self, CallError> {
        let ClientSettings { base, secret_key, calls } = settings;
        Ok(Self { caller: Caller::new(calls, Arc::clone(&ids))?, base, secret_key, ids })
    }

    /// Makes the request, repeats it while that is safe and sensible, and reads the answer.
    ///
    /// # Errors
    /// [`CallError`], never later than the total time limit.
    pub(super) async fn call<T: DeserializeOwned>(&self, ask: Ask<'_>) -> Result<T, CallError> {
        let mut request = self
            .caller
            .request(ask.method.clone(), &format!("{}{}", self.base, ask.path))
            .bearer_auth(self.secret_key.expose_secret())
            .header("Stripe-Version", ask.version.unwrap_or(API_VERSION));
        if let Some(key) = ask.key {
            request = request.header("Idempotency-Key", key);
        }
        if ask.method == Method::POST {
            request = request.form(&ask.form);
        }
        let answer = self.caller.call(request, true, judge).await?;
        serde_json::from_slice(&answer.body)
            .map_err(|error| CallError::Uncertain(format!("unreadable answer to {} {}: {error}", ask.method, ask.path)))
    }

    /// A key for an operation that is harmless to do twice, but whose repeat must not get an old answer.
    pub(super) fn fresh_key(&self, operation: &str) -> String {
        format!("{operation}-{}", self.ids.uuid())
    }
}

/// What an answer means: done, never, or perhaps later.
fn judge(answer: &Answer) -> Verdict {
    if answer.status.is_success() {
        return Verdict::Done;
    }
    let said = serde_json::from_slice::<objects::Failure>(&answer.body).map(|failure| failure.error);
    let by_itself = said.as_ref().is_ok_and(|error| error.kind.is_some());
    let said = said.unwrap_or_default();
    let message = said.message.unwrap_or_else(|| format!("status {}", answer.status));
    let told_not_to = answer.header("stripe-should-retry") == Some("false");
    let told_to = answer.header("stripe-should-retry") == Some("true");
    let after = answer.retry_after();
    let again = |error, health| {
        if told_not_to { Verdict::Final(error, health) } else { Verdict::Again(error, health, after) }
    };
    match answer.status.as_u16() {
        409 => again(CallError::Uncertain(message), Health::Well),
        429 => again(CallError::Unavailable { reason: message, retry_after: after }, Health::Failed),
        // The provider's own word that it has failed: it keeps that answer under the key and gives it again.
        status @ 500.. if by_itself => {
            let code = said.code.or(said.kind).unwrap_or_default();
            again(CallError::Refused { status, code, message }, Health::Failed)
        }
        // Said by something on the way: the request may still be under way.
        500.. => again(CallError::Uncertain(message), Health::Failed),
        _ if told_to => again(CallError::Uncertain(message), Health::Well),
        status => {
            let code = said.code.or(said.kind).unwrap_or_else(|| "unknown".into());
            Verdict::Final(CallError::Refused { status, code, message }, Health::Well)
        }
    }
}

#[cfg(test)]
mod tests;
