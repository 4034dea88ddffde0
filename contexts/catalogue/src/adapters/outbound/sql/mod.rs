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
pub const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    name: "products",
    sqlite: include_str!("../../../../../../migrations/catalogue/sqlite/0001_products.sql"),
}];

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
