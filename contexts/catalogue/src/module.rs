//! Puts the catalogue together and hands the app its lists: API, pages, subscriptions, jobs.

use std::sync::Arc;

use actix_web::web::ServiceConfig;
use chassis::Platform;
use chassis::messaging::{Job, PublishedEvent, Recorder, Subscription};
use chassis::sql::{Database, Migration};
use serde_json::Value;
use shared_kernel::StoreError;

use crate::adapters::inbound::api::{self, ResponseCache};
use crate::adapters::inbound::consumers::fulfilment;
use crate::adapters::inbound::csv::write_products;
use crate::adapters::inbound::import::{ImportFile, ImportFileError, ImportMode, ImportOutcome};
use crate::adapters::inbound::pages::view_models::ProductCard;
use crate::adapters::inbound::pages::{self, PageSettings};
use crate::adapters::outbound::listing::cache::{CacheVersion, CachedListing};
use crate::adapters::outbound::listing::sellable::SellableListing;
use crate::adapters::outbound::publish::PUBLISHED;
use crate::adapters::outbound::sql::{self, MIGRATIONS, SqlCatalogue, audit};
use crate::application::{KeepPictureError, Ports, UseCases};
use crate::domain::{CategoryCount, FieldError, ImageName, ListedProduct, MediaError, SaleRules};
use crate::ports::StockLevels as _;

/// The catalogue, ready to be served.
pub struct CatalogueModule {
    use_cases: UseCases,
    import_file: Arc<ImportFile>,
    /// One for all workers.
    response_cache: Arc<ResponseCache>,
    page_settings: PageSettings,
    store: Arc<SqlCatalogue>,
}

/// Why the demo could not be brought in.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A picture's name is not one.
    #[error("picture {0:?}: {1}")]
    Name(String, #[source] FieldError),
    /// A picture is none.
    #[error("picture {0}: {1}")]
    Picture(ImageName, #[source] MediaError),
    /// The products are not right.
    #[error(transparent)]
    Products(#[from] ImportFileError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Marks a search index that has more than titles; one of a version before this is made again.
const LABELS_INDEXED: &str = "labels-indexed";
/// Marks places in lists by which letters with rarer marks stand beside their plain forms.
const PLACES_RENEWED: &str = "places-renewed";

impl CatalogueModule {
    /// The steps that make the context's tables.
    pub const MIGRATIONS: &[Migration] = MIGRATIONS;

    /// The facts that it states to others.
    pub const PUBLISHED: &[PublishedEvent] = PUBLISHED;

    /// Brings the tables up to date and puts everything together.
    pub async fn start(platform: Platform) -> Result<Self, StoreError> {
        prepare(&platform).await?;
        let Platform { database, clock, ids, site, .. } = platform;
        let cache_version = Arc::new(CacheVersion::of(database.outbox_grew()));
        let recorder = Recorder::new("catalogue", Arc::clone(&clock), Arc::clone(&ids));
        let store = Arc::new(SqlCatalogue::new(database, recorder, Arc::clone(&cache_version)));
        let rules = SaleRules { currency: site.currency, tax: site.tax };
        let sellable = Arc::new(SellableListing::new(store.clone(), rules));
        let ports = Ports {
            products: store.clone(),
            listing: Arc::new(CachedListing::new(sellable, cache_version, Arc::clone(&clock))),
            all_products: store.clone(),
            media: store.clone(),
            handles: store.clone(),
            import_log: store.clone(),
            ids: Arc::clone(&ids),
        };
        let use_cases = UseCases::new(ports, rules);
        let import_file = Arc::new(ImportFile::new(&use_cases, store.clone(), clock, ids, rules.currency));
        let page_settings = PageSettings { base_url: site.base_url, time_zone: site.time_zone, rules };
        Ok(Self { use_cases, import_file, response_cache: Arc::default(), page_settings, store })
    }

    /// Brings a file of products in, or only says what that would do.
    ///
    /// # Errors
    /// [`ImportFileError`], whose text names each row that is not right.
    pub async fn import_file(
        &self,
        csv: &[u8],
        name: &str,
        mode: ImportMode,
    ) -> Result<ImportOutcome, ImportFileError> {
        self.import_file.execute(csv, name, mode).await
    }

    /// Brings a file of products in, all of it or nothing.
    ///
    /// # Errors
    /// [`ImportFileError`], whose text names each row that is not right.
    pub async fn import_products(&self, csv: Vec<u8>, dry_run: bool) -> Result<ImportOutcome, ImportFileError> {
        self.import_file(&csv, "", ImportMode { dry_run, all_or_nothing: true, ..ImportMode::default() }).await
    }

    /// All products in the shop's own columns, without stock.
    pub async fn export_products(&self) -> Result<String, StoreError> {
        let mut file = String::new();
        let write = |listed: &ListedProduct| write_products(&mut file, listed.product());
        self.use_cases.export_products.execute(write).await?;
        Ok(file)
    }

    /// Brings pictures and products of the demo in. Doing it again changes nothing.
    ///
    /// # Errors
    /// [`DemoError`] naming the picture or the lines that are not right.
    pub async fn import_demo(
        &self,
        csv: &str,
        images: impl Iterator<Item = (String, Vec<u8>)>,
    ) -> Result<ImportOutcome, DemoError> {
        for (name, bytes) in images {
            let parsed = ImageName::parse(&name).map_err(|error| DemoError::Name(name, error))?;
            self.use_cases.keep_picture.execute(parsed.clone(), bytes).await.map_err(|error| match error {
                KeepPictureError::Picture(error) => DemoError::Picture(parsed, error),
                KeepPictureError::Store(error) => DemoError::Store(error),
            })?;
        }
        Ok(self.import_products(csv.as_bytes().to_vec(), false).await?)
    }

    /// Some of the newest products, one of each category after the other, for the home page.
    pub async fn featured(&self, limit: usize) -> Result<Vec<ProductCard>, StoreError> {
        Ok(self.use_cases.browse.featured(limit).await?.iter().map(ProductCard::from).collect())
    }

    /// All categories that hold active products, by slug.
    pub async fn categories(&self) -> Result<Vec<CategoryCount>, StoreError> {
        Ok(self.use_cases.browse.categories().await?.to_vec())
    }

    /// Paths that search engines may know: the list, its categories, and every active product.
    pub async fn sitemap_paths(&self) -> Result<Vec<String>, StoreError> {
        self.use_cases.browse.public_paths().await
    }

    /// Makes the search index again from the products: it is no part of what is backed up or moved between engines.
    pub async fn rebuild_search(database: &Database) -> Result<(), StoreError> {
        sql::rebuild_search(database).await
    }

    /// Every product and every stock level known here, one JSON object each.
    pub async fn audit(&self) -> Result<Vec<Value>, StoreError> {
        let mut records = Vec::new();
        self.use_cases.export_products.execute(|listed| records.push(audit::product(listed.product()))).await?;
        records.extend(self.store.all().await?.iter().map(audit::stock_level));
        Ok(records)
    }
}

/// Brings the tables up to date, and makes again what an earlier version derived from the products in another way.
async fn prepare(platform: &Platform) -> Result<(), StoreError> {
    let Platform { database, clock, .. } = platform;
    database.migrate("catalogue", MIGRATIONS).await?;
    if !database.is_marked(LABELS_INDEXED).await? {
        sql::rebuild_search(database).await?;
        database.mark(LABELS_INDEXED, clock.now()).await?;
    }
    if !database.is_marked(PLACES_RENEWED).await? {
        sql::renew_places(database).await?;
        database.mark(PLACES_RENEWED, clock.now()).await?;
    }
    Ok(())
}

#[async_trait::async_trait]
impl chassis::ContextModule for CatalogueModule {
    fn register_api(&self, config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
        api::routes::configure(config, &self.use_cases, &self.import_file, &self.response_cache);
    }

    /// The pages, and the pictures on them.
    fn register_pages(&self, config: &mut ServiceConfig) {
        pages::routes::configure(config, &self.use_cases, &self.import_file, &self.page_settings);
    }

    /// What the catalogue hears: fulfilment's stock levels.
    fn subscriptions(&self) -> Vec<Subscription> {
        vec![fulfilment::subscription(self.store.clone(), self.store.clone())]
    }

    fn published_events(&self) -> &'static [PublishedEvent] {
        Self::PUBLISHED
    }

    /// The catalogue has no timers.
    fn jobs(&self) -> Vec<Job> {
        Vec::new()
    }

    async fn write_audit(&self, to: &chassis::messaging::AuditSink) -> Result<(), StoreError> {
        chassis::messaging::send_records(self.audit().await?, to).await;
        Ok(())
    }
}
