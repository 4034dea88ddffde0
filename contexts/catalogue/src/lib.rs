//! What the shop offers: products, variants, categories, search, pictures, CSV import and export.
//!
//! A tour, in reading order:
//!
//! 1. `contract/`: the facts this context publishes, its HTTP API, and the columns of its files;
//! 2. [`domain`]: the product and what it may become, lists and their order, search words;
//! 3. [`ports`]: what it asks of the world, with the obligations of those who answer;
//! 4. [`application`]: one use case per file;
//! 5. [`adapters`]: JSON API, pages, files and foreign facts inbound; SQL, cache and published facts outbound;
//! 6. [`module`]: how all of it is put together for the app.
//!
//! Stock belongs to fulfilment: the catalogue brings counts of imported files as facts and keeps a local copy of what
//! fulfilment says is left. Carts and prices at sale belong to order.

#![warn(unreachable_pub)]

pub mod adapters;
pub mod application;
pub mod domain;
pub mod module;
pub mod ports;
#[cfg(feature = "testing")]
pub mod testing;

pub use adapters::inbound::api::dto::FeaturedProduct;
pub use adapters::inbound::import::{ImportFileError, ImportMode, ImportOutcome};
pub use adapters::inbound::pages::view_models::ProductCard;
pub use domain::CategoryCount;
pub use module::{CatalogueModule, DemoError};
