//! Puts the context together and hands the app its lists.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use chassis::Platform;
use chassis::messaging::{Job, PublishedEvent, Recorder, Subscription};
use chassis::sql::{Database, Migration};
use serde_json::Value;
use shared_kernel::StoreError;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::adapters::inbound::consumers::catalogue::{KEEP_PRODUCTS, KeepProducts, PRODUCT_FACTS};
use crate::adapters::inbound::consumers::order::{
    ERASURE_FACTS, FORGET_REASONS, ForgetReasons, ORDER_FACTS, RECORD_SALES, RecordSales,
};
use crate::adapters::inbound::{api, pages};
use crate::adapters::outbound::sql::{self, MIGRATIONS, RebuildArticles, RebuildSales, SqlBooks};
use crate::application::{Ports, ReportContext, UseCases};
use crate::domain::ShopCalendar;
use crate::settings::ReportsSettings;

/// How many orders are written at once: they share their commits, so a backlog is worked off faster.
const MAX_LANES: usize = 64;
/// How soon it is noticed that books that were being built again are whole.
const REBUILD_POLL_INTERVAL: Duration = Duration::from_secs(2);

/// The context in a running shop.
pub struct ReportsModule {
    books: SqlBooks,
    ports: Ports,
    use_cases: UseCases,
}

impl ReportsModule {
    /// The consumer that keeps the books, for replays.
    pub const BOOKS: &str = "reports/record-sales";

    /// The steps that make the context's tables.
    pub const MIGRATIONS: &[Migration] = MIGRATIONS;

    /// Brings the tables up to date and puts the context together.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be used, or the shop's time zone is unknown.
    pub async fn start(settings: ReportsSettings, platform: Platform) -> Result<Self, StoreError> {
        platform.database.migrate("reports", MIGRATIONS).await?;
        let calendar = ShopCalendar::of(&platform.site.time_zone).map_err(StoreError::unavailable)?;
        let recorder = Recorder::new("reports", Arc::clone(&platform.clock), Arc::clone(&platform.ids));
        let books = SqlBooks::new(platform.database, recorder, calendar.zone());
        let tables = Arc::new(books.clone());
        let ports = Ports { ledger: Arc::clone(&tables) as _, reports: Arc::clone(&tables) as _, over_time: tables };
        let context = ReportContext {
            financial_year: settings.financial_year,
            calendar,
            clock: platform.clock,
            currency: platform.site.currency,
        };
        Ok(Self { books, use_cases: UseCases::new(&ports, context), ports })
    }

    /// Why the books have to be built again by replaying [`Self::BOOKS`], if they do: they were kept in another time zone or
    /// by an earlier version's rules.
    pub async fn outdated(&self) -> Result<Option<String>, StoreError> {
        self.books.outdated().await
    }

    /// Every sale and every refund in the books, one JSON object each.
    pub async fn audit(&self) -> Result<Vec<Value>, StoreError> {
        self.books.audit().await
    }

    /// The same for a database that is not in use, such as one in a backup.
    pub async fn audit_of(database: &Database) -> Result<Vec<Value>, StoreError> {
        sql::audit(database).await
    }
}

#[async_trait::async_trait]
impl chassis::ContextModule for ReportsModule {
    fn register_api(&self, config: &mut ServiceConfig<'_>) {
        api::routes::configure(config, &self.use_cases);
    }

    /// `/admin/reports` and what is below it.
    fn register_pages(&self, config: &mut web::ServiceConfig) {
        pages::routes::configure(config, &self.use_cases);
    }

    /// What the books hear: facts about orders, and about products. Both can be rebuilt from the archive.
    fn subscriptions(&self) -> Vec<Subscription> {
        let sales = Arc::new(RecordSales(Arc::clone(&self.use_cases.record_fact)));
        let products = Arc::new(KeepProducts(Arc::clone(&self.ports.ledger)));
        let forget = ForgetReasons(Arc::clone(&self.ports.ledger));
        vec![
            Subscription::to(RECORD_SALES, ORDER_FACTS, sales).lanes(MAX_LANES).rebuildable(Arc::new(RebuildSales)),
            Subscription::to(FORGET_REASONS, ERASURE_FACTS, Arc::new(forget)),
            Subscription::to(KEEP_PRODUCTS, PRODUCT_FACTS, products).rebuildable(Arc::new(RebuildArticles)),
        ]
    }

    fn published_events(&self) -> &'static [PublishedEvent] {
        &[]
    }

    /// Says when books that are being built again are whole again.
    fn jobs(&self) -> Vec<Job> {
        let books = self.books.clone();
        vec![Job::every("finish-rebuild", REBUILD_POLL_INTERVAL, move || {
            let books = books.clone();
            Box::pin(async move { books.finish_rebuild().await })
        })]
    }

    async fn write_audit(&self, to: &chassis::messaging::AuditSink) -> Result<(), StoreError> {
        chassis::messaging::send_records(self.audit().await?, to).await;
        Ok(())
    }
}
