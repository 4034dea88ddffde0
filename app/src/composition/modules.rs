//! The contexts that this process holds.

use anyhow::Context as _;
use catalogue::CatalogueModule;
use chassis::Platform;
use chassis::messaging::{AuditSink, Job, Subscription};
use customer::CustomerModule;
use fulfilment::FulfilmentModule;
use order::OrderModule;
use reports::ReportsModule;
use serde_json::Value;
use shared_kernel::{Limit, StoreError};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::composition::setup::ModuleConfigs;
use crate::config::parts::Part;
use crate::peers::DashboardCount;

/// The contexts of this process. The whole shop holds all of them.
#[derive(Default)]
pub struct Modules {
    /// What the shop offers.
    pub catalogue: Option<CatalogueModule>,
    /// Carts, orders, payments.
    pub order: Option<OrderModule>,
    /// Stock and parcels.
    pub fulfilment: Option<FulfilmentModule>,
    /// Sales figures.
    pub reports: Option<ReportsModule>,
    /// Accounts.
    pub customer: Option<CustomerModule>,
}

/// Beyond this nobody counts: it is simply a lot.
const MAX_COUNT: Limit = Limit::MAX;

impl Modules {
    /// Brings the tables of each context up to date for which there is a platform, and puts it together.
    ///
    /// # Errors
    /// When a database cannot be used.
    pub async fn start(given: &ModuleConfigs, platform: impl Fn(Part) -> Option<Platform>) -> anyhow::Result<Self> {
        let mut modules = Self::default();
        if let Some(platform) = platform(Part::Catalogue) {
            modules.catalogue = Some(CatalogueModule::start(platform).await.context("catalogue")?);
        }
        if let Some(platform) = platform(Part::Order) {
            let (database, site, clock) = (platform.database.clone(), platform.site.clone(), platform.clock.clone());
            modules.order = Some(OrderModule::start(given.order.clone(), platform).await.context("order")?);
            database.keep_currency(site.currency, OrderModule::CURRENCY_IN_USE, clock.now()).await?;
        }
        if let Some(platform) = platform(Part::Fulfilment) {
            let settings = given.fulfilment.clone();
            modules.fulfilment = Some(FulfilmentModule::start(settings, platform).await.context("fulfilment")?);
        }
        if let Some(platform) = platform(Part::Reports) {
            modules.reports = Some(ReportsModule::start(given.reports.clone(), platform).await.context("reports")?);
        }
        if let Some(platform) = platform(Part::Customer) {
            modules.customer = Some(CustomerModule::start(given.customer.clone(), platform).await.context("customer")?);
        }
        Ok(modules)
    }

    /// The JSON API of all of them.
    pub fn api(&self) -> impl FnOnce(&mut ServiceConfig) + Clone + use<> {
        let catalogue = self.catalogue.as_ref().map(CatalogueModule::api);
        let order = self.order.as_ref().map(OrderModule::api);
        let fulfilment = self.fulfilment.as_ref().map(FulfilmentModule::api);
        let reports = self.reports.as_ref().map(ReportsModule::api);
        let customer = self.customer.as_ref().map(CustomerModule::api);
        move |config| {
            register(config, catalogue);
            register(config, order);
            register(config, fulfilment);
            register(config, reports);
            register(config, customer);
        }
    }

    /// The pages of all of them.
    pub fn pages(&self) -> impl FnOnce(&mut actix_web::web::ServiceConfig) + Clone + use<> {
        let catalogue = self.catalogue.as_ref().map(CatalogueModule::pages);
        let order = self.order.as_ref().map(OrderModule::pages);
        let fulfilment = self.fulfilment.as_ref().map(FulfilmentModule::pages);
        let reports = self.reports.as_ref().map(ReportsModule::pages);
        let customer = self.customer.as_ref().map(CustomerModule::pages);
        move |config| {
            register(config, catalogue);
            register(config, order);
            register(config, fulfilment);
            register(config, reports);
            register(config, customer);
        }
    }

    /// What a context listens to, and its timers.
    pub fn lists(&self, context: Part) -> (Vec<Subscription>, Vec<Job>) {
        let lists = match context {
            Part::Catalogue => self.catalogue.as_ref().map(|it| (it.subscriptions(), it.jobs())),
            Part::Order => self.order.as_ref().map(|it| (it.subscriptions(), it.jobs())),
            Part::Fulfilment => self.fulfilment.as_ref().map(|it| (it.subscriptions(), it.jobs())),
            Part::Reports => self.reports.as_ref().map(|it| (it.subscriptions(), it.jobs())),
            Part::Customer => self.customer.as_ref().map(|it| (it.subscriptions(), it.jobs())),
            Part::Edge | Part::Sandbox => None,
        };
        lists.unwrap_or_default()
    }

    /// What waits for staff in a context.
    ///
    /// # Errors
    /// The store's.
    pub async fn to_do(&self, context: Part) -> Result<Vec<DashboardCount>, StoreError> {
        match (context, &self.fulfilment, &self.order) {
            (Part::Fulfilment, Some(fulfilment), _) => {
                Ok(vec![figure("to send", fulfilment.to_send(MAX_COUNT).await?, "/admin/shipping-orders", false)])
            }
            (Part::Order, _, Some(order)) => {
                let orders = order.use_cases().list_orders.needing_attention(None, MAX_COUNT).await;
                let orders = orders.map_err(StoreError::unavailable)?.items.len();
                Ok(vec![figure("orders need attention", orders, "/admin/orders", orders > 0)])
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Every record of the contexts that are here.
    ///
    /// # Errors
    /// The first store's that fails.
    pub async fn audit(&self, to: &AuditSink) -> Result<(), StoreError> {
        if let Some(catalogue) = &self.catalogue {
            send(catalogue.audit().await?, to).await;
        }
        if let Some(order) = &self.order {
            order.audit(to).await?;
        }
        if let Some(fulfilment) = &self.fulfilment {
            send(fulfilment.audit().await?, to).await;
        }
        if let Some(reports) = &self.reports {
            send(reports.audit().await?, to).await;
        }
        if let Some(customer) = &self.customer {
            send(customer.audit().await?, to).await;
        }
        Ok(())
    }
}

/// Sends them, unless nobody reads any more.
pub async fn send(records: Vec<Value>, to: &AuditSink) {
    for record in records {
        if to.send(record).await.is_err() {
            return;
        }
    }
}

fn register<C>(config: &mut C, list: Option<impl FnOnce(&mut C)>) {
    if let Some(list) = list {
        list(config);
    }
}

fn figure(label: &str, found: usize, link: &str, alarming: bool) -> DashboardCount {
    let more = if found < MAX_COUNT.get() as usize { "" } else { " or more" };
    DashboardCount { label: label.to_owned(), count: format!("{found}{more}"), link: link.to_owned(), alarming }
}

/// A command about a context that another process holds.
///
/// # Errors
/// If it is not here.
pub fn require_module<T>(module: Option<&T>, part: Part) -> anyhow::Result<&T> {
    let name = part.name();
    module.with_context(|| format!("{name} is not in this process: give the command where STORE_CONTEXTS names {name}"))
}
