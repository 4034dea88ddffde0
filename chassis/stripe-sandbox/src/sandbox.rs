//! The sandbox as the composition root sees it: opened on a database, its routes, its page, its sender of webhooks.

use std::future::Future;
use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::{HttpRequest, HttpResponse, web};
use chassis_sql::{Database, Migration};
use serde_json::Value;
use shared_kernel::{Clock, Ids, StoreError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::audit::audit;
use crate::core::Core;
use crate::domain::object_id;
use crate::errors::ApiError;
use crate::failures::Failures;
use crate::idempotency::InFlight;
use crate::settings::SandboxSettings;
use crate::store::{self, Store};
use crate::webhooks::{HttpEventTransport, Sender};
use crate::{card_page, charges, checkout, disputes, events, intents, objects, refunds, test_helpers};

/// The payment sandbox. Cheap to clone.
#[derive(Clone)]
pub struct Sandbox {
    pub(crate) core: Arc<Core>,
}

impl Sandbox {
    /// The steps that make its tables.
    pub const MIGRATIONS: &[Migration] = store::MIGRATIONS;

    /// Opens the sandbox on a database of its own.
    pub async fn start(
        database: Database,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        settings: SandboxSettings,
    ) -> Result<Self, StoreError> {
        let store = Store::open(database).await?;
        let listening = settings.webhook_url.is_some();
        let subscribed = if listening { settings.webhook_events.clone() } else { Vec::new() };
        let core = Core {
            store,
            clock,
            ids,
            base_url: settings.base_url.as_str().into(),
            subscribed: subscribed.into(),
            settings,
            in_flight: InFlight::default(),
            failures: Failures::default(),
            woken: Notify::new(),
        };
        Ok(Self { core: Arc::new(core) })
    }

    /// Stripe's API under `/sandbox/v1`: for the private listener, and for the public one.
    pub fn routes(&self) -> impl FnOnce(&mut web::ServiceConfig) + Clone + use<> {
        let core = web::Data::from(Arc::clone(&self.core));
        move |config| {
            let scope = web::scope("/sandbox/v1")
                .wrap(from_fn(echo))
                .app_data(core)
                .configure(intents::routes)
                .configure(charges::routes)
                .configure(refunds::routes)
                .configure(disputes::routes)
                .configure(checkout::routes)
                .configure(events::routes)
                .configure(test_helpers::routes)
                .default_service(web::to(unrecognised));
            config.service(scope);
        }
    }

    /// The hosted card page under `/pay`: for the public listener, behind the edge.
    pub fn pages(&self) -> impl FnOnce(&mut web::ServiceConfig) + Clone + use<> {
        card_page::routes(web::Data::from(Arc::clone(&self.core)))
    }

    /// Posts webhooks, and completes slow payments, refunds and sessions, until `stop`.
    ///
    /// # Errors
    /// At once, when no HTTP client can be made.
    pub fn run_sender(&self, stop: CancellationToken) -> Result<impl Future<Output = ()> + Send + use<>, StoreError> {
        let sender = Sender::new(Arc::clone(&self.core), Arc::new(HttpEventTransport::new()?));
        Ok(sender.run(stop))
    }

    /// Waits for what is being written and closes the ledger.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.core.store.database().close().await
    }

    /// Every intent, charge, refund and dispute, and every webhook that has not arrived, one JSON object each.
    pub async fn audit(&self) -> Result<Vec<Value>, StoreError> {
        audit(self.core.store.database()).await
    }

    /// The same of a sandbox that is not open, such as one in a backup.
    pub async fn audit_of(database: &Database) -> Result<Vec<Value>, StoreError> {
        audit(database).await
    }
}

/// Names the request, and repeats what the caller has said of it, on every answer.
async fn echo(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let headers = request.headers();
    let (key, version) = (headers.get("idempotency-key").cloned(), headers.get("stripe-version").cloned());
    let id = request.app_data::<web::Data<Core>>().map(|core| object_id("req", core.ids.uuid()));
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    let version = version.unwrap_or_else(|| HeaderValue::from_static(objects::API_VERSION));
    headers.insert(HeaderName::from_static("stripe-version"), version);
    if let Some(key) = key {
        headers.insert(HeaderName::from_static("idempotency-key"), key);
    }
    let unnamed = !headers.contains_key("request-id");
    if let Some(Ok(id)) = id.filter(|_| unnamed).map(|id| HeaderValue::from_str(&id)) {
        headers.insert(HeaderName::from_static("request-id"), id);
    }
    Ok(response)
}

async fn unrecognised(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Err(ApiError::unrecognised(request.method().as_str(), request.path()))
}
