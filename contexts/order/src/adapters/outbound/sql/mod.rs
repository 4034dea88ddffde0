//! The stores in SQL. One text for every engine over `chassis::sql`; what really differs sits in `dialect`.
//!
//! One order is one row: root fields are columns, what placement froze and what happened since are two JSON columns.
//! Everything that a commit owes (facts, tasks, the handled mark, keys, the cart) is written in the same transaction.
//!
//! # Who waits for whom
//! Where transactions run side by side they lock in this order: buyer held for placement (a lock of its own, no row),
//! order, new order's number, intents, cart row, request key, messages. Nobody holds a later one and asks for an earlier.
//! - An order changes only under the lock of its row, and its facts are written under it, so they are in order. The key
//!   is looked up *after* the lock: a twin waits there and then finds what the first one has done.
//! - A placement holds the buyer: of their requests that come at once each sees the orders that the one before it placed.
//!   The unique index on a cart's open order stands behind that.
//! - Numbers come from a counter that nobody waits for; their uniqueness, and the imports', is the index's.
//! - A cart's row changes by its version, or under its lock when an order pays for its lines. Forgetting asks again, as
//!   it deletes a row, whether nobody has touched it.
//! - New prices are entered, then the known ones locked, then those written, each in the order of SKUs; imported orders
//!   come in the order of their numbers. An intent belongs to the order that named it first; a hint is one statement.
//! - A replay alone goes the other way, messages before copies: if it meets a handler at work, one of the two begins again.

mod audit;
mod carts;
mod dialect;
mod history;
mod import;
mod money;
mod numbers;
mod order_changes;
mod orders;
mod personal_data;
mod placement;
mod prices;
mod restoration;
mod rows;
mod webhook_inbox;
mod write;

use chassis::sql::Migration;

pub use audit::audit;
pub use carts::SqlCartStore;
pub use order_changes::OrderChangeNotifier;
pub use orders::SqlOrderStore;
#[cfg(feature = "testing")]
pub(crate) use personal_data::digest as email_digest;
pub use prices::{RebuildPriceList, RebuildStockHints, SqlPriceList};
pub use restoration::SqlRestoration;
pub use webhook_inbox::SqlWebhookInbox;

/// Selects the currency in which a shop has sold so far: that of most prices, or of the newest order. Nothing in a new shop.
pub const CURRENCY_IN_USE: &str = "SELECT currency FROM (
        SELECT currency, 2 AS rank, COUNT(*) AS weight FROM price_list GROUP BY currency
        UNION ALL SELECT currency, 1, MAX(placed_at) FROM orders GROUP BY currency
    ) AS used ORDER BY rank DESC, weight DESC LIMIT 1";

/// The tables of this context, in the order in which they came.
pub const MIGRATIONS: &[Migration] = &[
    chassis::migration!("../../../../../../migrations/order", 1, "0001_orders.sql", "orders"),
    chassis::migration!("../../../../../../migrations/order", 2, "0002_open_orders.sql", "open orders"),
    chassis::migration!(
        "../../../../../../migrations/order",
        3,
        "0003_refunds_within_payments.sql",
        "refunds within payments"
    ),
    chassis::migration!("../../../../../../migrations/order", 4, "0004_customers.sql", "customers"),
    chassis::migration!("../../../../../../migrations/order", 5, "0005_listings.sql", "listings"),
    chassis::migration!("../../../../../../migrations/order", 6, "0006_carts_of_owner.sql", "carts of owner"),
];
