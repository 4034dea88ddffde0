//! The local copies of prices and stock in SQL. Both can be thrown away and built again from the archive.

use async_trait::async_trait;
use chassis::messaging::{Rebuild, Record, Recorder};
use chassis::params;
use chassis::sql::{Database, Row, Tx};
use shared_kernel::{Cause, Currency, Money, Sku, StoreError};
use uuid::Uuid;

use super::dialect_sqlite::{ITEMS_OF, OFF_SALE, OFF_SALE_UNLESS};
use crate::domain::{Kind, PricedItem, ProductPrices};
use crate::ports::PriceList;

/// Keeps prices and stock hints in the context's database.
#[derive(Clone)]
pub struct SqlPriceList {
    database: Database,
    recorder: Recorder,
}

const PUT: &str = "INSERT INTO price_list (sku, product_id, title, kind, unit_gross_minor, currency, sellable)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (sku) DO UPDATE SET product_id = excluded.product_id, title = excluded.title, kind = excluded.kind,
        unit_gross_minor = excluded.unit_gross_minor, currency = excluded.currency, sellable = excluded.sellable";
const HINT: &str = "INSERT INTO stock_hints (sku, available) VALUES ($1, $2)
    ON CONFLICT (sku) DO UPDATE SET available = excluded.available";

impl SqlPriceList {
    /// Works on this database.
    #[must_use]
    pub fn new(database: Database, recorder: Recorder) -> Self {
        Self { database, recorder }
    }
}

#[async_trait]
impl PriceList for SqlPriceList {
    async fn find(&self, skus: Vec<Sku>) -> Result<Vec<PricedItem>, StoreError> {
        let wanted = list(&skus)?;
        self.database
            .read(move |tx| {
                let wanted = wanted.clone();
                Box::pin(async move { tx.fetch(ITEMS_OF, params![wanted]).await?.iter().map(read).collect() })
            })
            .await
    }

    async fn replace(&self, product: ProductPrices, cause: Option<Cause>) -> Result<(), StoreError> {
        let kept = list(&product.variants.iter().map(|variant| variant.sku.clone()).collect::<Vec<_>>())?;
        let recorder = self.recorder.clone();
        self.database
            .write(move |tx| {
                let (product, cause, kept, recorder) = (product.clone(), cause.clone(), kept.clone(), recorder.clone());
                Box::pin(async move {
                    tx.execute(OFF_SALE_UNLESS, params![product.product, kept]).await?;
                    for variant in product.variants {
                        let (kind, price) = (variant.kind.name(), variant.unit_gross);
                        let (minor, currency) = (price.minor(), price.currency());
                        let row =
                            params![variant.sku, product.product, variant.title, kind, minor, currency, product.active];
                        tx.execute(PUT, row).await?;
                    }
                    handled(tx, &recorder, cause.as_ref()).await
                })
            })
            .await
    }

    async fn withdraw(&self, product: Uuid, skus: Vec<Sku>, cause: Option<Cause>) -> Result<(), StoreError> {
        let (named, recorder) = (list(&skus)?, self.recorder.clone());
        let everything = skus.is_empty();
        self.database
            .write(move |tx| {
                let (named, cause, recorder) = (named.clone(), cause.clone(), recorder.clone());
                Box::pin(async move {
                    let statement = if everything { OFF_SALE_UNLESS } else { OFF_SALE };
                    tx.execute(statement, params![product, named]).await?;
                    handled(tx, &recorder, cause.as_ref()).await
                })
            })
            .await
    }

    async fn hint(&self, sku: Sku, available: i64, cause: Option<Cause>) -> Result<(), StoreError> {
        let recorder = self.recorder.clone();
        self.database
            .write(move |tx| {
                let (sku, cause, recorder) = (sku.clone(), cause.clone(), recorder.clone());
                Box::pin(async move {
                    tx.execute(HINT, params![sku, available]).await?;
                    handled(tx, &recorder, cause.as_ref()).await
                })
            })
            .await
    }
}

async fn handled(tx: &mut Tx, recorder: &Recorder, cause: Option<&Cause>) -> Result<(), StoreError> {
    recorder.record(tx, Record { cause, events: vec![], tasks: vec![] }).await
}

fn list(skus: &[Sku]) -> Result<String, StoreError> {
    serde_json::to_string(skus).map_err(StoreError::unavailable)
}

fn read(row: &Row) -> Result<PricedItem, StoreError> {
    let sku: Sku = row.get("sku")?;
    let kind: String = row.get("kind")?;
    let corrupt = || StoreError::Corrupt { table: "price_list", row: sku.to_string(), problem: "kind".to_owned() };
    let kind = Kind::parse(&kind).ok_or_else(corrupt)?;
    let unit_gross = Money::new(row.get("unit_gross_minor")?, row.get::<Currency>("currency")?);
    let (title, sellable, available) = (row.get("title")?, row.get("sellable")?, row.get("available")?);
    Ok(PricedItem { sku, title, kind, unit_gross, sellable, available })
}

/// Empties the price list.
pub struct RebuildPriceList;

#[async_trait]
impl Rebuild for RebuildPriceList {
    async fn reset(&self, tx: &mut Tx) -> Result<(), StoreError> {
        tx.execute("DELETE FROM price_list", params![]).await.map(|_| ())
    }
}

/// Empties the stock hints.
pub struct RebuildStockHints;

#[async_trait]
impl Rebuild for RebuildStockHints {
    async fn reset(&self, tx: &mut Tx) -> Result<(), StoreError> {
        tx.execute("DELETE FROM stock_hints", params![]).await.map(|_| ())
    }
}
