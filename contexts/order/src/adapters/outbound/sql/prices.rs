//! The local copies of prices and stock in SQL. Both can be thrown away and built again from the archive.

use async_trait::async_trait;
use chassis::messaging::{Rebuild, Record, Recorder};
use chassis::params;
use chassis::sql::{Database, Params, Row, Tx};
use shared_kernel::{Cause, Currency, Money, Sku, StoreError};
use uuid::Uuid;

use super::dialect;
use crate::domain::{Kind, Listing, PricedItem, ProductPrices, VariantPrice};
use crate::ports::PriceList;

/// Keeps prices and stock hints in the context's database.
#[derive(Clone)]
pub struct SqlPriceList {
    database: Database,
    recorder: Recorder,
}

macro_rules! insert {
    () => {
        "INSERT INTO price_list (sku, product_id, title, kind, unit_gross_minor, currency, sellable,
        handle, image) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (sku) DO "
    };
}
const PUT_NEW: &str = concat!(insert!(), "NOTHING");
const PUT: &str = concat!(
    insert!(),
    "UPDATE SET product_id = excluded.product_id, title = excluded.title, kind = excluded.kind,
        unit_gross_minor = excluded.unit_gross_minor, currency = excluded.currency, sellable = excluded.sellable,
        handle = excluded.handle, image = excluded.image"
);
const HINT: &str = "INSERT INTO stock_hints (sku, available) VALUES ($1, $2)
    ON CONFLICT (sku) DO UPDATE SET available = excluded.available";

impl SqlPriceList {
    /// Works on this database.
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
                Box::pin(async move {
                    let items = dialect::items_of(tx.dialect());
                    tx.fetch(items, params![wanted]).await?.iter().map(read).collect()
                })
            })
            .await
    }

    async fn replace(&self, mut product: ProductPrices, cause: Option<Cause>) -> Result<(), StoreError> {
        product.variants.sort_by(|one, other| one.sku.cmp(&other.sku));
        let has: Vec<Sku> = product.variants.iter().map(|variant| variant.sku.clone()).collect();
        let recorder = self.recorder.clone();
        self.database
            .write(move |tx| {
                let (product, cause, has, recorder) = (product.clone(), cause.clone(), has.clone(), recorder.clone());
                Box::pin(async move {
                    let mut known = Vec::new();
                    for variant in &product.variants {
                        if tx.execute(PUT_NEW, row(&product, variant)).await? == 0 {
                            known.push(variant);
                        }
                    }
                    let had = hold(tx, product.product, &has).await?;
                    let gone = had.into_iter().filter(|sku| !has.contains(sku)).collect();
                    take_off_sale(tx, product.product, gone).await?;
                    for variant in known {
                        tx.execute(PUT, row(&product, variant)).await?;
                    }
                    handled(tx, &recorder, cause.as_ref()).await
                })
            })
            .await
    }

    async fn withdraw(&self, product: Uuid, skus: Vec<Sku>, cause: Option<Cause>) -> Result<(), StoreError> {
        let recorder = self.recorder.clone();
        self.database
            .write(move |tx| {
                let (skus, cause, recorder) = (skus.clone(), cause.clone(), recorder.clone());
                Box::pin(async move {
                    let had = hold(tx, product, &[]).await?;
                    let gone = had.into_iter().filter(|sku| skus.is_empty() || skus.contains(sku)).collect();
                    take_off_sale(tx, product, gone).await?;
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

fn row(product: &ProductPrices, variant: &VariantPrice) -> Params {
    let (kind, price) = (variant.kind.name(), variant.unit_gross);
    let (minor, currency) = (price.minor(), price.currency());
    let (handle, image) = (product.listing.handle.clone(), product.listing.image.clone());
    params![&variant.sku, product.product, &variant.title, kind, minor, currency, product.active, handle, image]
}

/// Holds the variants that the product had until now, which it answers, and the `others`: a thing may go from one product
/// to another, and the two are told of at the same time.
async fn hold(tx: &mut Tx, product: Uuid, others: &[Sku]) -> Result<Vec<Sku>, StoreError> {
    let rows = tx.fetch_for_update(dialect::variants_of(tx.dialect()), params![product, list(others)?]).await?;
    let held = rows.iter().map(|row| Ok((row.get::<Uuid>("product_id")?, row.get("sku")?)));
    let held = held.collect::<Result<Vec<_>, StoreError>>()?;
    Ok(held.into_iter().filter(|(of, _)| *of == product).map(|(_, sku)| sku).collect())
}

async fn take_off_sale(tx: &mut Tx, product: Uuid, gone: Vec<Sku>) -> Result<(), StoreError> {
    if gone.is_empty() {
        return Ok(());
    }
    tx.execute(dialect::off_sale(tx.dialect()), params![product, list(&gone)?]).await.map(|_| ())
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
    let listing = Listing { handle: row.get("handle")?, image: row.get("image")? };
    Ok(PricedItem { sku, title, kind, unit_gross, sellable, available, listing })
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
