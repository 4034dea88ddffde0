//! The catalogue in its own database: one text for every engine, except for what stands in `dialect`.
//!
//! On PostgreSQL units of work run side by side, except those that keep products: each touches many rows of four
//! tables, codes may pass from one product to another within it, and files name their products in any order, so they
//! wait for each other ([`dialect::keep_alone`]), as in SQLite, and cannot hold each other up. Under that lock a
//! product is changed at the version that it was loaded at, or not at all; handles, codes and counts are unique. A
//! stock level is one row, which is held to see whether it changes what a page says, after the inbox row of its cause,
//! as in a replay, and gives way to a higher sequence only. A picture is one statement. Writers of products touch none
//! of these.

pub mod audit;
mod dialect;
mod imports;
mod listing;
mod media;
mod places;
mod products;
mod rows;
mod search;
mod stock;

use rows::product_columns;
use std::sync::Arc;

use chassis::messaging::Recorder;
use chassis::sql::{Database, Migration};

pub use places::renew_places;
pub use search::rebuild_search;

use crate::adapters::outbound::listing::cache::CacheVersion;

/// The tables of this context.
pub const MIGRATIONS: &[Migration] = &[
    chassis::migration!("../../../../../../migrations/catalogue", 1, "0001_products.sql", "products"),
    chassis::migration!("../../../../../../migrations/catalogue", 2, "0002_search.sql", "search"),
    chassis::migration!("../../../../../../migrations/catalogue", 3, "0003_imports.sql", "imports"),
    chassis::migration!("../../../../../../migrations/catalogue", 4, "0004_newest.sql", "newest"),
];

/// The catalogue in its own database.
#[derive(Clone)]
pub struct SqlCatalogue {
    database: Database,
    recorder: Recorder,
    cache_version: Arc<CacheVersion>,
}

impl SqlCatalogue {
    /// Works on the tables that [`MIGRATIONS`] have made, and turns `cache_version` when something is sold out or there again.
    pub fn new(database: Database, recorder: Recorder, cache_version: Arc<CacheVersion>) -> Self {
        Self { database, recorder, cache_version }
    }
}
