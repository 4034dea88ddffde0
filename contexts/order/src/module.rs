//! The context put together: what the app starts, serves, drives and asks.

use std::sync::Arc;
use std::time::Duration;

use chassis::messaging::{
    AuditSink, Job, Lease, PublishedEvent, Recorder, RetryPolicy, SqlMessages, Subscription, Worker,
};
use chassis::sql::{Database, Migration};
use chassis::{Platform, SystemClock, SystemIds};
use shared_kernel::{Clock, ConsumerName, Currency, Ids, Money, StoreError};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::adapters::inbound::consumers::catalogue::{PRODUCT_CHANGED, PRODUCT_WITHDRAWN, PriceListFeed};
use crate::adapters::inbound::consumers::customer::{CUSTOMER_ERASED, CUSTOMER_REGISTERED, CustomerFeed};
use crate::adapters::inbound::consumers::fulfilment::{ABOUT_ORDERS, FulfilmentFeed, STOCK_CHANGED, StockHintFeed};
use crate::adapters::inbound::{api, import, jobs, pages, tasks};
use crate::adapters::outbound::mail::MailReceiptSender;
use crate::adapters::outbound::publish::PUBLISHED;
use crate::adapters::outbound::sql::{
    CURRENCY_IN_USE, MIGRATIONS, OrderChangeNotifier, RebuildPriceList, RebuildStockHints, SqlCartStore, SqlOrderStore,
    SqlPriceList, SqlRestoration, SqlWebhookInbox, audit,
};
use crate::adapters::stripe::{StripeGateway, WebhookConsumer, charge_limits, configure_webhook, livemode_of};
use crate::application::tasks::PAYMENT_EVENTS;
use crate::application::{
    CatchUpError, CatchUpSummary, CheckoutPolicy, ImportSummary, Policy, Ports, PricingConfig, ReconcileSummary,
    UseCases,
};
use crate::ports::{CardPage, PaymentGateway, ProviderEventLog, ReceiptSender, WebhookInbox};
use crate::settings::OrderSettings;

/// Keeps the local price list.
pub(crate) const PRICE_LIST: ConsumerName = ConsumerName::new("price-list");
/// Keeps the local stock hints.
pub(crate) const STOCK_HINTS: ConsumerName = ConsumerName::new("stock-hints");
/// Takes in what fulfilment does with orders.
pub(crate) const FOLLOW_FULFILMENT: ConsumerName = ConsumerName::new("follow-fulfilment");
/// Knows which accounts there are, and forgets erased ones.
pub(crate) const FOLLOW_CUSTOMERS: ConsumerName = ConsumerName::new("follow-customers");

/// How long a buyer who comes back from the card page is kept waiting for the provider's word.
const PAYMENT_WAIT: Duration = Duration::from_secs(5);

/// How many orders may be worked on at once by one consumer.
const LANES: usize = 64;

/// The external services that orders need. `start` builds the real ones; tests pass their own to `start_with`.
#[derive(Clone)]
pub struct ExternalServices {
    /// Collects and returns money.
    pub gateway: Arc<dyn PaymentGateway>,
    /// Remembers what has happened to money.
    pub events: Arc<dyn ProviderEventLog>,
    /// Where cards are typed in.
    pub card_page: Arc<dyn CardPage>,
    /// Sends receipts.
    pub receipts: Arc<dyn ReceiptSender>,
}

/// The order context, running.
#[derive(Clone)]
pub struct OrderModule {
    use_cases: UseCases,
    webhook_inbox: Arc<dyn WebhookInbox>,
    settings: OrderSettings,
    platform: Platform,
}

impl OrderModule {
    /// The steps that make the context's tables.
    pub const MIGRATIONS: &[Migration] = MIGRATIONS;

    /// The facts that it states to others.
    pub const PUBLISHED: &[PublishedEvent] = PUBLISHED;

    /// Selects the currency in which a shop has sold so far: that of most prices, or of the newest order. Nothing in a new
    /// shop.
    pub const CURRENCY_IN_USE: &str = CURRENCY_IN_USE;

    /// Makes or updates the context's tables and puts it together, with the real payment provider and mailer.
    ///
    /// # Errors
    /// [`StoreError`] if the tables cannot be made, or no HTTP client can be built on this machine.
    pub async fn start(settings: OrderSettings, platform: Platform) -> Result<Self, StoreError> {
        let gateway = StripeGateway::new(&settings.stripe, &platform.site, Arc::clone(&platform.ids));
        let gateway = Arc::new(gateway.map_err(StoreError::unavailable)?);
        let receipts = MailReceiptSender::new(Arc::clone(&platform.mailer), platform.site.clone());
        let card_page = Arc::clone(&gateway) as Arc<dyn CardPage>;
        let events = Arc::clone(&gateway) as Arc<dyn ProviderEventLog>;
        let services = ExternalServices { gateway, events, card_page, receipts: Arc::new(receipts) };
        Self::start_with(settings, platform, services).await
    }

    /// The same with other external services.
    ///
    /// # Errors
    /// [`StoreError`] if the tables cannot be made.
    pub async fn start_with(
        settings: OrderSettings,
        platform: Platform,
        services: ExternalServices,
    ) -> Result<Self, StoreError> {
        let policy = policy(&settings, &platform)?;
        platform.database.migrate("order", MIGRATIONS).await?;
        let ports = ports(&settings, &platform, services);
        let (use_cases, webhook_inbox) = (UseCases::new(&ports, policy), ports.webhook_inbox);
        Ok(Self { use_cases, webhook_inbox, settings, platform })
    }

    /// The use cases, for pages of the app that join contexts.
    pub const fn use_cases(&self) -> &UseCases {
        &self.use_cases
    }

    /// What has to be done before anything else when the database was restored from a backup: takes in, as if they were
    /// webhooks of today, all events that the payment provider remembers since, and compares what is open. `None` if the
    /// database was not restored, or all this was done. One process does it while others wait.
    ///
    /// # Errors
    /// [`CatchUpError`]; nobody may act on what we believe then.
    pub async fn catch_up(&self) -> Result<Option<CatchUpSummary>, CatchUpError> {
        let Platform { database, clock, ids, .. } = &self.platform;
        let turn = Lease::new("catch-up", database, clock, ids.as_ref());
        while self.use_cases.catch_up.is_due().await? {
            if turn.is_held().await {
                let caught = run_while_leased(&turn, self.catch_up_alone()).await;
                turn.release().await;
                return caught;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        Ok(None)
    }

    async fn catch_up_alone(&self) -> Result<Option<CatchUpSummary>, CatchUpError> {
        let Platform { database, clock, ids, .. } = &self.platform;
        let caught = self.use_cases.catch_up.execute().await?;
        let messages = Arc::new(SqlMessages::new(database.clone(), Arc::clone(clock)));
        let worker = Worker::new(messages, self.payment_events(), Arc::clone(clock), Arc::clone(ids));
        worker.drain().await?;
        self.use_cases.reconcile_payments.all().await?;
        self.use_cases.catch_up.finish().await?;
        Ok(caught)
    }

    fn payment_events(&self) -> Subscription {
        let (record, check) = (self.use_cases.record_payment.clone(), self.use_cases.check_payment.clone());
        let live = livemode_of(&self.settings.stripe.secret_key);
        let feed = Arc::new(WebhookConsumer::new(record, check, live));
        Subscription::task(PAYMENT_EVENTS, feed).retry(RetryPolicy::money()).lanes(LANES)
    }

    /// Sends every order with its money, as JSON, for orders that nobody works on, such as those in a backup.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit_of(database: &Database, to: &AuditSink) -> Result<(), StoreError> {
        let (clock, ids): (Arc<dyn Clock>, Arc<dyn Ids>) = (Arc::new(SystemClock), Arc::new(SystemIds));
        let recorder = Recorder::new("order", Arc::clone(&clock), ids);
        let orders =
            SqlOrderStore::new(database.clone(), recorder, clock, String::new(), OrderChangeNotifier::default());
        audit(&orders, to).await
    }

    /// Takes over orders of another shop, from a file of JSON lines; see [`ImportOrders`].
    ///
    /// [`ImportOrders`]: crate::application::ImportOrders
    ///
    /// # Errors
    /// The store's.
    pub async fn import_orders(&self, file: &[u8], skip_invalid: bool) -> Result<ImportSummary, StoreError> {
        let (orders, refused) = import::read(file);
        self.use_cases.import_orders.execute(orders, refused, skip_invalid).await
    }

    /// Compares with the provider, now: every order with an open payment or refund, and all with money of the last weeks.
    ///
    /// # Errors
    /// The store's.
    pub async fn reconcile(&self) -> Result<ReconcileSummary, StoreError> {
        self.use_cases.reconcile_payments.all().await
    }
}

/// Works while the lease is kept.
async fn run_while_leased<T>(turn: &Lease, work: impl Future<Output = T>) -> T {
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = turn.renew_for(Duration::from_secs(3)) => {}
        }
    }
}

fn ports(settings: &OrderSettings, platform: &Platform, services: ExternalServices) -> Ports {
    let Platform { database, clock, ids, .. } = platform;
    let recorder = Recorder::new("order", Arc::clone(clock), Arc::clone(ids));
    let changes = OrderChangeNotifier::default();
    let orders = Arc::new(SqlOrderStore::new(
        database.clone(),
        recorder.clone(),
        Arc::clone(clock),
        settings.number_prefix.clone(),
        changes.clone(),
    ));
    Ports {
        carts: Arc::new(SqlCartStore::new(database.clone())),
        prices: Arc::new(SqlPriceList::new(database.clone(), recorder.clone())),
        orders: orders.clone(),
        placement: orders.clone(),
        import: orders.clone(),
        personal_data: orders.clone(),
        history: orders.clone(),
        money: orders,
        webhook_inbox: Arc::new(SqlWebhookInbox::new(database.clone(), recorder)),
        changes: Arc::new(changes),
        restoration: Arc::new(SqlRestoration::new(database.clone())),
        gateway: services.gateway,
        provider_events: services.events,
        card_page: services.card_page,
        receipts: services.receipts,
        clock: Arc::clone(clock),
        ids: Arc::clone(ids),
    }
}

/// The shop's currency is one that the payment provider does not take.
#[derive(Debug, thiserror::Error)]
#[error(
    "the payment provider does not take {0}: see https://docs.stripe.com/currencies and set another STORE_CURRENCY"
)]
struct CurrencyNotTaken(Currency);

fn policy(settings: &OrderSettings, platform: &Platform) -> Result<Policy, StoreError> {
    let site = &platform.site;
    let delivery = Money::new(settings.shipping_flat_minor, site.currency);
    let limits = charge_limits(site.currency);
    let limits = limits.ok_or_else(|| StoreError::unavailable(CurrencyNotTaken(site.currency)))?;
    Ok(Policy {
        pricing: PricingConfig { currency: site.currency, tax: site.tax, delivery, limits },
        checkout: CheckoutPolicy {
            payment_window: settings.payment_window,
            open_at_most: settings.open_orders,
            pieces_at_most: settings.open_pieces,
        },
        placement_wait: settings.placement_wait,
        payment_wait: PAYMENT_WAIT,
        reconcile_reach: settings.reconcile_reach,
        number_prefix: settings.number_prefix.clone(),
    })
}

#[async_trait::async_trait]
impl chassis::ContextModule for OrderModule {
    /// The JSON API, `/api/order/v1`, and the payment provider's webhook.
    fn register_api(&self, config: &mut ServiceConfig<'_>) {
        api::routes::configure(&self.use_cases, &self.platform.site, config);
        let (inbox, secrets) = (Arc::clone(&self.webhook_inbox), self.settings.stripe.webhook_secrets.clone());
        configure_webhook(inbox, secrets, Arc::clone(&self.platform.clock))(config);
    }

    /// The pages: cart, checkout, payment, orders, and the orders of the back office.
    fn register_pages(&self, config: &mut actix_web::web::ServiceConfig) {
        pages::routes::configure(&self.use_cases, &self.platform.site, Arc::clone(&self.platform.ids), config);
    }

    /// Everything that this context listens to: facts of others, the payment provider, and its own tasks.
    fn subscriptions(&self) -> Vec<Subscription> {
        let with = &self.use_cases;
        let prices = Arc::new(PriceListFeed::new(with.keep_prices.clone()));
        let hints = Arc::new(StockHintFeed::new(with.keep_prices.clone()));
        let follow = Arc::new(FulfilmentFeed::new(with.answer_stock.clone(), with.follow_fulfilment.clone()));
        let customers = Arc::new(CustomerFeed::new(with.forget_customer.clone()));
        let mut all = vec![
            Subscription::to(PRICE_LIST, &[PRODUCT_CHANGED, PRODUCT_WITHDRAWN], prices)
                .in_background()
                .rebuildable(Arc::new(RebuildPriceList)),
            Subscription::to(STOCK_HINTS, &[STOCK_CHANGED], hints).rebuildable(Arc::new(RebuildStockHints)),
            Subscription::to(FOLLOW_FULFILMENT, ABOUT_ORDERS, follow).lanes(LANES),
            Subscription::to(FOLLOW_CUSTOMERS, &[CUSTOMER_REGISTERED, CUSTOMER_ERASED], customers),
            chassis::mail::forget::subscription(Arc::clone(&self.platform.mailer)),
            self.payment_events(),
        ];
        all.extend(tasks::subscriptions(with));
        all
    }

    fn published_events(&self) -> &'static [PublishedEvent] {
        Self::PUBLISHED
    }

    /// Timers.
    fn jobs(&self) -> Vec<Job> {
        jobs::jobs(&self.use_cases, &self.settings)
    }

    async fn write_audit(&self, to: &AuditSink) -> Result<(), StoreError> {
        Self::audit_of(&self.platform.database, to).await
    }

    async fn open_work(&self) -> Result<Vec<chassis::OpenWork>, StoreError> {
        let found = self.use_cases.list_orders.needing_attention(None, shared_kernel::Limit::MAX).await;
        let count = found.map_err(StoreError::unavailable)?.items.len();
        let (label, link) = ("orders need attention", "/admin/orders");
        Ok(vec![chassis::OpenWork { label, count, link, is_urgent: count > 0 }])
    }
}
