//! The ports over the context's own database. Every statement has one text for all engines.
//!
//! `rows` turns domain values into columns and back, and says which column of which row cannot be read.
//!
//! # Who waits for whom
//! On SQLite one unit of work runs at a time. On PostgreSQL they run side by side, and rows are locked in this order:
//! the cause's inbox row (`product_book` alone; elsewhere it comes last and no other transaction takes it), then for
//! each order by id its reservation and its shipping order, then products by SKU, then shelves by SKU. Rows that are
//! not there cannot be locked: a transaction that inserts one that another has made meanwhile gets
//! [`StoreError::Stale`] and is repeated.
//! - Stock is read, decided on and written under the lock of its shelf, so no unit is promised twice; movements and
//!   `stock_changed` facts of a SKU are written under the same lock, so they add up and count up.
//! - Whatever concerns one order (repeats, payment against cancellation, dispatch, mailings, waiting items) is decided
//!   under the lock of its reservation, which every order that was heard of has; reading it first is what guards the
//!   shipping order.
//! - `stock_item.derived_committed` is written by triggers on `shipping_order` alone, under the locks of the shelves that the
//!   order's writer holds.
//! - An imported count and the key of an adjustment are looked up under the lock of the shelf. A grant is one conditional statement.
//! - A rebuild of `product` deletes inbox rows first, which is why a statement about a product marks its cause before it
//!   touches a row: it ends before the rebuild begins, or finds that its cause is gone.
//!
//! [`StoreError::Stale`]: shared_kernel::StoreError::Stale

mod audit;
mod digital_files;
mod personal_data;
mod product_book;
mod refund_book;
mod rows;
mod stock_book;
mod warehouse;
mod work_list;

use chassis::sql::Migration;

pub use audit::audit;
pub use digital_files::SqlDigitalFiles;
pub use product_book::SqlProductBook;
pub use refund_book::SqlRefundBook;
pub use stock_book::SqlStockBook;
pub use warehouse::SqlWarehouse;
pub use work_list::SqlWorkList;

/// The context's schema, step by step.
pub const MIGRATIONS: &[Migration] = &[
    chassis::migration!("../../../../../../migrations/fulfilment", 1, "0001_fulfilment.sql", "fulfilment"),
    chassis::migration!("../../../../../../migrations/fulfilment", 2, "0002_shelf.sql", "what lies on the shelf"),
    chassis::migration!("../../../../../../migrations/fulfilment", 3, "0003_erasure.sql", "erasure"),
];
