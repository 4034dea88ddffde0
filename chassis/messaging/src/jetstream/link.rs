//! One context's connection to the broker: made in the background, made again whenever it is lost.
//!
//! The client library mends lost connections itself, but gives up for good when it is once refused (a password that is
//! being changed, a server that comes up without its users). A connection that has ended is therefore replaced here.

use std::future::Future;
use std::time::Duration;

use async_nats::connection::State;
use async_nats::jetstream::context::ContextBuilder;
use async_nats::{ConnectOptions, Event, ServerAddr, jetstream};
use percent_encoding::percent_decode_str;
use shared_kernel::Backoff;
use tokio::sync::{Mutex, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Access, JetStreamError};

/// How long to wait for an answer of the broker. A cluster without a leader does not answer; it is asked again.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(2);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Between attempts to connect; the first is made at once.
const RECONNECT_BACKOFF: Backoff = Backoff::new(Duration::from_millis(10), Duration::from_secs(1));
/// How long to wait for a connection that is being made; after that the caller tries again.
const CONNECT_GRACE: Duration = Duration::from_millis(500);

/// A context's connection.
pub(super) struct Link {
    context: &'static str,
    access: Access,
    current: Mutex<Option<Connection>>,
    /// Counts how often a connection was lost.
    losses: watch::Sender<u64>,
}

#[derive(Clone)]
struct Connection {
    client: async_nats::Client,
    bus: jetstream::Context,
    /// Cancelled once the library has given up.
    ended: CancellationToken,
}

impl Link {
    pub(super) fn new(context: &'static str, access: Access) -> Self {
        Self { context, access, current: Mutex::default(), losses: watch::Sender::new(0) }
    }

    /// The broker, if the connection stands, or does so in a moment.
    pub(super) async fn bus(&self) -> Result<jetstream::Context, JetStreamError> {
        let connection = self.connection().await?;
        let since = Instant::now();
        while connection.client.connection_state() != State::Connected {
            if connection.ended.is_cancelled() || since.elapsed() > CONNECT_GRACE {
                return Err("there is no connection to the broker".into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(connection.bus)
    }

    /// Ends when the connection is lost: answers that were on their way then will not come any more.
    pub(super) fn lost(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut losses = self.losses.subscribe();
        async move {
            let _link_is_gone = losses.changed().await;
        }
    }

    /// Sends what was handed over but not yet sent, as a last act: acknowledgements save a repeat.
    pub(super) async fn flush(&self) {
        let connection = self.current.lock().await.clone();
        if let Some(connection) = connection.filter(|held| held.client.connection_state() == State::Connected) {
            let _best_effort = tokio::time::timeout(CONNECT_GRACE, connection.client.flush()).await;
        }
    }

    async fn connection(&self) -> Result<Connection, JetStreamError> {
        let mut current = self.current.lock().await;
        if let Some(connection) = current.as_ref().filter(|connection| !connection.ended.is_cancelled()) {
            return Ok(connection.clone());
        }
        Ok(current.insert(self.connect().await?).clone())
    }

    async fn connect(&self) -> Result<Connection, JetStreamError> {
        let ended = CancellationToken::new();
        let (context, losses, guard) = (self.context, self.losses.clone(), ended.clone().drop_guard());
        let mut options = ConnectOptions::new()
            .name(format!("better-store {context}"))
            .custom_inbox_prefix(format!("_INBOX_{context}"))
            .retry_on_initial_connect()
            .connection_timeout(CONNECT_TIMEOUT)
            .request_timeout(Some(REQUEST_TIMEOUT))
            .reconnect_delay_callback(pause)
            .event_callback(move |event| {
                let _dropped_with_the_last_event = &guard;
                report(context, &event);
                if matches!(event, Event::Disconnected | Event::Closed) {
                    losses.send_modify(|times| *times += 1);
                }
                std::future::ready(())
            });
        if let Some(file) = &self.access.credentials {
            options = options.credentials_file(file).await?;
        }
        let servers = self.access.servers()?;
        if let Some(named) = servers.iter().find(|server| server.has_user_pass()) {
            let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
            let user = decoded(named.username().unwrap_or_default());
            options = match named.password() {
                Some(password) => options.user_and_password(user, decoded(password)),
                None => options.token(user),
            };
        }
        let servers = servers.into_iter().map(without_user).collect::<Result<Vec<_>, _>>()?;
        let client = options.connect(servers.as_slice()).await?;
        let bus = ContextBuilder::new().timeout(REQUEST_TIMEOUT).build(client.clone());
        Ok(Connection { client, bus, ended })
    }
}

fn pause(attempts: usize) -> Duration {
    match u32::try_from(attempts).unwrap_or(u32::MAX) {
        0 | 1 => Duration::ZERO,
        failures => RECONNECT_BACKOFF.delay(failures),
    }
}

/// The library would print it in its own log.
fn without_user(server: ServerAddr) -> std::io::Result<ServerAddr> {
    let mut url = server.into_inner();
    let _no_host = (url.set_username(""), url.set_password(None));
    ServerAddr::from_url(url)
}

fn report(context: &'static str, event: &Event) {
    let connected = |up: f64| metrics::gauge!("store_broker_connected", "context" => context).set(up);
    match event {
        Event::Connected => {
            connected(1.0);
            tracing::info!(context, "connected to the broker");
        }
        Event::Disconnected => {
            connected(0.0);
            tracing::warn!(context, "the connection to the broker is lost");
        }
        Event::SlowConsumer(_) | Event::ServerError(_) => tracing::warn!(context, "the broker says: {event}"),
        Event::ClientError(_) | Event::LameDuckMode | Event::Draining | Event::Closed => {
            tracing::debug!(context, "the connection to the broker: {event}");
        }
    }
}
