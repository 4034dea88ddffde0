//! The search index made again: it follows from the products, and each engine keeps it in its own way.

use chassis::params;
use chassis::sql::Database;
use shared_kernel::StoreError;

use super::products::index;
use super::rows::{product_columns, product_of};

const EMPTY: &str = "DELETE FROM product_search";
const NEXT: &str = concat!(product_columns!(), " WHERE id > $1 ORDER BY id LIMIT 500");

/// Empties the index and enters every product, all of it or nothing.
pub async fn rebuild_search(database: &Database) -> Result<(), StoreError> {
    let rebuilt = database.write(|tx| {
        Box::pin(async move {
            tx.execute(EMPTY, params![]).await?;
            let mut last = String::new();
            loop {
                let rows = tx.fetch(NEXT, params![&last]).await?;
                let Some(row) = rows.last() else { return Ok(()) };
                last = row.get("id")?;
                for row in &rows {
                    index(tx, &product_of(row)?).await?;
                }
            }
        })
    });
    rebuilt.await
}
