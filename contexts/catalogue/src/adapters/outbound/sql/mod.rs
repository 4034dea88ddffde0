//! The catalogue in its own database: one text for every engine, except for what stands in `dialect_sqlite`.

mod dialect_sqlite;
mod products;
mod rows;
mod shelf;
mod stock;

use rows::product_columns;
use std::sync::Arc;

use chassis::messaging::Recorder;
use chassis::sql::{Database, Migration};

use super::cache::Freshness;

/// The tables of this context.
pub const MIGRATIONS: &[Migration] =
    &[chassis::migration!("../../../../../../migrations/catalogue", 1, "0001_products.sql", "products")];

/// The catalogue in its own database.
#[derive(Clone)]
pub struct SqlCatalogue {
    database: Database,
    recorder: Recorder,
    freshness: Arc<Freshness>,
}

impl SqlCatalogue {
    /// Works on the tables that [`MIGRATIONS`] have made, and turns `freshness` after each commit that a reader would see.
    #[must_use]
    pub fn new(database: Database, recorder: Recorder, freshness: Arc<Freshness>) -> Self {
        Self { database, recorder, freshness }
    }
}
