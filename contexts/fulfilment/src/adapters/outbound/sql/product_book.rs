//! The local copy of what the catalogue sells.
//!
//! Marks its cause before it touches a row, as a rebuild takes inbox rows before products, too.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chassis::messaging::{Rebuild, Record, Recorder};
use chassis::params;
use chassis::sql::{Database, Tx};
use shared_kernel::{Cause, Sku, StoreError};

use crate::domain::Kind;
use crate::ports::{Product, ProductBook, ProductVariant};

const KEEP: &str = "INSERT INTO product (sku, product_id, title, kind) VALUES ($1, $2, $3, $4)
    ON CONFLICT (sku) DO UPDATE SET product_id = excluded.product_id, title = excluded.title, kind = excluded.kind";

/// [`ProductBook`] over the context's database.
#[derive(Clone)]
pub struct SqlProductBook {
    database: Database,
    recorder: Recorder,
}

impl SqlProductBook {
    /// Keeps the copy in `database`.
    pub fn new(database: Database, recorder: Recorder) -> Self {
        Self { database, recorder }
    }

    async fn replace(&self, product: Product, cause: Cause) -> Result<(), StoreError> {
        let recorder = self.recorder.clone();
        self.database
            .write(move |tx| {
                let (product, cause, recorder) = (product.clone(), cause.clone(), recorder.clone());
                Box::pin(async move {
                    recorder.record(tx, Record { cause: Some(&cause), ..Record::default() }).await?;
                    keep(tx, product).await
                })
            })
            .await
    }
}

#[async_trait]
impl ProductBook for SqlProductBook {
    async fn learn(&self, product: Product, cause: Cause) -> Result<(), StoreError> {
        self.replace(product, cause).await
    }

    async fn forget(&self, product: String, cause: Cause) -> Result<(), StoreError> {
        self.replace(Product { id: product, variants: Vec::new() }, cause).await
    }
}

/// Empties the copy. Shelves stay: they are this context's own data.
#[async_trait]
impl Rebuild for SqlProductBook {
    async fn reset(&self, tx: &mut Tx) -> Result<(), StoreError> {
        tx.execute("DELETE FROM product", params![]).await.map(drop)
    }
}

/// Goes through the articles in key order, one row per statement: articles move from product to product, and two that
/// swap theirs must not wait for each other in a circle.
async fn keep(tx: &mut Tx, product: Product) -> Result<(), StoreError> {
    let own = tx.fetch("SELECT sku FROM product WHERE product_id = $1", params![&product.id]).await?;
    let own = own.iter().map(|row| Ok((row.get("sku")?, None))).collect::<Result<Vec<_>, StoreError>>()?;
    let stated = product.variants.iter().map(|variant| (variant.sku.clone(), Some(variant)));
    let articles: BTreeMap<Sku, Option<&ProductVariant>> = own.into_iter().chain(stated).collect();
    for (sku, variant) in &articles {
        match variant {
            Some(variant) => {
                let params = params![sku, &product.id, &variant.title, variant.kind.name()];
                tx.execute(KEEP, params).await?;
            }
            None => {
                let gone = "DELETE FROM product WHERE sku = $1 AND product_id = $2";
                tx.execute(gone, params![sku, &product.id]).await?;
            }
        }
    }
    for (sku, _) in articles.iter().filter(|(_, variant)| variant.is_some_and(|it| it.kind == Kind::Physical)) {
        let shelf = "INSERT INTO stock_item (sku, on_hand, reserved) VALUES ($1, 0, 0) ON CONFLICT (sku) DO NOTHING";
        tx.execute(shelf, params![sku]).await?;
    }
    Ok(())
}
