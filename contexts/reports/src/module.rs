//! Puts the context together and hands the app its lists.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use chassis::Platform;
use chassis::messaging::{Job, Recorder, Subscription};
use chassis::sql::{Database, Migration};
use serde_json::Value;
use shared_kernel::{Currency, StoreError};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::adapters::inbound::events::{
    ERASURE_FACTS, FORGET_REASONS, ForgetReasons, KEEP_PRODUCTS, KeepProducts, ORDER_FACTS, PRODUCT_FACTS,
    RECORD_SALES, RecordSales,
};
use crate::adapters::inbound::params::ReportQuery;
use crate::adapters::inbound::{api, pages};
use crate::adapters::outbound::sql::{self, MIGRATIONS, RebuildArticles, RebuildSales, SqlBooks};
use crate::application::{
    KeepProduct, ListRefunds, RecordFact, ReportContext, ShowMonthlySales, ShowSalesByCategory, ShowSalesByCountry,
    ShowSalesOverTime, ShowTopProducts,
};
use crate::domain::{FinancialYear, ShopCalendar};

/// How many orders are written at once: they share their commits, so a backlog is worked off faster.
const LANES: usize = 64;
/// How soon it is noticed that books that were being built again are whole.
const REBUILD_POLL_INTERVAL: Duration = Duration::from_secs(2);

/// What an operator may set. Currency and time zone are facts about the shop and come with the platform.
#[derive(Debug, Clone, Default)]
pub struct ReportsSettings {
    /// When the financial year begins; usually in January.
    pub financial_year: FinancialYear,
}

/// The use cases that answer questions, for pages and API.
#[derive(Clone)]
pub struct ReportQueries {
    pub(crate) reading: ReportContext,
    pub(crate) monthly: Arc<ShowMonthlySales>,
    pub(crate) over_time: Arc<ShowSalesOverTime>,
    pub(crate) products: Arc<ShowTopProducts>,
    pub(crate) categories: Arc<ShowSalesByCategory>,
    pub(crate) countries: Arc<ShowSalesByCountry>,
    pub(crate) refunds: Arc<ListRefunds>,
}

impl ReportQueries {
    /// Answers from this reading.
    pub fn new(reading: ReportContext) -> Self {
        Self {
            monthly: Arc::new(ShowMonthlySales::new(reading.clone())),
            over_time: Arc::new(ShowSalesOverTime::new(reading.clone())),
            products: Arc::new(ShowTopProducts::new(reading.clone())),
            categories: Arc::new(ShowSalesByCategory::new(reading.clone())),
            countries: Arc::new(ShowSalesByCountry::new(reading.clone())),
            refunds: Arc::new(ListRefunds::new(reading.clone())),
            reading,
        }
    }

    /// The currency that was meant.
    pub(crate) fn currency(&self, question: &ReportQuery) -> Currency {
        question.asked.currency.unwrap_or(self.reading.currency)
    }
}

/// The context in a running shop.
pub struct ReportsModule {
    books: SqlBooks,
    record: Arc<RecordFact>,
    keep: Arc<KeepProduct>,
    questions: ReportQueries,
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
        let ledger = Arc::new(books.clone());
        let reading = ReportContext {
            reports: Arc::clone(&ledger) as _,
            over_time: Arc::clone(&ledger) as _,
            financial_year: settings.financial_year,
            calendar: calendar.clone(),
            clock: platform.clock,
            currency: platform.site.currency,
        };
        Ok(Self {
            record: Arc::new(RecordFact::new(Arc::clone(&ledger) as _, calendar)),
            keep: Arc::new(KeepProduct::new(ledger)),
            questions: ReportQueries::new(reading),
            books,
        })
    }

    /// `/api/reports/v1`, seen by `OpenAPI`.
    pub fn api(&self) -> impl FnOnce(&mut ServiceConfig) + Clone + use<> {
        let questions = self.questions.clone();
        move |cfg: &mut ServiceConfig| api::configure(cfg, questions)
    }

    /// `/admin/reports` and what is below it.
    pub fn pages(&self) -> impl FnOnce(&mut web::ServiceConfig) + Clone + use<> {
        let questions = self.questions.clone();
        move |cfg: &mut web::ServiceConfig| pages::configure(cfg, questions)
    }

    /// What the books hear: facts about orders, and about products. Both can be rebuilt from the archive.
    pub fn subscriptions(&self) -> Vec<Subscription> {
        let sales = Arc::new(RecordSales(Arc::clone(&self.record)));
        let products = Arc::new(KeepProducts(Arc::clone(&self.keep)));
        vec![
            Subscription::to(RECORD_SALES, ORDER_FACTS, sales).lanes(LANES).rebuildable(Arc::new(RebuildSales)),
            Subscription::to(FORGET_REASONS, ERASURE_FACTS, Arc::new(ForgetReasons(Arc::new(self.books.clone())))),
            Subscription::to(KEEP_PRODUCTS, PRODUCT_FACTS, products).rebuildable(Arc::new(RebuildArticles)),
        ]
    }

    /// Says when books that are being built again are whole again.
    pub fn jobs(&self) -> Vec<Job> {
        let books = self.books.clone();
        vec![Job::every("finish-rebuild", REBUILD_POLL_INTERVAL, move || {
            let books = books.clone();
            Box::pin(async move { books.finish_rebuild().await })
        })]
    }

    /// Why the books have to be built again by replaying [`Self::BOOKS`], if they do: they were kept in another time zone or
    /// by an earlier version's rules.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    pub async fn outdated(&self) -> Result<Option<String>, StoreError> {
        self.books.outdated().await
    }

    /// Every sale and every refund in the books, one JSON object each.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    pub async fn audit(&self) -> Result<Vec<Value>, StoreError> {
        self.books.audit().await
    }

    /// The same of books that nobody keeps, such as those in a backup.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit_of(database: &Database) -> Result<Vec<Value>, StoreError> {
        sql::audit(database).await
    }
}
