//! Posts events to the shop, signed and retried as Stripe does it: each until it is answered with 2xx, for three days,
//! with growing pauses, in no promised order.
//!
//! What has to be posted is a row written with the event, so nothing is lost by a crash; an event that was posted but not
//! yet ticked off then comes twice, which Stripe's receivers have to bear anyway. Of several processes on one database one
//! posts, the one that holds the lease. This file only carries: what is in an event was settled when it was written.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chassis_messaging::Lease;
use chassis_sql::params;
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::ExposeSecret as _;
use sha2::Sha256;
use shared_kernel::{Backoff, StoreError, Timestamp, jitter};
use tokio_util::sync::CancellationToken;

use crate::core::{CLOCK_SKEW, Core};

/// How many events are on their way at once.
const MAX_CONCURRENT_DELIVERIES: usize = 32;
/// How often the sender looks without being woken. Other processes that write events do not wake this one.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
const SHARED_POLL_INTERVAL: Duration = Duration::from_millis(200);
/// Old things are forgotten about once a minute.
const POLLS_PER_CLEANUP: u64 = 120;
/// After this the shop is given up on; the event can still be listed.
const RETRY_WINDOW: Duration = Duration::from_hours(72);
const MAX_BACKOFF: Duration = Duration::from_hours(1);

/// The value of `Stripe-Signature`: HMAC-SHA256 over time, dot and body, in hexadecimal.
pub(crate) fn signature(secret: &str, now: Timestamp, body: &str) -> String {
    let time = now.micros().div_euclid(1_000_000);
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(format!("{time}.{body}").as_bytes());
    format!("t={time},v1={}", hex::encode(mac.finalize().into_bytes()))
}

/// When to try again after `attempts` failures: twice as late each time, never more than an hour, spread by up to a
/// fifth (`random`). `None` after three days.
pub(crate) fn next_try(
    attempts: u32,
    since: Timestamp,
    now: Timestamp,
    base: Duration,
    random: u64,
) -> Option<Timestamp> {
    let pause = Backoff::new(base, MAX_BACKOFF).delay(attempts);
    let next = now.plus(jitter(pause, pause * 6 / 5, random));
    (next.since(since) <= RETRY_WINDOW).then_some(next)
}

/// Carries one event over the wire.
#[async_trait]
pub(crate) trait EventTransport: Send + Sync {
    /// Posts `body`, which was signed with `signature`. `Ok` only for an answer with 2xx.
    async fn post(&self, url: &str, signature: String, body: String) -> Result<(), String>;
}

/// The real wire.
pub(crate) struct HttpEventTransport(reqwest::Client);

impl HttpEventTransport {
    /// A client with short time-outs that follows no redirects and uses no proxy.
    ///
    /// # Errors
    /// When the platform has no usable TLS.
    pub(crate) fn new() -> Result<Self, StoreError> {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // An error means that a provider is installed already, which serves as well.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(2))
            .timeout(Duration::from_secs(10))
            .build();
        client.map(Self).map_err(StoreError::unavailable)
    }
}

#[async_trait]
impl EventTransport for HttpEventTransport {
    async fn post(&self, url: &str, signature: String, body: String) -> Result<(), String> {
        let request = self.0.post(url).header("stripe-signature", signature).header("content-type", "application/json");
        let answer = request.body(body).send().await.map_err(|error| error.without_url().to_string())?;
        if answer.status().is_success() { Ok(()) } else { Err(format!("answered {}", answer.status())) }
    }
}

/// An event that has not arrived yet.
#[derive(Clone)]
struct Due {
    event: String,
    since: Timestamp,
    attempts: u32,
    body: String,
}

/// The background half of the sandbox.
pub(crate) struct Sender {
    core: Arc<Core>,
    post: Arc<dyn EventTransport>,
    turn: Lease,
}

impl Sender {
    /// Sends over `post`.
    pub(crate) fn new(core: Arc<Core>, post: Arc<dyn EventTransport>) -> Self {
        let turn = Lease::new("webhooks", core.store.database(), &core.clock, core.ids.as_ref());
        Self { core, post, turn }
    }

    /// Sends, settles and deletes events until `stop`.
    pub(crate) async fn run(self, stop: CancellationToken) {
        tokio::join!(self.deliver(&stop), self.clean_up(&stop));
        self.turn.release().await;
    }

    async fn clean_up(&self, stop: &CancellationToken) {
        let mut look = 0_u64;
        loop {
            if self.turn.is_held().await {
                if let Err(error) = self.core.settle().await {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, "the sandbox could not settle what is due");
                }
                if look.is_multiple_of(POLLS_PER_CLEANUP) {
                    self.tidy().await;
                }
                look = look.wrapping_add(1);
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(POLL_INTERVAL) => {}
            }
        }
    }

    async fn tidy(&self) {
        loop {
            match self.core.forget().await {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "the sandbox could not forget what is old"
                    );
                    return;
                }
            }
        }
    }

    async fn deliver(&self, stop: &CancellationToken) {
        let Some(url) = self.core.settings.webhook_url.clone() else { return };
        let mut on_their_way: FuturesUnordered<BoxFuture<'_, String>> = FuturesUnordered::new();
        let mut taken: HashSet<String> = HashSet::new();
        let look = if self.core.store.database().shared() { SHARED_POLL_INTERVAL } else { POLL_INTERVAL };
        loop {
            if taken.len() <= MAX_CONCURRENT_DELIVERIES / 2 && self.turn.is_held().await {
                for due in self.due(taken.len()).await {
                    if taken.len() < MAX_CONCURRENT_DELIVERIES && taken.insert(due.event.clone()) {
                        on_their_way.push(Box::pin(self.deliver_and_record(&url, due)));
                    }
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                Some(event) = on_their_way.next() => { taken.remove(&event); }
                () = self.core.woken.notified() => {}
                () = tokio::time::sleep(look) => {}
            }
        }
    }

    /// The oldest events that are due, as many as could be new to us.
    async fn due(&self, taken: usize) -> Vec<Due> {
        let now = self.core.clock.now();
        let limit = i64::try_from(MAX_CONCURRENT_DELIVERIES + taken).unwrap_or(i64::MAX);
        // What happened in the future happened before the clock was set back, and is not waited for until it has caught up.
        let future = now.plus(CLOCK_SKEW);
        let sql =
            "SELECT d.event, d.since, d.attempts, e.body FROM webhook_delivery d JOIN webhook_event e ON e.id = d.event
            WHERE d.due <= $1 OR d.since > $3 ORDER BY d.due, d.event LIMIT $2";
        let rows = self.core.store.database().read(move |tx| {
            Box::pin(async move {
                let rows = tx.fetch(sql, params![now, limit, future]).await?;
                let due = rows.iter().map(|row| {
                    let (event, since) = (row.get("event")?, row.get("since")?);
                    Ok(Due { event, since, attempts: row.get("attempts")?, body: row.get("body")? })
                });
                due.collect::<Result<Vec<Due>, StoreError>>()
            })
        });
        rows.await.unwrap_or_else(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "the sandbox could not read its webhooks");
            Vec::new()
        })
    }

    /// Posts one event and notes how it went; answers its id.
    async fn deliver_and_record(&self, url: &str, due: Due) -> String {
        let signature = signature(self.core.settings.webhook_secret.expose_secret(), self.core.clock.now(), &due.body);
        let sent = self.post.post(url, signature, due.body.clone()).await;
        let event = due.event.clone();
        let noted = match sent {
            Ok(()) => self.arrived(due).await,
            Err(problem) => self.failed(due, problem).await,
        };
        if let Err(error) = noted {
            tracing::error!(error = &error as &dyn std::error::Error, webhook.event = %event, "webhook {event} will come again");
        }
        event
    }

    async fn arrived(&self, due: Due) -> Result<(), StoreError> {
        let ticked_off = self.core.store.database().write(move |tx| {
            let event = due.event.clone();
            Box::pin(async move { tx.execute("DELETE FROM webhook_delivery WHERE event = $1", params![event]).await })
        });
        ticked_off.await.map(|_| ())
    }

    async fn failed(&self, due: Due, problem: String) -> Result<(), StoreError> {
        let attempts = due.attempts.saturating_add(1);
        let (now, random) = (self.core.clock.now(), self.core.ids.random());
        let event = &due.event;
        let Some(next) = next_try(attempts, due.since, now, self.core.settings.retry_base, random) else {
            tracing::warn!(webhook.event = %event, attempts, "webhook {event} was given up after three days: {problem}");
            return self.arrived(due).await;
        };
        tracing::debug!(webhook.event = %event, attempts, "webhook {event} did not arrive: {problem}");
        let noted = self.core.store.database().write(move |tx| {
            let (event, problem) = (due.event.clone(), problem.clone());
            let sql = "UPDATE webhook_delivery SET attempts = $2, due = $3, problem = $4, since = $5 WHERE event = $1";
            let since = due.since.min(now);
            Box::pin(async move { tx.execute(sql, params![event, attempts, next, problem, since]).await })
        });
        noted.await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Timestamp {
        Timestamp::parse("2026-11-22T12:00:00Z").unwrap()
    }

    #[test]
    fn the_signature_is_stripes() {
        let signed = signature("whsec_test", noon(), "{\"id\":\"evt_1\"}");
        assert_eq!(signed, "t=1795348800,v1=2d3ed5e5f75ddfe0360f3191e0347ae30fa5b2c018800ae37e6741ff79643ccd");
        assert_ne!(signed, signature("whsec_other", noon(), "{\"id\":\"evt_1\"}"));
        assert_ne!(signed, signature("whsec_test", noon(), "{\"id\":\"evt_2\"}"));
    }

    #[test]
    fn pauses_double_up_to_an_hour_and_end_after_three_days() {
        let base = Duration::from_secs(2);
        let pause = |attempts| next_try(attempts, noon(), noon(), base, 0).map(|next| next.since(noon()).as_secs());
        assert_eq!((pause(1), pause(2), pause(5), pause(40)), (Some(2), Some(4), Some(32), Some(3_600)));
        assert_eq!(next_try(1, noon(), noon(), base, 400_000).unwrap().since(noon()), Duration::from_millis(2_400));
        let late = noon().plus(RETRY_WINDOW);
        assert_eq!(next_try(80, noon(), late, base, 0), None);
    }
}
