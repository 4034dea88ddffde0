//! The answers over HTTP when the context lives in another process: its public API for public data, its operator's API
//! for the rest, on behalf of the caller.
//!
//! The process that holds the context decides whether the asker may; what it refuses is no answer here.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use catalogue::{FeaturedProduct, ProductCard};
use chassis::messaging::ReplayError;
use chassis::outbound::{Answer, CallError, CallSettings, Caller, Health, Verdict};
use chassis::web::CallerContext;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use shared_kernel::{CustomerId, Ids, StoreError};

use super::{
    CategorySummary, ContextTopology, Counts, DeadLetterView, Decision, ErrorView, LogEntry, LogQuery, Operations,
    People, Person, Shopfront,
};
use crate::config::parts::Part;

/// A visitor waits no longer for what another process has to say.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(2);
/// Emptying a large read model may take that long.
const REPLAY: Duration = Duration::from_secs(30);

/// A context in another process.
pub struct Remote {
    part: Part,
    base: String,
    caller: Caller,
}

/// The other process did not do as asked.
#[derive(Debug, thiserror::Error)]
#[error("{part} does not answer")]
struct PeerUnavailable {
    part: &'static str,
    #[source]
    cause: CallError,
}

#[derive(Deserialize)]
struct ItemList<T> {
    items: Vec<T>,
}

impl Remote {
    /// The context at `base`, without a slash at the end.
    ///
    /// # Errors
    /// [`CallError`] if no HTTP client can be built on this machine.
    pub fn new(part: Part, base: &str, ids: Arc<dyn Ids>) -> Result<Self, CallError> {
        let settings = CallSettings {
            name: part.name().to_owned(),
            connect: Duration::from_millis(500),
            total: REQUEST_TIMEOUT,
            at_once: 32,
            pause: Duration::from_millis(50),
            longest_answer: 32 << 20,
            by_proxy: false,
        };
        Ok(Self { part, base: base.to_owned(), caller: Caller::new(settings, ids)? })
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/{}/v1/{path}", self.base, self.part.name())
    }

    async fn get<T: DeserializeOwned>(&self, asker: &CallerContext, path: &str) -> Result<T, StoreError> {
        self.ask(asker, path).await.map_err(|cause| self.unavailable(cause))
    }

    async fn ask<T: DeserializeOwned>(&self, asker: &CallerContext, path: &str) -> Result<T, CallError> {
        let request = forward_caller(asker, self.caller.request(Method::GET, &self.url(path)));
        let answer = self.caller.call(request, true, judge).await?;
        let unreadable = |error: serde_json::Error| CallError::Uncertain(format!("{path} cannot be read: {error}"));
        serde_json::from_slice(&answer.body).map_err(unreadable)
    }

    /// What changes something is asked once.
    async fn post(
        &self,
        asker: &CallerContext,
        path: &str,
        body: Option<serde_json::Value>,
        timeout: Duration,
    ) -> Result<(), CallError> {
        let request = forward_caller(asker, self.caller.request(Method::POST, &self.url(path)));
        let request = body.into_iter().fold(request, |request, body| request.json(&body));
        self.caller.call_within(timeout, request, false, judge).await.map(drop)
    }

    fn unavailable(&self, cause: CallError) -> StoreError {
        StoreError::unavailable(PeerUnavailable { part: self.part.name(), cause })
    }
}

fn forward_caller(asker: &CallerContext, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
    asker.headers().fold(request, |request, (name, value)| request.header(name.as_str(), value))
}

/// What an answer of another process means.
fn judge(answer: &Answer) -> Verdict {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Problem {
        #[serde(rename = "type")]
        kind: String,
        title: String,
        detail: Option<String>,
    }
    if answer.status.is_success() {
        return Verdict::Done;
    }
    // A proxy between the two may answer with a page of its own: then the status says everything.
    let problem = serde_json::from_slice::<Problem>(&answer.body).unwrap_or_else(|_page| Problem::default());
    let (status, after) = (answer.status.as_u16(), answer.retry_after());
    let message =
        problem.detail.unwrap_or(if problem.title.is_empty() { format!("status {status}") } else { problem.title });
    match status {
        429 | 503 => {
            Verdict::Again(CallError::Unavailable { reason: message, retry_after: after }, Health::Failed, after)
        }
        500.. => Verdict::Again(CallError::Uncertain(message), Health::Failed, after),
        _ => {
            let code = problem.kind.rsplit('/').next().unwrap_or_default().to_owned();
            Verdict::Final(CallError::Refused { status, code, message }, Health::Well)
        }
    }
}

#[async_trait]
impl Shopfront for Remote {
    async fn featured(&self, asker: &CallerContext, limit: u32) -> Result<Vec<ProductCard>, StoreError> {
        let featured: ItemList<FeaturedProduct> = self.get(asker, &format!("featured?limit={limit}")).await?;
        Ok(featured.items.into_iter().map(ProductCard::from).collect())
    }

    async fn categories(&self, asker: &CallerContext) -> Result<Vec<CategorySummary>, StoreError> {
        Ok(self.get::<ItemList<CategorySummary>>(asker, "categories").await?.items)
    }

    async fn public_paths(&self, asker: &CallerContext) -> Result<Vec<String>, StoreError> {
        Ok(self.get::<ItemList<String>>(asker, "paths").await?.items)
    }
}

/// As much of an account as the security log shows.
#[derive(Deserialize)]
struct Account {
    first_name: String,
    last_name: String,
    email: String,
}

#[async_trait]
impl People for Remote {
    async fn find(&self, asker: &CallerContext, id: CustomerId) -> Result<Option<Person>, StoreError> {
        let person = |it: Account| Person { name: format!("{} {}", it.first_name, it.last_name), email: it.email };
        match self.ask(asker, &format!("customers/{id}")).await {
            Ok(account) => Ok(Some(person(account))),
            Err(CallError::Refused { status: 404, .. }) => Ok(None),
            Err(cause) => Err(self.unavailable(cause)),
        }
    }
}

#[async_trait]
impl Operations for Remote {
    async fn counts(&self, asker: &CallerContext) -> Result<Counts, StoreError> {
        self.get(asker, "ops/counts").await
    }

    async fn dead_letters(&self, asker: &CallerContext) -> Result<Vec<DeadLetterView>, StoreError> {
        Ok(self.get::<ItemList<DeadLetterView>>(asker, "ops/dead-letters").await?.items)
    }

    async fn decide(&self, asker: &CallerContext, letter: &str, decision: Decision) -> Result<bool, StoreError> {
        let verb = match decision {
            Decision::Retry => "retry",
            Decision::Discard => "discard",
        };
        // The name is base64, as its reader has made sure of: it cannot lead elsewhere.
        match self.post(asker, &format!("ops/dead-letters/{letter}/{verb}"), None, REQUEST_TIMEOUT).await {
            Ok(()) => Ok(true),
            Err(CallError::Refused { status: 404, .. }) => Ok(false),
            Err(cause) => Err(self.unavailable(cause)),
        }
    }

    async fn errors(&self, asker: &CallerContext) -> Result<Vec<ErrorView>, StoreError> {
        Ok(self.get::<ItemList<ErrorView>>(asker, "ops/errors").await?.items)
    }

    async fn rebuildable(&self, asker: &CallerContext) -> Result<Vec<String>, StoreError> {
        Ok(self.get::<ItemList<String>>(asker, "ops/replays").await?.items)
    }

    async fn security_log(&self, asker: &CallerContext, query: &LogQuery) -> Result<Vec<LogEntry>, StoreError> {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let path = format!("ops/security-log?before={}&event={}", encoded(&query.before), encoded(&query.event));
        Ok(self.get::<ItemList<LogEntry>>(asker, &path).await?.items)
    }

    async fn topology(&self, asker: &CallerContext) -> Result<ContextTopology, StoreError> {
        self.get(asker, "ops/topology").await
    }

    async fn replay(&self, asker: &CallerContext, consumer: &str) -> Result<(), ReplayError> {
        let body = serde_json::json!({ "consumer": consumer });
        self.post(asker, "ops/replays", Some(body), REPLAY).await.map_err(|cause| match cause {
            CallError::Refused { status: 404, .. } => ReplayError::NoSuchConsumer(consumer.to_owned()),
            CallError::Refused { status: 409, .. } => ReplayError::NotRebuildable(consumer.to_owned()),
            cause => ReplayError::Store(self.unavailable(cause)),
        })
    }
}
