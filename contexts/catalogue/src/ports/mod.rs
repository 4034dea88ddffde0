//! What this context asks of the world, in its own words. Every adapter passes the suites in `testing::contract`.

#![warn(missing_docs)]

pub mod file_handles;
pub mod import_log;
pub mod media_store;
pub mod product_listing;
pub mod product_store;
pub mod stock_levels;

pub use file_handles::FileHandles;
pub use import_log::ImportLog;
pub use media_store::MediaStore;
pub use product_listing::ProductListing;
pub use product_store::{ProductChange, ProductStore};
pub use stock_levels::StockLevels;
