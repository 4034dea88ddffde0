//! The local copy of what the catalogue sells.

use async_trait::async_trait;
use chassis::messaging::{Rebuild, Record, Recorder};
use chassis::params;
use chassis::sql::{Database, Tx};
use shared_kernel::{Cause, StoreError};

use crate::domain::Kind;
use crate::ports::{Product, ProductBook};

/// [`ProductBook`] over the context's database.
#[derive(Clone)]
pub struct SqlProductBook {
    database: Database,
    recorder: Recorder,
}

impl SqlProductBook {
    /// Keeps the copy in `database`.
    #[must_use]
    pub fn new(database: Database, recorder: Recorder) -> Self {
        Self { database, recorder }
    }

    async fn replace(&self, product: Product, cause: Cause) -> Result<(), StoreError> {
        let recorder = self.recorder.clone();
        self.database
            .write(move |tx| {
                let (product, cause, recorder) = (product.clone(), cause.clone(), recorder.clone());
                Box::pin(async move {
                    keep(tx, product).await?;
                    recorder.record(tx, Record { cause: Some(&cause), ..Record::default() }).await
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

/// Empties the copy. Shelves stay: what lies on them is nobody's copy.
#[async_trait]
impl Rebuild for SqlProductBook {
    async fn reset(&self, tx: &mut Tx) -> Result<(), StoreError> {
        tx.execute("DELETE FROM product", params![]).await.map(drop)
    }
}

async fn keep(tx: &mut Tx, product: Product) -> Result<(), StoreError> {
    tx.execute("DELETE FROM product WHERE product_id = $1", params![&product.id]).await?;
    for variant in product.variants {
        let keep = "INSERT INTO product (sku, product_id, title, kind) VALUES ($1, $2, $3, $4)
            ON CONFLICT (sku) DO UPDATE SET product_id = excluded.product_id, title = excluded.title, kind = excluded.kind";
        tx.execute(keep, params![&variant.sku, &product.id, variant.title, variant.kind.name()]).await?;
        if variant.kind == Kind::Physical {
            let shelf =
                "INSERT INTO stock_item (sku, on_hand, reserved) VALUES ($1, 0, 0) ON CONFLICT (sku) DO NOTHING";
            tx.execute(shelf, params![variant.sku]).await?;
        }
    }
    Ok(())
}
