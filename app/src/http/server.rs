//! The doors: the public one for browsers and programs, and where orders and the payment sandbox live together a private
//! one between them. Behind each is served what the process holds.
//!
//! The private door opens first and closes last and has a worker of its own, so that a crowd at the public door cannot
//! keep payments waiting.

use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer};
use anyhow::Context as _;
use chassis::ContextModule as _;
use chassis::web::connections::{ConnectionSettings, Connections};
use chassis::web::health::Readiness;
use chassis::web::limits::LimitSettings;
use chassis::web::metrics::{Metrics, MetricsAccess};
use chassis::web::{Edge, EdgeSettings};
use customer::CustomerModule;
use order::OrderModule;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use utoipa_actix_web::AppExt as _;

use crate::cli::control;
use crate::composition::process;
use crate::composition::shop::Shop;
use crate::config::settings::Settings;
use crate::http::door::{self, Inside};
use crate::http::identity::{authentication, signer};
use crate::http::limits;
use crate::seed::demo;

/// Requests get this long to end when the shop closes, and what runs behind them this long again.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(12);

/// How long a closing door waits for a request that may be under way over a kept-alive connection.
const IDLE_CLOSE_GRACE: Duration = Duration::from_secs(1);

/// A shop that is open.
pub struct Running {
    /// Where the public door is.
    pub address: std::net::SocketAddr,
    /// The shop.
    pub shop: Arc<Shop>,
    edge: Edge,
    connections: Connections,
    public: ServerHandle,
    private: Option<ServerHandle>,
    readiness: Readiness,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// Opens the shop, serves until `stop`, and closes it in order.
///
/// # Errors
/// When the shop cannot be opened.
pub async fn run(settings: Settings, stop: CancellationToken) -> anyhow::Result<()> {
    let running = open(settings).await?;
    stop.cancelled().await;
    running.close().await;
    Ok(())
}

/// Opens the shop and both doors.
///
/// # Errors
/// When the folder is in use, a database cannot be opened or an address is taken.
pub async fn open(settings: Settings) -> anyhow::Result<Running> {
    // A taken address is reported before a new shop is seeded, whose logins are printed only once. The door itself
    // opens when the shop behind it is ready.
    let free = std::net::TcpListener::bind(&settings.process.listen);
    drop(free.with_context(|| format!("cannot listen at {}", settings.process.listen))?);
    let descriptors = process::raise_descriptor_limit()?;
    let shop = Arc::new(Shop::open(settings).await?);
    chassis::telemetry::share_key(&shop.secrets.csrf_key);
    demo::seed_demo(&shop).await.context("the demo data")?;
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let edge = edge(&shop);
    let private = open_private_listener(&shop)?;
    let readiness = readiness(&shop);
    let metrics = Metrics::install(metrics_access(&shop)).ok();
    shop.start(&tasks, &stop).await?;
    let controls = control::serve(control::listen(&shop.settings.process.data_dir)?, Arc::clone(&shop), stop.clone());
    tasks.spawn(async move {
        if let Err(error) = controls.await {
            tracing::error!("the control socket failed: {error:#}");
        }
    });
    let connections = connections(&shop, descriptors);
    let inside = Inside::new(&shop, &edge, &readiness, metrics)?;
    let (address, public) = door::open(&shop.settings.process.listen, inside, &connections, DRAIN_TIMEOUT)?;
    let (name, parts) = (&shop.settings.site.name, &shop.settings.process.parts);
    tracing::info!(shop.parts = %parts, "{name} is open at http://{address} with {parts}");
    Ok(Running { address, shop, edge, connections, public, private, readiness, tasks, stop })
}

impl Running {
    /// Closes the doors, lets what runs come to an end, and closes the databases.
    pub async fn close(self) {
        self.readiness.drain();
        self.edge.drain();
        self.connections.drain(IDLE_CLOSE_GRACE);
        self.public.stop(true).await;
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(DRAIN_TIMEOUT, self.tasks.wait()).await.is_err() {
            tracing::warn!("some work did not end in time; it will be taken up again at the next start");
        }
        if let Some(private) = &self.private {
            private.stop(true).await;
        }
        self.shop.close().await;
        tracing::info!("closed");
    }
}

fn edge(shop: &Shop) -> Edge {
    let settings = &shop.settings;
    let edge = EdgeSettings {
        site_name: settings.site.name.clone(),
        base_url: settings.site.base_url.clone(),
        csrf_key: shop.secrets.csrf_key,
        form_targets: settings
            .payments
            .stripe_secret_key
            .iter()
            .map(|_| "https://checkout.stripe.com".to_owned())
            .collect(),
        trusted_proxies: settings.http.trusted_proxies.clone(),
        refuse_untrusted_proxies: settings.http.refuse_untrusted_proxies,
        limits: LimitSettings {
            exempt_loopback: !settings.http.limit_loopback,
            rules: limits::rules(),
            ..LimitSettings::default()
        },
        large_bodies: limits::large_bodies(),
        security: shop.security.clone(),
        recorded: limits::recorded(),
        max_in_flight: settings.http.requests_at_once,
        never_shed: limits::signed_routes(shop),
        cart_count_cookie: Some(order::CART_COUNT_COOKIE),
        cookies_of_session: vec![order::CART_COOKIE, order::CART_COUNT_COOKIE],
        unseen: signer(shop).iter().map(|_| CustomerModule::IDENTITY).collect(),
        ..EdgeSettings::default()
    };
    Edge::new(edge, authentication(shop), Arc::clone(&shop.ids))
}

fn connections(shop: &Shop, descriptors: u64) -> Connections {
    Connections::new(ConnectionSettings {
        most: process::connections_within(descriptors),
        exempt_loopback: !shop.settings.http.limit_loopback,
        trusted_proxies: shop.settings.http.trusted_proxies.clone(),
        ..ConnectionSettings::default()
    })
}

/// A shop with a public address serves its metrics only with the token.
fn metrics_access(shop: &Shop) -> MetricsAccess {
    let url = shop.settings.site.base_url.parse::<actix_web::http::Uri>().ok();
    let host = url.as_ref().and_then(|url| url.host()).unwrap_or_default();
    let here = ["localhost", "127.0.0.1", "[::1]"].contains(&host);
    match &shop.settings.http.metrics_token {
        Some(token) => MetricsAccess::Token(token.clone()),
        None if here => MetricsAccess::ThisMachine,
        None => MetricsAccess::Closed,
    }
}

fn readiness(shop: &Arc<Shop>) -> Readiness {
    let readiness = Readiness::default();
    for (context, database) in shop.databases() {
        let database = database.clone();
        readiness.register(context.name(), move || {
            let database = database.clone();
            Box::pin(async move {
                let written = database.probe().await;
                written.map_err(|error| error.to_string())
            })
        });
    }
    let folder = shop.settings.process.data_dir.clone();
    readiness.register("files", move || {
        let folder = folder.clone();
        Box::pin(async move {
            let written = tokio::task::spawn_blocking(move || process::try_to_write(&folder)).await;
            written.map_err(|error| error.to_string())?.map_err(|error| format!("{error:#}"))
        })
    });
    readiness
}

/// Behind it there is no edge: requests carry the sandbox's secret key, or are signed.
fn open_private_listener(shop: &Arc<Shop>) -> anyhow::Result<Option<ServerHandle>> {
    let Some(listener) = shop.take_private_listener() else { return Ok(None) };
    let served = Arc::clone(shop);
    let server = HttpServer::new(move || {
        let mut app = App::new();
        if let Some(order) = served.modules.get::<OrderModule>() {
            app = app.into_utoipa_app().configure(|config| order.register_api(config)).split_for_parts().0;
        }
        if let Some(sandbox) = &served.sandbox {
            app = app.configure(sandbox.routes());
        }
        app
    });
    let server = server.workers(1).disable_signals().shutdown_timeout(2).listen(listener)?.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    Ok(Some(handle))
}

#[cfg(test)]
mod tests;
