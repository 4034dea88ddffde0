//! Calls to one other system, with time limits, retries and a circuit breaker.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, Request, RequestBuilder, StatusCode, redirect};
use shared_kernel::{Backoff, Ids, jitter};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::Instrument;

use super::breaker::{Breaker, Health};
use super::spans;

/// Repeats after the first attempt.
const MAX_RETRIES: u32 = 2;
/// Repeats that may be saved up, in tenths: each first attempt adds one tenth, each repeat costs ten.
const RETRY_BUDGET: u32 = 100;
/// How long a call waits for a place among those under way.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(1);

/// How patient we are with a system.
#[derive(Debug, Clone)]
pub struct CallSettings {
    /// What the system is called in our log.
    pub name: String,
    /// For the connection alone.
    pub connect: Duration,
    /// For one call with all its repeats, if the caller is not more patient.
    pub total: Duration,
    /// Calls under way at the same time; further ones wait for a place.
    pub at_once: usize,
    /// The shortest pause before a repeat.
    pub pause: Duration,
    /// The longest answer that is read, in bytes.
    pub longest_answer: usize,
    /// Whether the machine's proxy settings hold for it.
    pub by_proxy: bool,
}

/// An answer, complete.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// A header, if it is readable.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The whole seconds of `Retry-After`.
    pub fn retry_after(&self) -> Option<Duration> {
        self.header("retry-after").and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs)
    }
}

/// Why the system did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// It said no, and would say so again.
    #[error("it refused ({status}, {code}): {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// A stable name for the reason, such as `card_declined`.
        code: String,
        /// In its own words.
        message: String,
    },
    /// It may or may not have taken effect. Ask again under the same key, or look.
    #[error("its answer is not known: {0}")]
    Uncertain(String),
    /// It did nothing, and may do it later.
    #[error("it is not available: {reason}")]
    Unavailable {
        /// Why.
        reason: String,
        /// When it is worth asking again, if the other side said so.
        retry_after: Option<Duration>,
    },
}

impl CallError {
    /// It did nothing, for this reason.
    pub fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable { reason: reason.into(), retry_after: None }
    }
}

/// What an answer means.
#[derive(Debug)]
pub enum Verdict {
    /// It did as asked.
    Done,
    /// Asking again is no use.
    Final(CallError, Health),
    /// Asking again may help, at best after this pause.
    Again(CallError, Health, Option<Duration>),
}

/// The way to one system, shared by all who call it.
pub struct Caller {
    http: reqwest::Client,
    settings: CallSettings,
    ids: Arc<dyn Ids>,
    places: Semaphore,
    breaker: Breaker,
    budget: Mutex<u32>,
}

impl Caller {
    /// Prepares to call; opens no connection yet.
    ///
    /// # Errors
    /// [`CallError::Unavailable`] if no HTTP client can be built on this machine.
    pub fn new(settings: CallSettings, ids: Arc<dyn Ids>) -> Result<Self, CallError> {
        let http = client(settings.connect, settings.at_once, settings.by_proxy)?;
        let places = Semaphore::new(settings.at_once.max(1));
        Ok(Self { http, settings, ids, places, breaker: Breaker::default(), budget: Mutex::new(RETRY_BUDGET) })
    }

    /// A request to be filled in and handed to [`Caller::call`].
    pub fn request(&self, method: Method, url: &str) -> RequestBuilder {
        self.http.request(method, url)
    }

    /// Makes the request, and repeats it while that is sensible if it `may_repeat`. Answers what `judge` found done.
    ///
    /// # Errors
    /// [`CallError`], never later than the total time limit.
    pub async fn call(
        &self,
        request: RequestBuilder,
        may_repeat: bool,
        judge: impl Fn(&Answer) -> Verdict + Send + Sync,
    ) -> Result<Answer, CallError> {
        self.call_within(self.settings.total, request, may_repeat, judge).await
    }

    /// The same with another time limit.
    pub async fn call_within(
        &self,
        total: Duration,
        request: RequestBuilder,
        may_repeat: bool,
        judge: impl Fn(&Answer) -> Verdict + Send + Sync,
    ) -> Result<Answer, CallError> {
        let mut request = request.build().map_err(|error| CallError::unavailable(chain(&error)))?;
        let span = spans::of_call(&self.settings.name, &request);
        let calling = async {
            spans::announce(request.headers_mut());
            self.call_built(total, request, may_repeat, judge).await
        };
        let called = calling.instrument(span.clone()).await;
        spans::note_outcome(&span, &called);
        called
    }

    async fn call_built(
        &self,
        total: Duration,
        request: Request,
        may_repeat: bool,
        judge: impl Fn(&Answer) -> Verdict + Send + Sync,
    ) -> Result<Answer, CallError> {
        let deadline = Instant::now() + total;
        let place = timeout_at(deadline.min(Instant::now() + QUEUE_TIMEOUT), self.places.acquire()).await;
        let Ok(Ok(_place)) = place else { return Err(CallError::unavailable("too many calls are under way")) };
        self.spend(-1);
        let (mut attempt, mut in_doubt) = (0, false);
        loop {
            let (error, after) = match self.attempt(&request, deadline, &judge).await {
                Attempt::Answered(answer) => return Ok(answer),
                Attempt::Final(error) => return Err(doubted(error, in_doubt)),
                Attempt::Again(error, after) => (error, after),
            };
            in_doubt |= matches!(error, CallError::Uncertain(_));
            let pause = after.unwrap_or_else(|| self.pause(attempt));
            let hopeless = !may_repeat || attempt >= MAX_RETRIES || Instant::now() + pause >= deadline;
            if hopeless || !self.spend(10) {
                return Err(doubted(error, in_doubt));
            }
            let (name, path) = (&self.settings.name, request.url().path());
            tracing::warn!(peer = %name, path, attempt, %error, "asking {name} again: {error}");
            sleep(pause).await;
            attempt += 1;
        }
    }

    /// One attempt, as the breaker allows.
    async fn attempt(&self, request: &Request, deadline: Instant, judge: &impl Fn(&Answer) -> Verdict) -> Attempt {
        let pass = match self.breaker.pass(Instant::now().into_std()) {
            Ok(pass) => pass,
            Err(wait) => {
                let reason = "it failed too often just now".to_owned();
                return Attempt::Final(CallError::Unavailable { reason, retry_after: Some(wait) });
            }
        };
        let (attempt, health) = match timeout_at(deadline, self.send(request)).await {
            Ok(Ok(answer)) => judged(judge(&answer), answer),
            Ok(Err((attempt, health))) => (attempt, health),
            Err(_) => (Attempt::Again(CallError::Uncertain("no answer in time".into()), None), Health::TimedOut),
        };
        pass.report(Instant::now().into_std(), health, self.ids.random());
        attempt
    }

    async fn send(&self, request: &Request) -> Result<Answer, (Attempt, Health)> {
        let Some(request) = request.try_clone() else {
            return Err((Attempt::Final(CallError::unavailable("a stream cannot be sent")), Health::Well));
        };
        let mut response = self.http.execute(request).await.map_err(|error| unsent(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let lost = |reason: String| (Attempt::Again(CallError::Uncertain(reason), None), Health::Failed);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| lost(chain(&error)))? {
            if body.len() + chunk.len() > self.settings.longest_answer {
                return Err(lost("the answer is too long".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, headers, body })
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
        let least = self.settings.pause;
        let longest = Backoff::new(least * 2, least * 4).delay(attempt + 1);
        jitter(least, longest, self.ids.random())
    }
}

/// An HTTP client that trusts the compiled-in roots and follows no redirect. `idle` connections are kept per host.
///
/// # Errors
/// [`CallError::Unavailable`] if none can be built on this machine.
pub fn client(connect: Duration, idle: usize, by_proxy: bool) -> Result<reqwest::Client, CallError> {
    let unusable =
        |error: &dyn std::error::Error| CallError::unavailable(format!("cannot build the HTTP client: {error}"));
    let tls = super::tls::config().map_err(|error| unusable(&error))?;
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(redirect::Policy::none())
        .connect_timeout(connect)
        .pool_max_idle_per_host(idle)
        .user_agent(concat!("better-store/", env!("CARGO_PKG_VERSION")));
    let builder = if by_proxy { builder } else { builder.no_proxy() };
    builder.build().map_err(|error| unusable(&error))
}

/// How one attempt ended.
enum Attempt {
    Answered(Answer),
    Final(CallError),
    Again(CallError, Option<Duration>),
}

fn judged(verdict: Verdict, answer: Answer) -> (Attempt, Health) {
    match verdict {
        Verdict::Done => (Attempt::Answered(answer), Health::Well),
        Verdict::Final(error, health) => (Attempt::Final(error), health),
        Verdict::Again(error, health, after) => (Attempt::Again(error, after), health),
    }
}

/// Nothing left this machine if the connection was never made; otherwise the outcome is unknown.
fn unsent(error: &reqwest::Error) -> (Attempt, Health) {
    let health = if error.is_timeout() { Health::TimedOut } else { Health::Failed };
    let reason = chain(error);
    if error.is_connect() {
        return (Attempt::Again(CallError::unavailable(reason), None), health);
    }
    if error.is_builder() {
        return (Attempt::Final(CallError::unavailable(reason)), Health::Well);
    }
    (Attempt::Again(CallError::Uncertain(reason), None), health)
}

/// An attempt that did nothing does not undo the doubt that an earlier one left.
fn doubted(error: CallError, in_doubt: bool) -> CallError {
    match error {
        CallError::Unavailable { reason, .. } if in_doubt => CallError::Uncertain(reason),
        error => error,
    }
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
