//! What PostgreSQL needs and SQLite, with its one writer, has by itself: locks on things that may have no row.
//!
//! They are held until the unit of work ends. Their names are hashed; two that meet by chance wait for each other
//! needlessly, which does no harm. Schemas have locks of their own.

use chassis::params;
use chassis::sql::{Dialect, Tx};
use shared_kernel::{OrderId, StoreError};

const ORDER: &str =
    "SELECT 1 AS held FROM pg_advisory_xact_lock(hashtextextended(current_schema() || '/order/' || $1, 0))";
const CATEGORIES_SHARED: &str =
    "SELECT 1 AS held FROM pg_advisory_xact_lock_shared(hashtextextended(current_schema() || '/categories', 0))";
const CATEGORIES_ALONE: &str =
    "SELECT 1 AS held FROM pg_advisory_xact_lock(hashtextextended(current_schema() || '/categories', 0))";

/// Nobody else learns of this order meanwhile.
pub(super) async fn hold_order(tx: &mut Tx, order: OrderId) -> Result<(), StoreError> {
    match tx.dialect() {
        Dialect::Sqlite => Ok(()),
        Dialect::Postgres => tx.fetch(ORDER, params![order]).await.map(drop),
    }
}

/// Every article stays in its category meanwhile.
pub(super) async fn keep_categories(tx: &mut Tx) -> Result<(), StoreError> {
    match tx.dialect() {
        Dialect::Sqlite => Ok(()),
        Dialect::Postgres => tx.fetch(CATEGORIES_SHARED, params![]).await.map(drop),
    }
}

/// Nobody else sells anything, moves articles or empties totals meanwhile.
pub(super) async fn hold_categories(tx: &mut Tx) -> Result<(), StoreError> {
    match tx.dialect() {
        Dialect::Sqlite => Ok(()),
        Dialect::Postgres => tx.fetch(CATEGORIES_ALONE, params![]).await.map(drop),
    }
}
