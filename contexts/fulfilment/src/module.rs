//! Puts the context together and hands the app its four lists. Decides nothing.

use std::sync::Arc;
use std::time::Duration;

use chassis::Platform;
use chassis::messaging::{Job, Recorder, RetryPolicy, Subscription};
use chassis::sql::{Database, Migration};
use shared_kernel::{Limit, Sku, StoreError};

use crate::adapters::inbound::api::Api;
use crate::adapters::inbound::events::{
    COUNT_EVENTS, COUNT_STOCK, CountStock, ERASURE_EVENTS, FOLLOW_ORDERS, FORGET_BUYERS, FollowOrders, ForgetBuyers,
    KEEP_PRODUCTS, KeepProducts, MONEY_EVENTS, MailFiles, NOTE_REFUNDS, NoteRefunds, ORDER_EVENTS, PRODUCT_EVENTS,
};
use crate::adapters::inbound::jobs::jobs;
use crate::adapters::inbound::pages::{Pages, Zone};
use crate::adapters::outbound::mail::MailedFiles;
use crate::adapters::outbound::publish::DELIVER_DIGITAL;
use crate::adapters::outbound::sql::{
    self, MIGRATIONS, SqlDigitalFiles, SqlProductBook, SqlRefundBook, SqlStockBook, SqlWarehouse, SqlWorkList,
};
use crate::application::adjust_stock::AdjustStock;
use crate::application::anonymise_order::AnonymiseOrder;
use crate::application::answer_cancellation::AnswerCancellation;
use crate::application::close_shipping_order::CloseShippingOrder;
use crate::application::create_shipping_order::CreateShippingOrder;
use crate::application::deliver_digital::DeliverDigital;
use crate::application::dispatch_items::DispatchItems;
use crate::application::import_count::ImportCount;
use crate::application::learn_product::LearnProduct;
use crate::application::note_money::NoteMoney;
use crate::application::put_digital_file::{PutDigitalFile, PutDigitalFileError};
use crate::application::release_stock::ReleaseStock;
use crate::application::reserve_stock::ReserveStock;
use crate::application::set_stock::{SetStock, SetStockError};
use crate::application::tidy_up::{MailWhatWaited, ReleaseLapsed};
use crate::domain::{Count, PersonsCount, Reference, StockItem};
use crate::ports::{DigitalFiles, FilePost, PersonalData, RefundBook, StatusFilter, StockBook, Warehouse, WorkList};

/// What the shop may set.
#[derive(Debug, Clone)]
pub struct FulfilmentSettings {
    /// How long after an order's own deadline its stock is released even if nobody says so.
    pub reservation_grace: Duration,
    /// How often the sweeps run.
    pub sweep_period: Duration,
    /// Larger files are linked instead of attached, in bytes.
    pub largest_attachment: u64,
    /// How long a download link is good.
    pub download_valid: Duration,
}

impl Default for FulfilmentSettings {
    fn default() -> Self {
        Self {
            reservation_grace: Duration::from_mins(30),
            sweep_period: Duration::from_mins(1),
            largest_attachment: 5 * 1024 * 1024,
            download_valid: Duration::from_hours(24 * 30),
        }
    }
}

/// The context, ready to be run.
#[derive(Clone)]
pub struct FulfilmentModule {
    settings: FulfilmentSettings,
    platform: Platform,
    warehouse: Arc<dyn Warehouse>,
    personal_data: Arc<dyn PersonalData>,
    stock: Arc<dyn StockBook>,
    work_list: Arc<dyn WorkList>,
    files: Arc<dyn DigitalFiles>,
    post: Arc<dyn FilePost>,
    products: Arc<SqlProductBook>,
    refunds: Arc<dyn RefundBook>,
}

impl FulfilmentModule {
    /// The steps that make the context's tables.
    pub const MIGRATIONS: &[Migration] = MIGRATIONS;

    /// Paths (as prefixes) that take larger bodies than others, in bytes; the edge has to let them in.
    pub const LARGE_BODIES: &[(&str, u64)] =
        &[("/api/fulfilment/v1/digital-files/", 21 * 1024 * 1024), ("/admin/digital-files", 21 * 1024 * 1024)];

    /// Brings the context's tables up to date and puts its parts together. Starts nothing.
    ///
    /// # Errors
    /// The database's.
    pub async fn start(settings: FulfilmentSettings, platform: Platform) -> Result<Self, StoreError> {
        let database: Database = platform.database.clone();
        database.migrate("fulfilment", MIGRATIONS).await?;
        let recorder = Recorder::new("fulfilment", Arc::clone(&platform.clock), Arc::clone(&platform.ids));
        let warehouse = Arc::new(SqlWarehouse::new(database.clone(), recorder.clone()));
        Ok(Self {
            personal_data: Arc::clone(&warehouse) as _,
            warehouse,
            stock: Arc::new(SqlStockBook::new(database.clone())),
            work_list: Arc::new(SqlWorkList::new(database.clone())),
            files: Arc::new(SqlDigitalFiles::new(database.clone())),
            post: Arc::new(MailedFiles::new(Arc::clone(&platform.mailer), platform.site.clone())),
            products: Arc::new(SqlProductBook::new(database.clone(), recorder.clone())),
            refunds: Arc::new(SqlRefundBook::new(database, recorder)),
            settings,
            platform,
        })
    }

    /// The JSON API under `/api/fulfilment/v1`.
    pub fn api(&self) -> impl FnOnce(&mut utoipa_actix_web::service_config::ServiceConfig) + Clone + use<> {
        let api = Api {
            stock: Arc::clone(&self.stock),
            work_list: Arc::clone(&self.work_list),
            set_stock: self.set_stock(),
            adjust_stock: self.adjust_stock(),
            refunds: Arc::clone(&self.refunds),
            dispatch: self.dispatch_items(),
            close: self.close_shipping_order(),
            put_file: self.put_file(),
        };
        move |config| api.configure(config)
    }

    /// The pages `/admin/shipping-orders`, `/admin/stock`, `/admin/digital-files` and `/downloads`.
    pub fn pages(&self) -> impl FnOnce(&mut actix_web::web::ServiceConfig) + Clone + use<> {
        let pages = Pages {
            stock: Arc::clone(&self.stock),
            work_list: Arc::clone(&self.work_list),
            set_stock: self.set_stock(),
            adjust_stock: self.adjust_stock(),
            refunds: Arc::clone(&self.refunds),
            dispatch: self.dispatch_items(),
            close: self.close_shipping_order(),
            put_file: self.put_file(),
            files: Arc::clone(&self.files),
            clock: Arc::clone(&self.platform.clock),
            ids: Arc::clone(&self.platform.ids),
            time_zone: Zone(self.platform.site.time_zone.clone()),
        };
        move |config| pages.configure(config)
    }

    /// What the context hears: orders, products, counts, and its own mailings.
    pub fn subscriptions(&self) -> Vec<Subscription> {
        let (warehouse, clock) = (&self.warehouse, &self.platform.clock);
        let orders = FollowOrders {
            reserve: ReserveStock { warehouse: Arc::clone(warehouse), clock: Arc::clone(clock) },
            ship: CreateShippingOrder { warehouse: Arc::clone(warehouse), clock: Arc::clone(clock) },
            release: ReleaseStock { warehouse: Arc::clone(warehouse), clock: Arc::clone(clock) },
            cancel: AnswerCancellation { warehouse: Arc::clone(warehouse), clock: Arc::clone(clock) },
        };
        let products = KeepProducts { learn: LearnProduct { products: Arc::clone(&self.products) as _ } };
        let count = ImportCount { warehouse: Arc::clone(warehouse), clock: Arc::clone(clock) };
        let note = NoteMoney { refunds: Arc::clone(&self.refunds) };
        let (personal_data, clock) = (Arc::clone(&self.personal_data), Arc::clone(clock));
        let forget = ForgetBuyers { anonymise: AnonymiseOrder { personal_data, clock } };
        vec![
            Subscription::to(FOLLOW_ORDERS, ORDER_EVENTS, Arc::new(orders)).lanes(64),
            Subscription::to(FORGET_BUYERS, ERASURE_EVENTS, Arc::new(forget)),
            chassis::mail::forget::subscription(Arc::clone(&self.platform.mailer)),
            Subscription::to(KEEP_PRODUCTS, PRODUCT_EVENTS, Arc::new(products))
                .in_background()
                .rebuildable(Arc::clone(&self.products) as _),
            Subscription::to(NOTE_REFUNDS, MONEY_EVENTS, Arc::new(NoteRefunds { note })),
            Subscription::to(COUNT_STOCK, COUNT_EVENTS, Arc::new(CountStock { count })).in_background(),
            Subscription::task(DELIVER_DIGITAL, Arc::new(MailFiles { deliver: self.deliver_digital() }))
                .retry(RetryPolicy::mail()),
        ]
    }

    /// The sweeps.
    pub fn jobs(&self) -> Vec<Job> {
        let lapsed = ReleaseLapsed {
            warehouse: Arc::clone(&self.warehouse),
            clock: Arc::clone(&self.platform.clock),
            grace: self.settings.reservation_grace,
        };
        jobs(&lapsed, &self.waiting(), self.settings.sweep_period)
    }

    /// Shelves with the sums of their movements, movements, reservations and shipping orders, one object each.
    ///
    /// # Errors
    /// The database's.
    pub async fn audit(&self) -> Result<Vec<serde_json::Value>, StoreError> {
        sql::audit(&self.platform.database).await
    }

    /// How many shipping orders wait to be sent; counts no further than `limit`.
    ///
    /// # Errors
    /// The store's.
    pub async fn to_send(&self, limit: Limit) -> Result<usize, StoreError> {
        let page = self.work_list.list(StatusFilter::Pending, None, limit).await?;
        Ok(page.map_or(0, |page| page.items.len()))
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
        let sku = Sku::parse(sku).map_err(|_| crate::domain::digital::FileError::Name)?;
        self.put_file().execute(sku, name, content_type, bytes).await.map(drop)
    }

    /// Counts a shelf in the name of staff, for command line and tests.
    ///
    /// # Errors
    /// [`SetStockError`] when fewer are counted than are reserved, or the store's.
    pub async fn count_stock(&self, sku: Sku, count: Count) -> Result<StockItem, SetStockError> {
        let count = PersonsCount { on_hand: count, expected: None, by: Reference::Staff(None) };
        self.set_stock().execute(sku, count).await
    }

    fn set_stock(&self) -> SetStock {
        SetStock { warehouse: Arc::clone(&self.warehouse), clock: Arc::clone(&self.platform.clock) }
    }

    fn adjust_stock(&self) -> AdjustStock {
        AdjustStock { warehouse: Arc::clone(&self.warehouse), clock: Arc::clone(&self.platform.clock) }
    }

    fn dispatch_items(&self) -> DispatchItems {
        DispatchItems { warehouse: Arc::clone(&self.warehouse), clock: Arc::clone(&self.platform.clock) }
    }

    fn close_shipping_order(&self) -> CloseShippingOrder {
        CloseShippingOrder { warehouse: Arc::clone(&self.warehouse), clock: Arc::clone(&self.platform.clock) }
    }

    fn waiting(&self) -> MailWhatWaited {
        MailWhatWaited { warehouse: Arc::clone(&self.warehouse), work_list: Arc::clone(&self.work_list) }
    }

    fn put_file(&self) -> PutDigitalFile {
        let (files, clock) = (Arc::clone(&self.files), Arc::clone(&self.platform.clock));
        PutDigitalFile { files, waiting: self.waiting(), clock }
    }

    fn deliver_digital(&self) -> DeliverDigital {
        DeliverDigital {
            warehouse: Arc::clone(&self.warehouse),
            work_list: Arc::clone(&self.work_list),
            files: Arc::clone(&self.files),
            post: Arc::clone(&self.post),
            waiting: self.waiting(),
            clock: Arc::clone(&self.platform.clock),
            ids: Arc::clone(&self.platform.ids),
            largest_attachment: self.settings.largest_attachment,
            link_valid: self.settings.download_valid,
        }
    }
}
