//! The stores in SQL. One text for every engine over `chassis::sql`; what really differs sits in `dialect_sqlite`.
//!
//! One order is one row: root fields are columns, what placement froze and what happened since are two JSON columns.
//! Everything that a commit owes (facts, tasks, the handled mark, keys, the cart) is written in the same transaction.

mod carts;
mod dialect_sqlite;
mod history;
mod import;
mod inbox;
mod news;
mod orders;
mod placement;
mod prices;
mod rows;
mod write;

use chassis::sql::Migration;

pub use carts::SqlCartStore;
pub use inbox::SqlPaymentInbox;
pub use news::WaitingRoom;
pub use orders::SqlOrderStore;
pub use prices::{RebuildPriceList, RebuildStockHints, SqlPriceList};

/// The tables of this context, in the order in which they came.
pub const MIGRATIONS: &[Migration] =
    &[chassis::migration!("../../../../../../migrations/order", 1, "0001_orders.sql", "orders")];
