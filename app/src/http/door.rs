//! The public door: what this process serves, behind the edge, over connections that have deadlines.
//!
//! The server is put together by hand because `HttpServer` takes sockets as they are: [`Connections`] has to see them
//! first.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Protocol};
use actix_server::{Server, ServerHandle};
use actix_service::{IntoServiceFactory as _, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::rt::net::TcpStream;
use actix_web::{App, Error, web};
use anyhow::Context as _;
use chassis::web::connections::Connections;
use chassis::web::health::Readiness;
use chassis::web::metrics::Metrics;
use chassis::web::{Edge, Methods, assets, guard, unrouted};
use customer::CustomerModule;
use utoipa_actix_web::AppExt as _;

use crate::composition::shop::Shop;
use crate::http::identity::signer;
use crate::{ops, pages};

/// More than [`Connections`] ever lets in: the server underneath would not refuse connections, but let all of them wait.
const NO_CONNECTION_LIMIT: usize = 1 << 20;

/// What is behind the door.
#[derive(Clone)]
pub(crate) struct Inside {
    shop: Arc<Shop>,
    edge: Edge,
    readiness: Readiness,
    metrics: Option<Metrics>,
    description: Arc<str>,
    methods: Methods,
}

impl Inside {
    pub(crate) fn new(
        shop: &Arc<Shop>,
        edge: &Edge,
        readiness: &Readiness,
        metrics: Option<Metrics>,
    ) -> anyhow::Result<Self> {
        let description = ops::openapi::document()?;
        let methods = Methods::of(&serde_json::from_str(&description)?);
        let (shop, edge, readiness) = (Arc::clone(shop), edge.clone(), readiness.clone());
        Ok(Self { shop, edge, readiness, metrics, description: description.into(), methods })
    }

    fn app(
        &self,
    ) -> App<
        impl ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<impl MessageBody + use<>>,
            Error = Error,
            InitError = (),
        > + use<>,
    > {
        let shop = &self.shop;
        let (app, _) =
            App::new().into_utoipa_app().configure(|config| shop.modules.register_api(config)).split_for_parts();
        let mut app = app
            .configure(ops::of_contexts(shop.operations.clone()))
            .configure(|config| shop.modules.register_pages(config))
            .configure(assets::routes)
            .configure(self.readiness.routes());
        if let Some(peers) = &shop.peers {
            app = app
                .configure(ops::of_shop(peers.clone()))
                .configure(ops::openapi::routes(&self.description))
                .configure(ops::asyncapi::routes)
                .configure(pages::routes(&shop.settings, peers.clone()));
        }
        if let (Some(customer), Some(signer)) = (shop.modules.get::<CustomerModule>(), signer(shop)) {
            app = app.configure(customer.identity(signer));
        }
        if let Some(metrics) = &self.metrics {
            app = app.configure(metrics.routes());
        }
        if let Some(sandbox) = &shop.sandbox {
            app = app.configure(sandbox.routes()).configure(sandbox.pages());
        }
        app.app_data(web::Data::new(self.edge.clone()))
            .app_data(web::Data::new(self.methods.clone()))
            .default_service(web::to(unrouted))
            .wrap(from_fn(guard))
            .wrap(Compress::default())
    }
}

/// Opens the door at `listen`; answers where it is.
pub(crate) fn open(
    listen: &str,
    inside: Inside,
    connections: &Connections,
    drain: Duration,
) -> anyhow::Result<(SocketAddr, ServerHandle)> {
    let listener = TcpListener::bind(listen).with_context(|| format!("cannot listen at {listen}"))?;
    let address = listener.local_addr()?;
    let (workers, connections) = (inside.shop.settings.process.workers, connections.clone());
    let server = Server::build().workers(workers).disable_signals().shutdown_timeout(drain.as_secs());
    let server = server.max_concurrent_connections(NO_CONNECTION_LIMIT).listen("shop", listener, move || {
        let app = inside.app().into_factory().map_err(|error: Error| error.error_response());
        let http = HttpService::build()
            .keep_alive(Duration::from_secs(15))
            .client_request_timeout(Duration::from_secs(10))
            .client_disconnect_timeout(Duration::from_secs(5))
            .local_addr(address)
            .on_connect_ext(Connections::attach_connection)
            .finish(map_config(app, |()| AppConfig::default()));
        let connections = connections.clone();
        let admit = fn_service(move |stream: TcpStream| {
            let admitted = connections.admit(stream);
            async move {
                let full = || DispatchError::Io(std::io::ErrorKind::ConnectionRefused.into());
                let stream = admitted.ok_or_else(full)?;
                let peer = stream.peer();
                Ok::<_, DispatchError>((stream, Protocol::Http1, peer))
            }
        });
        admit.and_then(http)
    })?;
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    Ok((address, handle))
}
