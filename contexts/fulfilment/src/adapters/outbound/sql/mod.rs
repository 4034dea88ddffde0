//! The ports over the context's own database. One text of each statement for every engine; what really differs between
//! engines is in `dialect_sqlite`.
//!
//! `rows` turns domain values into columns and back, and says which column of which row cannot be read.

mod audit;
mod dialect_sqlite;
mod digital_files;
mod product_book;
mod rows;
mod stock_book;
mod warehouse;
mod work_list;

use chassis::sql::Migration;

pub use audit::audit;
pub use digital_files::SqlDigitalFiles;
pub use product_book::SqlProductBook;
pub use stock_book::SqlStockBook;
pub use warehouse::SqlWarehouse;
pub use work_list::SqlWorkList;

/// The context's schema, step by step.
pub const MIGRATIONS: &[Migration] =
    &[chassis::migration!("../../../../../../migrations/fulfilment", 1, "0001_fulfilment.sql", "fulfilment")];
