//! What the engines write differently. First what PostgreSQL needs and SQLite, with its one writer, has by itself: locks
//! on things that may have no row. Then statements that take a list.
//!
//! Locks are held until the unit of work ends. Their names are hashed; two that meet by chance wait for each other
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

/// Locks this order: no other fact about it is recorded meanwhile.
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

/// Locks the categories: no sale is recorded, no article moved and no totals emptied meanwhile.
pub(super) async fn hold_categories(tx: &mut Tx) -> Result<(), StoreError> {
    match tx.dialect() {
        Dialect::Sqlite => Ok(()),
        Dialect::Postgres => tx.fetch(CATEGORIES_ALONE, params![]).await.map(drop),
    }
}

/// Adds a table `span (place, start, stop)` to a statement: the JSON list of `[start, stop]` in `$1`, counted from 0.
macro_rules! over_spans {
    ($select:literal, $rest:literal) => {
        (
            concat!(
                $select,
                " FROM (SELECT key AS place, value ->> 0 AS start, value ->> 1 AS stop FROM json_each($1)) AS span ",
                $rest
            ),
            concat!(
                $select,
                " FROM (SELECT place - 1 AS place, CAST(ends ->> 0 AS BIGINT) AS start, CAST(ends ->> 1 AS BIGINT) AS stop
                    FROM jsonb_array_elements(CAST($1 AS JSONB)) WITH ORDINALITY AS listed (ends, place)) AS span ",
                $rest
            ),
        )
    };
}

/// What was sold in each span: `$2` the currency, `$3` the scope.
pub(super) fn sales_over(dialect: Dialect) -> &'static str {
    let (sqlite, postgres) = over_spans!(
        "SELECT span.place, COUNT(*) AS orders,
            CAST(SUM(CASE WHEN EXISTS (SELECT 1 FROM cancellation AS c WHERE c.order_id = s.order_id) THEN 1 ELSE 0 END)
                AS BIGINT) AS cancelled,
            CAST(SUM(s.net_minor) AS BIGINT) AS net_minor, CAST(SUM(s.tax_minor) AS BIGINT) AS tax_minor,
            CAST(SUM(s.shipping_minor) AS BIGINT) AS shipping_minor, CAST(SUM(s.gross_minor) AS BIGINT) AS gross_minor,
            CAST(0 AS BIGINT) AS refunded_minor",
        "JOIN sale AS s ON s.currency = $2 AND s.sold_at >= span.start AND s.sold_at < span.stop
        WHERE s.outcome <> 'void' AND ($3 = 'paid' OR s.outcome = 'completed'
            OR EXISTS (SELECT 1 FROM completion AS done WHERE done.order_id = s.order_id))
        GROUP BY span.place"
    );
    match dialect {
        Dialect::Sqlite => sqlite,
        Dialect::Postgres => postgres,
    }
}

/// What went back in each span: `$2` the currency, `$3` the scope.
pub(super) fn refunds_over(dialect: Dialect) -> &'static str {
    let (sqlite, postgres) = over_spans!(
        "SELECT span.place, CAST(0 AS BIGINT) AS orders, CAST(0 AS BIGINT) AS cancelled, CAST(0 AS BIGINT) AS net_minor,
            CAST(0 AS BIGINT) AS tax_minor, CAST(0 AS BIGINT) AS shipping_minor, CAST(0 AS BIGINT) AS gross_minor,
            CAST(SUM(r.amount_minor) AS BIGINT) AS refunded_minor",
        "JOIN refund AS r ON r.currency = $2 AND r.refunded_at >= span.start AND r.refunded_at < span.stop
        JOIN sale AS s ON s.order_id = r.order_id
        WHERE s.outcome <> 'void' AND ($3 = 'paid' OR s.outcome = 'completed'
            OR EXISTS (SELECT 1 FROM completion AS done WHERE done.order_id = s.order_id))
            AND NOT EXISTS (SELECT 1 FROM refund_failure AS f
                WHERE f.order_id = r.order_id AND f.refund_id = r.refund_id)
        GROUP BY span.place"
    );
    match dialect {
        Dialect::Sqlite => sqlite,
        Dialect::Postgres => postgres,
    }
}
