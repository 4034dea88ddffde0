//! Puts the context together and hands the app its four lists. Decides nothing.

use std::sync::Arc;

use chassis::Platform;
use chassis::messaging::{Job, PublishedEvent, Recorder, RetryPolicy, Subscription};
use chassis::sql::{Database, Migration};
use shared_kernel::{Limit, Sku, StoreError};

use crate::adapters::inbound::consumers::catalogue::{
    COUNT_EVENTS, COUNT_STOCK, CountStock, KEEP_PRODUCTS, KeepProducts, PRODUCT_EVENTS,
};
use crate::adapters::inbound::consumers::order::{
    ERASURE_EVENTS, FOLLOW_ORDERS, FORGET_BUYERS, FollowOrders, ForgetBuyers, MONEY_EVENTS, NOTE_REFUNDS, NoteRefunds,
    ORDER_EVENTS,
};
use crate::adapters::inbound::jobs::jobs;
use crate::adapters::inbound::tasks::MailFiles;
use crate::adapters::inbound::{api, pages};
use crate::adapters::outbound::mail::MailedFiles;
use crate::adapters::outbound::publish::{DELIVER_DIGITAL, PUBLISHED};
use crate::adapters::outbound::sql::{
    self, MIGRATIONS, SqlDigitalFiles, SqlProductBook, SqlRefundBook, SqlStockBook, SqlWarehouse, SqlWorkList,
};
use crate::application::{Ports, PutDigitalFileError, UpdateError, UseCases};
use crate::domain::digital::FileError;
use crate::domain::{Count, PersonsCount, Reference, StockItem};
use crate::settings::FulfilmentSettings;

/// The context, ready to be run.
#[derive(Clone)]
pub struct FulfilmentModule {
    settings: FulfilmentSettings,
    platform: Platform,
    ports: Ports,
    products: Arc<SqlProductBook>,
    use_cases: UseCases,
}

impl FulfilmentModule {
    /// The steps that make the context's tables.
    pub const MIGRATIONS: &[Migration] = MIGRATIONS;

    /// The facts that it states to others.
    pub const PUBLISHED: &[PublishedEvent] = PUBLISHED;

    /// Paths (as prefixes) that take larger bodies than others, in bytes; the edge has to let them in.
    pub const LARGE_BODIES: &[(&str, u64)] =
        &[("/api/fulfilment/v1/digital-files/", 21 * 1024 * 1024), ("/admin/digital-files", 21 * 1024 * 1024)];

    /// Brings the context's tables up to date and puts its parts together. Starts nothing.
    pub async fn start(settings: FulfilmentSettings, platform: Platform) -> Result<Self, StoreError> {
        platform.database.migrate("fulfilment", MIGRATIONS).await?;
        let products = Arc::new(SqlProductBook::new(platform.database.clone(), recorder(&platform)));
        let ports = ports(&platform, Arc::clone(&products));
        let use_cases = UseCases::new(&ports, &settings);
        Ok(Self { settings, platform, ports, products, use_cases })
    }

    /// Shelves with the sums of their movements, movements, reservations and shipping orders, one object each.
    pub async fn audit(&self) -> Result<Vec<serde_json::Value>, StoreError> {
        sql::audit(&self.platform.database).await
    }

    /// How many shipping orders wait to be sent; counts no further than `limit`.
    pub async fn to_send(&self, limit: Limit) -> Result<usize, StoreError> {
        self.use_cases.shipping_orders.count_pending(limit).await
    }

    /// Keeps a file that is sold, for the demo.
    ///
    /// # Errors
    /// [`PutDigitalFileError`] if it is not such a file, or the store's.
    pub async fn put_digital_file(
        &self,
        sku: &str,
        name: &str,
        content_type: &str,
        bytes: Vec<u8>,
    ) -> Result<(), PutDigitalFileError> {
        let sku = Sku::parse(sku).map_err(|_| FileError::Name)?;
        self.use_cases.put_digital_file.execute(sku, name, content_type, bytes).await.map(drop)
    }

    /// Counts a shelf in the name of staff, for command line and tests.
    ///
    /// # Errors
    /// [`UpdateError`] when fewer are counted than are reserved, or the store's.
    pub async fn count_stock(&self, sku: Sku, count: Count) -> Result<StockItem, UpdateError> {
        let count = PersonsCount { on_hand: count, expected: None, by: Reference::Staff(None) };
        self.use_cases.set_stock.execute(sku, count).await
    }
}

fn recorder(platform: &Platform) -> Recorder {
    Recorder::new("fulfilment", Arc::clone(&platform.clock), Arc::clone(&platform.ids))
}

fn ports(platform: &Platform, products: Arc<SqlProductBook>) -> Ports {
    let database: Database = platform.database.clone();
    let warehouse = Arc::new(SqlWarehouse::new(database.clone(), recorder(platform)));
    Ports {
        personal_data: Arc::clone(&warehouse) as _,
        warehouse,
        stock: Arc::new(SqlStockBook::new(database.clone())),
        work_list: Arc::new(SqlWorkList::new(database.clone())),
        products,
        refunds: Arc::new(SqlRefundBook::new(database.clone(), recorder(platform))),
        files: Arc::new(SqlDigitalFiles::new(database)),
        post: Arc::new(MailedFiles::new(Arc::clone(&platform.mailer), platform.site.clone())),
        clock: Arc::clone(&platform.clock),
        ids: Arc::clone(&platform.ids),
    }
}

#[async_trait::async_trait]
impl chassis::ContextModule for FulfilmentModule {
    fn register_api(&self, config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
        api::routes::configure(config, &self.use_cases);
    }

    /// The pages `/admin/shipping-orders`, `/admin/stock`, `/admin/digital-files` and `/downloads`.
    fn register_pages(&self, config: &mut actix_web::web::ServiceConfig) {
        let (ids, zone) = (Arc::clone(&self.platform.ids), self.platform.site.time_zone.clone());
        pages::routes::configure(config, &self.use_cases, ids, zone);
    }

    /// What the context hears: orders, products, counts, and its own mailings.
    fn subscriptions(&self) -> Vec<Subscription> {
        let use_cases = &self.use_cases;
        let orders = FollowOrders {
            reserve_stock: Arc::clone(&use_cases.reserve_stock),
            create_shipping_order: Arc::clone(&use_cases.create_shipping_order),
            release_stock: Arc::clone(&use_cases.release_stock),
            answer_cancellation: Arc::clone(&use_cases.answer_cancellation),
        };
        let forget = ForgetBuyers(Arc::clone(&use_cases.anonymise_order));
        let products = KeepProducts(Arc::clone(&self.ports.products));
        let refunds = NoteRefunds(Arc::clone(&self.ports.refunds));
        let count = CountStock(Arc::clone(&use_cases.import_count));
        let mail = MailFiles(Arc::clone(&use_cases.deliver_digital));
        vec![
            Subscription::to(FOLLOW_ORDERS, ORDER_EVENTS, Arc::new(orders)).lanes(64),
            Subscription::to(FORGET_BUYERS, ERASURE_EVENTS, Arc::new(forget)),
            chassis::mail::forget::subscription(Arc::clone(&self.platform.mailer)),
            Subscription::to(KEEP_PRODUCTS, PRODUCT_EVENTS, Arc::new(products))
                .in_background()
                .rebuildable(Arc::clone(&self.products) as _),
            Subscription::to(NOTE_REFUNDS, MONEY_EVENTS, Arc::new(refunds)),
            Subscription::to(COUNT_STOCK, COUNT_EVENTS, Arc::new(count)).in_background(),
            Subscription::task(DELIVER_DIGITAL, Arc::new(mail)).retry(RetryPolicy::mail()),
        ]
    }

    fn published_events(&self) -> &'static [PublishedEvent] {
        Self::PUBLISHED
    }

    /// The timers.
    fn jobs(&self) -> Vec<Job> {
        let release = Arc::clone(&self.use_cases.release_lapsed_reservations);
        jobs(release, Arc::clone(&self.use_cases.send_waiting_files), self.settings.sweep_period)
    }

    async fn write_audit(&self, to: &chassis::messaging::AuditSink) -> Result<(), StoreError> {
        chassis::messaging::send_records(self.audit().await?, to).await;
        Ok(())
    }

    async fn open_work(&self) -> Result<Vec<chassis::OpenWork>, StoreError> {
        let count = self.to_send(shared_kernel::Limit::MAX).await?;
        Ok(vec![chassis::OpenWork { label: "to send", count, link: "/admin/shipping-orders", is_urgent: false }])
    }
}
