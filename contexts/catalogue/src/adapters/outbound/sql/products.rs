//! Products, their codes, and their place in the search index.

use async_trait::async_trait;
use chassis::messaging::Record;
use chassis::params;
use chassis::sql::Tx;
use shared_kernel::{Sku, StoreError};

use super::rows::{attributes_json, images_json, product_columns, product_of, variants_json};
use super::{SqlCatalogue, dialect};
use crate::adapters::outbound::publish::published;
use crate::domain::listing::{codes, labels};
use crate::domain::search_words::{fold, search_words};
use crate::domain::{Handle, Product, StockCount, WrittenHandle};
use crate::ports::{ProductChange, ProductStore};

const FIND: &str = concat!(product_columns!(), " WHERE handle = $1");
const OWNER: &str = "SELECT handle FROM product WHERE id = (SELECT product_id FROM product_sku WHERE sku = $1)";
const INSERT: &str = "INSERT INTO product (id, handle, title, title_key, description, category, category_slug, status,
    images, attributes, variants, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1) ON CONFLICT DO NOTHING";
const UPDATE: &str =
    "UPDATE product SET title = $3, title_key = $4, description = $5, category = $6, category_slug = $7,
    status = $8, images = $9, attributes = $10, variants = $11, version = version + 1
    WHERE id = $1 AND handle = $2 AND version = $12";
const RELEASE_SKUS: &str = "DELETE FROM product_sku WHERE product_id = $1";
const CLAIM_SKU: &str = "INSERT INTO product_sku (sku, product_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
const COUNT_ONCE: &str =
    "INSERT INTO stock_count (import_id, sku, on_hand) VALUES ($1, $2, $3) ON CONFLICT (import_id, sku) DO NOTHING";
const NOTE_WRITTEN: &str = "INSERT INTO source_handle (written, product_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";

#[async_trait]
impl ProductStore for SqlCatalogue {
    async fn find(&self, handle: &Handle) -> Result<Option<Product>, StoreError> {
        let handle = handle.to_string();
        let read = self.database.read(move |tx| {
            let params = params![&handle];
            Box::pin(async move { tx.fetch_optional(FIND, params).await?.as_ref().map(product_of).transpose() })
        });
        read.await
    }

    async fn owner(&self, sku: &Sku) -> Result<Option<Handle>, StoreError> {
        let sku = sku.clone();
        let read = self.database.read(move |tx| {
            let params = params![&sku];
            Box::pin(async move {
                let row = tx.fetch_optional(OWNER, params).await?;
                row.map(|row| row.get::<String>("handle")).transpose()
            })
        });
        let corrupt = |error: crate::domain::FieldError| StoreError::Corrupt {
            table: "product",
            row: "handle".to_owned(),
            problem: error.to_string(),
        };
        read.await?.map(|handle| Handle::parse(&handle)).transpose().map_err(corrupt)
    }

    async fn commit(&self, changes: Vec<ProductChange>) -> Result<(), StoreError> {
        let recorder = self.recorder.clone();
        let write = self.database.write(move |tx| {
            let (changes, recorder) = (changes.clone(), recorder.clone());
            Box::pin(async move {
                if let Some(alone) = dialect::keep_alone(tx.dialect()) {
                    tx.fetch(alone, params![]).await?;
                }
                let mut events = Vec::new();
                for change in &changes {
                    if !change.events.is_empty() {
                        keep(tx, &change.product).await?;
                    }
                    if let Some(written) = &change.written {
                        note_written(tx, written, &change.product).await?;
                    }
                    let counts = new_counts(tx, &change.counts).await?;
                    events.extend(published(change, &counts));
                }
                recorder.record(tx, Record { cause: None, events, tasks: Vec::new() }).await
            })
        });
        write.await
    }
}

async fn keep(tx: &mut Tx, product: &Product) -> Result<(), StoreError> {
    let details = product.details();
    let id = product.id().uuid();
    let mut params = params![
        id,
        product.handle().as_str(),
        details.title.as_str(),
        fold(details.title.as_str()),
        details.description.as_str(),
        details.category.as_str(),
        details.category.slug_before(),
        details.status.name(),
        images_json(&details.images)?,
        attributes_json(&details.attributes)?,
        variants_json(&details.variants)?,
    ];
    if product.version() == 0 {
        if tx.execute(INSERT, params).await? == 0 {
            return Err(StoreError::Conflict("handle"));
        }
    } else {
        params.extend(params![product.version()]);
        if tx.execute(UPDATE, params).await? == 0 {
            return Err(StoreError::Stale);
        }
        tx.execute(RELEASE_SKUS, params![id]).await?;
        tx.execute(dialect::unindex(tx.dialect()), params![id]).await?;
    }
    for variant in product.variants() {
        if tx.execute(CLAIM_SKU, params![&variant.sku, id]).await? == 0 {
            return Err(StoreError::Conflict("sku"));
        }
    }
    index(tx, product).await
}

async fn note_written(tx: &mut Tx, written: &WrittenHandle, product: &Product) -> Result<(), StoreError> {
    let params = params![written.as_str(), product.id().uuid()];
    if tx.execute(NOTE_WRITTEN, params).await? == 0 { Err(StoreError::Conflict("written")) } else { Ok(()) }
}

/// Enters the product's words into the search index, where it must not be yet.
pub(super) async fn index(tx: &mut Tx, product: &Product) -> Result<(), StoreError> {
    let labels = search_words(&labels(product)).join(" ");
    let params = params![product.id().uuid(), labels, search_words(&codes(product)).join(" ")];
    tx.execute(dialect::index(tx.dialect()), params).await.map(|_| ())
}

async fn new_counts(tx: &mut Tx, counts: &[StockCount]) -> Result<Vec<StockCount>, StoreError> {
    let mut news = Vec::new();
    for count in counts {
        if tx.execute(COUNT_ONCE, params![count.import_id, &count.sku, count.on_hand]).await? > 0 {
            news.push(count.clone());
        }
    }
    Ok(news)
}
