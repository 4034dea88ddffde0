//! Puts the catalogue together and hands the app its lists: API, pages, subscriptions, jobs.

use std::sync::Arc;

use actix_web::web::ServiceConfig;
use chassis::messaging::{Job, Recorder, Subscription};
use chassis::sql::{Database, Migration};
use chassis::{Platform, Site};
use serde_json::{Value, json};
use shared_kernel::StoreError;

use crate::adapters::inbound::api::Api;
use crate::adapters::inbound::events::stock_changed;
use crate::adapters::inbound::importing::{ImportFile, ImportFileError, ImportMode, ImportOutcome, ImportStores};
use crate::adapters::inbound::pages::{Pages, ProductCard};
use crate::adapters::outbound::cache::{CacheVersion, CachedListing};
use crate::adapters::outbound::sellable::SellableListing;
use crate::adapters::outbound::sql::{self, MIGRATIONS, SqlCatalogue};
use crate::application::{
    Browse, DecideImport, ExportProducts, ImportProducts, KeepMedia, NameProducts, NoteStock, RevertImport,
    SaveProduct, WithdrawProduct,
};
use crate::domain::{CategoryCount, FieldError, ImageName, Media, MediaError, SaleRules};
use crate::ports::{ProductListing, ProductStore, StockLevels};

/// What an operator may choose. Nothing yet: what the catalogue needs stands in [`chassis::Site`].
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct CatalogueSettings {}

/// The catalogue, ready to be served.
pub struct CatalogueModule {
    pages: Pages,
    store: Arc<SqlCatalogue>,
    note_stock: NoteStock,
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

    /// Brings the tables up to date and puts everything together.
    ///
    /// # Errors
    /// The database's.
    pub async fn start(_settings: CatalogueSettings, platform: Platform) -> Result<Self, StoreError> {
        platform.database.migrate("catalogue", MIGRATIONS).await?;
        if !platform.database.is_marked(LABELS_INDEXED).await? {
            sql::rebuild_search(&platform.database).await?;
            platform.database.mark(LABELS_INDEXED, platform.clock.now()).await?;
        }
        if !platform.database.is_marked(PLACES_RENEWED).await? {
            sql::renew_places(&platform.database).await?;
            platform.database.mark(PLACES_RENEWED, platform.clock.now()).await?;
        }
        let freshness = Arc::new(CacheVersion::of(platform.database.outbox_grew()));
        let recorder = Recorder::new("catalogue", Arc::clone(&platform.clock), Arc::clone(&platform.ids));
        let store = Arc::new(SqlCatalogue::new(platform.database, recorder, Arc::clone(&freshness)));
        let products: Arc<dyn ProductStore> = store.clone();
        let rules = SaleRules { currency: platform.site.currency, tax: platform.site.tax };
        let sellable = Arc::new(SellableListing::new(store.clone(), rules));
        let shelf: Arc<dyn ProductListing> =
            Arc::new(CachedListing::new(sellable, freshness, Arc::clone(&platform.clock)));
        let names = NameProducts::new(Arc::clone(&products), store.clone());
        let decide = DecideImport::new(Arc::clone(&products), names, Arc::clone(&platform.ids), rules);
        let import_file = ImportFile::new(
            ImportProducts::new(Arc::clone(&products), store.clone(), decide),
            RevertImport::new(Arc::clone(&products)),
            ImportStores { log: store.clone(), media: store.clone() },
            (platform.clock, Arc::clone(&platform.ids)),
            rules.currency,
        );
        let api = Api {
            browse: Browse::new(shelf, store.clone(), rules.currency),
            save_product: SaveProduct::new(Arc::clone(&products), platform.ids, rules),
            withdraw_product: WithdrawProduct::new(products),
            import_file,
            export_products: ExportProducts::new(store.clone()),
            keep_media: KeepMedia::new(store.clone()),
            rendered: Arc::default(),
        };
        let Site { base_url, time_zone, .. } = platform.site;
        let pages = Pages { api, base_url, time_zone, rules };
        Ok(Self { pages, note_stock: NoteStock::new(store.clone()), store })
    }

    /// The JSON API, seen by OpenAPI.
    pub fn api(&self) -> impl FnOnce(&mut utoipa_actix_web::service_config::ServiceConfig<'_>) + Clone + use<> {
        let api = self.pages.api.clone();
        move |config| api.register(config)
    }

    /// The pages, and the pictures on them.
    pub fn pages(&self) -> impl FnOnce(&mut ServiceConfig) + Clone + use<> {
        let pages = self.pages.clone();
        move |config| pages.register(config)
    }

    /// What the catalogue hears: fulfilment's stock levels.
    pub fn subscriptions(&self) -> Vec<Subscription> {
        vec![stock_changed::subscription(self.note_stock.clone(), self.store.clone())]
    }

    /// The catalogue has no timers.
    pub fn jobs(&self) -> Vec<Job> {
        Vec::new()
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
        self.pages.api.import_file.execute(csv, name, mode).await
    }

    /// Brings a file of products in, all of it or nothing.
    ///
    /// # Errors
    /// [`ImportFileError`], whose text names each row that is not right.
    pub async fn import_products(&self, csv: Vec<u8>, dry_run: bool) -> Result<ImportOutcome, ImportFileError> {
        self.import_file(&csv, "", ImportMode { dry_run, all_or_nothing: true, ..ImportMode::default() }).await
    }

    /// All products in the shop's own columns, without stock.
    ///
    /// # Errors
    /// The store's.
    pub async fn export_products(&self) -> Result<String, StoreError> {
        let mut file = String::new();
        let write = |shelved: &crate::domain::ListedProduct| {
            crate::adapters::inbound::csv::write_products(&mut file, shelved.product());
        };
        self.pages.api.export_products.execute(write).await?;
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
            let media = Media::new(parsed.clone(), bytes).map_err(|error| DemoError::Picture(parsed, error))?;
            self.pages.api.keep_media.execute(media).await?;
        }
        Ok(self.import_products(csv.as_bytes().to_vec(), false).await?)
    }

    /// Some of the newest products, one of each category after the other, for the home page.
    ///
    /// # Errors
    /// The store's.
    pub async fn featured(&self, limit: usize) -> Result<Vec<ProductCard>, StoreError> {
        Ok(self.pages.api.browse.featured(limit).await?.iter().map(ProductCard::from).collect())
    }

    /// All categories that hold active products, by slug.
    ///
    /// # Errors
    /// The store's.
    pub async fn categories(&self) -> Result<Vec<CategoryCount>, StoreError> {
        Ok(self.pages.api.browse.categories().await?.to_vec())
    }

    /// Paths that search engines may know: the list, its categories, and every active product.
    ///
    /// # Errors
    /// The store's.
    pub async fn sitemap_paths(&self) -> Result<Vec<String>, StoreError> {
        self.pages.api.browse.public_paths().await
    }

    /// Makes the search index again from the products: it is no part of what is backed up or moved between engines.
    ///
    /// # Errors
    /// The database's.
    pub async fn rebuild_search(database: &Database) -> Result<(), StoreError> {
        sql::rebuild_search(database).await
    }

    /// Every product and every stock level known here, one JSON object each.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit(&self) -> Result<Vec<Value>, StoreError> {
        let mut records = Vec::new();
        let product = |shelved: &crate::domain::ListedProduct| {
            let product = shelved.product();
            records.push(json!({
                "context": "catalogue",
                "kind": "product",
                "id": product.id(),
                "handle": product.handle().as_str(),
                "title": product.title().as_str(),
                "status": product.details().status.name(),
                "version": product.version(),
                "variants": product.variants().iter().map(|variant| json!({
                    "sku": variant.sku,
                    "kind": variant.kind.name(),
                    "gross_minor": variant.price.minor(),
                    "currency": variant.price.currency(),
                })).collect::<Vec<_>>(),
            }));
        };
        self.pages.api.export_products.execute(product).await?;
        let levels = self.store.all().await?;
        records.extend(levels.iter().map(|level| {
            json!({
                "context": "catalogue",
                "kind": "stock_level",
                "sku": level.sku,
                "on_hand": level.on_hand,
                "available": level.available,
            })
        }));
        Ok(records)
    }
}
