//! The built-in payment provider: a Stripe-compatible sandbox, so that a shop without a Stripe account can be tried, shown
//! and tested with real requests, real webhooks and real declines, and without money.
//!
//! Reading order: [`domain`] (the state machine of a payment, test cards, refunds), [`store`] (a command is one
//! transaction: objects, events and the answer under its idempotency key), [`intents`], [`charges`], [`refunds`],
//! [`disputes`], [`checkout`], [`events`] (the endpoints under `/sandbox/v1`), [`card_page`] (the hosted page `/pay/..`), [`webhooks`] and
//! [`settling`] (what happens by itself).
//!
//! It is a stranger to the shop: it shares no table and no type with the order context, which talks to it over HTTP as
//! it would to Stripe. It keeps no card data but brand and last four digits. It plays what the shop uses (payment
//! intents, refunds, charges, checkout sessions, events) and refuses parameters that it does not play.

mod call;
mod card_page;
mod charges;
mod checkout;
mod disputes;
mod domain;
mod errors;
mod events;
mod expand;
mod failures;
mod form;
mod idempotency;
mod intents;
mod listing;
mod objects;
mod refunds;
mod settling;
mod store;
mod webhooks;

#[cfg(test)]
mod at_once_tests;
#[cfg(test)]
mod disputes_tests;
#[cfg(test)]
mod library_tests;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::{HttpRequest, HttpResponse, web};
use chassis::params;
use chassis::sql::{Database, Migration, Row};
use secrecy::SecretString;
use serde_json::{Value, json};
use shared_kernel::{Clock, Ids, StoreError, Timestamp};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use self::domain::attempt::Charge;
use self::domain::dispute::Dispute;
use self::domain::intent::Intent;
use self::domain::object_id;
use self::domain::refund::Refund;
use self::errors::ApiError;
use self::failures::{Failure, Failures};
use self::idempotency::{Given, InFlight, Keyed};
use self::objects::Origin;
use self::store::{Command, Scene, Store, record};
use self::webhooks::{HttpPost, Sender};

/// The event types that the shop's webhook is posted unless it is told otherwise.
pub const WEBHOOK_EVENTS: [&str; 16] = [
    "payment_intent.requires_action",
    "payment_intent.processing",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
    "checkout.session.completed",
    "checkout.session.expired",
];

/// How the sandbox is set up.
#[derive(Debug, Clone)]
pub struct SandboxSettings {
    /// What the shop shows as its secret key.
    pub secret_key: SecretString,
    /// What webhooks are signed with.
    pub webhook_secret: SecretString,
    /// Where webhooks are posted; nowhere if `None`.
    pub webhook_url: Option<String>,
    /// Which event types are posted; `*` means all.
    pub webhook_events: Vec<String>,
    /// Where the shop, and so the hosted page, is found by browsers; without a slash at the end.
    pub base_url: String,
    /// How long slow payments and refunds are under way.
    pub slow: Duration,
    /// The first pause after a webhook that did not arrive.
    pub retry_base: Duration,
}

impl SandboxSettings {
    /// The usual settings.
    #[must_use]
    pub fn new(
        secret_key: SecretString,
        webhook_secret: SecretString,
        webhook_url: Option<String>,
        base_url: &str,
    ) -> Self {
        Self {
            secret_key,
            webhook_secret,
            webhook_url,
            webhook_events: WEBHOOK_EVENTS.map(str::to_owned).to_vec(),
            base_url: base_url.trim_end_matches('/').to_owned(),
            slow: Duration::from_secs(5),
            retry_base: Duration::from_secs(2),
        }
    }
}

/// What all parts of the sandbox share.
struct Core {
    store: Store,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    settings: SandboxSettings,
    base_url: Arc<str>,
    subscribed: Arc<[String]>,
    in_flight: InFlight,
    failures: Failures,
    woken: Notify,
}

impl Core {
    async fn execute(
        &self,
        origin: Origin,
        keyed: Option<Keyed>,
        command: Arc<dyn Command>,
    ) -> Result<Given, StoreError> {
        self.execute_failing(origin, keyed, command, None).await
    }

    async fn execute_failing(
        &self,
        origin: Origin,
        keyed: Option<Keyed>,
        command: Arc<dyn Command>,
        failure: Option<Failure>,
    ) -> Result<Given, StoreError> {
        let scene = Scene {
            now: self.clock.now(),
            ids: Arc::clone(&self.ids),
            origin,
            subscribed: Arc::clone(&self.subscribed),
            slow: self.settings.slow,
            base_url: Arc::clone(&self.base_url),
        };
        let given = self.store.execute(scene, keyed, command, failure).await;
        self.woken.notify_one();
        given
    }
}

/// The payment sandbox. Cheap to clone.
#[derive(Clone)]
pub struct Sandbox {
    core: Arc<Core>,
}

impl Sandbox {
    /// The steps that make its tables.
    pub const MIGRATIONS: &[Migration] = store::MIGRATIONS;

    /// Opens the sandbox on a database of its own.
    ///
    /// # Errors
    /// The database's.
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
                .configure(failures::routes)
                .default_service(web::to(unrecognised));
            config.service(scope);
        }
    }

    /// The hosted card page under `/pay`: for the public listener, behind the edge.
    pub fn pages(&self) -> impl FnOnce(&mut web::ServiceConfig) + Clone + use<> {
        card_page::routes(web::Data::from(Arc::clone(&self.core)))
    }

    /// Posts webhooks, and lets slow payments, refunds and sessions come to their end, until it is told to stop.
    ///
    /// # Errors
    /// At once, when no HTTP client can be made.
    pub fn run_sender(&self, stop: CancellationToken) -> Result<impl Future<Output = ()> + Send + use<>, StoreError> {
        let sender = Sender::new(Arc::clone(&self.core), Arc::new(HttpPost::new()?));
        Ok(sender.run(stop))
    }

    /// Waits for what is being written and closes the ledger.
    ///
    /// # Errors
    /// The store's.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.core.store.database().close().await
    }

    /// Every intent, charge, refund and dispute, and every webhook that has not arrived, one JSON object each.
    ///
    /// # Errors
    /// The database's.
    pub async fn audit(&self) -> Result<Vec<Value>, StoreError> {
        Self::audit_of(self.core.store.database()).await
    }

    /// The same of a sandbox that is not open, such as one in a backup.
    ///
    /// # Errors
    /// The database's.
    pub async fn audit_of(database: &Database) -> Result<Vec<Value>, StoreError> {
        let mut all = Vec::new();
        all.extend(
            every(database, "SELECT id, record FROM intent WHERE id > $1 ORDER BY id LIMIT 1000", audited_intent)
                .await?,
        );
        all.extend(
            every(database, "SELECT id, record FROM charge WHERE id > $1 ORDER BY id LIMIT 1000", audited_charge)
                .await?,
        );
        all.extend(
            every(database, "SELECT id, record FROM refund WHERE id > $1 ORDER BY id LIMIT 1000", audited_refund)
                .await?,
        );
        all.extend(
            every(database, "SELECT id, record FROM dispute WHERE id > $1 ORDER BY id LIMIT 1000", audited_dispute)
                .await?,
        );
        let waiting = "SELECT d.event AS id, e.type AS type, d.attempts AS attempts, d.problem AS problem
            FROM webhook_delivery d JOIN webhook_event e ON e.id = d.event WHERE d.event > $1 ORDER BY d.event LIMIT 1000";
        all.extend(every(database, waiting, audited_webhook).await?);
        Ok(all)
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

/// Reads a whole table, a thousand rows at a time; `sql` takes the last id seen.
async fn every(
    database: &Database,
    sql: &'static str,
    audited: fn(&Row) -> Result<Value, StoreError>,
) -> Result<Vec<Value>, StoreError> {
    let (mut all, mut last) = (Vec::new(), String::new());
    loop {
        let after = last.clone();
        let page = database.read(move |tx| {
            let after = after.clone();
            Box::pin(async move {
                let rows = tx.fetch(sql, params![after]).await?;
                let page = rows.iter().map(|row| Ok((row.get::<String>("id")?, audited(row)?)));
                page.collect::<Result<Vec<(String, Value)>, StoreError>>()
            })
        });
        let page = page.await?;
        let Some((id, _)) = page.last() else { return Ok(all) };
        last.clone_from(id);
        all.extend(page.into_iter().map(|(_, value)| value));
    }
}

fn moment(time: Timestamp) -> String {
    time.to_string()
}

fn audited_intent(row: &Row) -> Result<Value, StoreError> {
    let intent: Intent = record(row)?;
    let amount = intent.amount();
    let (received, left) = intent.captured().map_or((0, 0), |captured| (amount.minor(), captured.left));
    Ok(json!({
        "context": "sandbox", "kind": "intent", "id": intent.id(), "status": intent.status(), "amount": amount.minor(),
        "currency": amount.currency(), "received": received, "refunded": received - left,
        "metadata": intent.details().metadata, "latest_charge": intent.latest_charge(), "created_at": moment(intent.created()),
    }))
}

fn audited_charge(row: &Row) -> Result<Value, StoreError> {
    let charge: Charge = record(row)?;
    Ok(json!({
        "context": "sandbox", "kind": "charge", "id": charge.id, "payment_intent": charge.intent, "amount": charge.amount.minor(),
        "currency": charge.amount.currency(), "status": if charge.declined.is_none() { "succeeded" } else { "failed" },
        "created_at": moment(charge.created),
    }))
}

fn audited_refund(row: &Row) -> Result<Value, StoreError> {
    let refund: Refund = record(row)?;
    Ok(json!({
        "context": "sandbox", "kind": "refund", "id": refund.id(), "payment_intent": refund.intent(), "charge": refund.charge(),
        "amount": refund.amount().minor(), "currency": refund.amount().currency(), "status": refund.status().name(),
        "metadata": refund.metadata(), "created_at": moment(refund.created()),
    }))
}

fn audited_dispute(row: &Row) -> Result<Value, StoreError> {
    let dispute: Dispute = record(row)?;
    Ok(json!({
        "context": "sandbox", "kind": "dispute", "id": dispute.id, "payment_intent": dispute.intent, "charge": dispute.charge,
        "amount": dispute.amount.minor(), "currency": dispute.amount.currency(), "status": dispute.status.name(),
        "created_at": moment(dispute.created),
    }))
}

fn audited_webhook(row: &Row) -> Result<Value, StoreError> {
    let (id, kind): (String, String) = (row.get("id")?, row.get("type")?);
    let (attempts, problem): (i64, Option<String>) = (row.get("attempts")?, row.get("problem")?);
    Ok(json!({
        "context": "sandbox", "kind": "webhook", "id": id, "type": kind, "attempts": attempts, "problem": problem,
    }))
}
