//! Statements of the messaging tables that the engines write differently.

use chassis_sql::Dialect;

macro_rules! heads {
    () => {
        "SELECT head.position FROM inbox AS head
        WHERE head.consumer = $1 AND head.settled_at IS NULL AND head.status = 'open' AND head.due_at <= $2
          AND (head.lease_until IS NULL OR head.lease_until <= $6)
          AND NOT EXISTS (SELECT 1 FROM inbox AS earlier
                WHERE earlier.consumer = $1 AND earlier.lane = head.lane AND earlier.settled_at IS NULL
                  AND earlier.position < head.position)
        ORDER BY head.position LIMIT $3"
    };
}

/// Leases the heads of lanes. `$1` consumer, `$2` now, `$3` how many lanes, `$4` the lease, `$5` until when,
/// `$6` the steady time.
pub(super) fn claim(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => concat!(
            "UPDATE inbox SET lease = $4, lease_until = $5, attempts = attempts + 1 WHERE position IN (",
            heads!(),
            ") RETURNING position, id, attempts, envelope, received_at"
        ),
        // Heads that another process is about to lease are left to it. MATERIALIZED, so that the rows are picked once.
        Dialect::Postgres => concat!(
            "WITH heads AS MATERIALIZED (",
            heads!(),
            " FOR UPDATE OF head SKIP LOCKED)
            UPDATE inbox SET lease = $4, lease_until = $5, attempts = inbox.attempts + 1
            FROM heads WHERE inbox.position = heads.position
            RETURNING inbox.position, inbox.id, inbox.attempts, inbox.envelope, inbox.received_at"
        ),
    }
}

/// Keeps other processes from numbering facts until the commit. PostgreSQL alone.
pub(super) const LOCK_NUMBERING: &str =
    "SELECT 1 AS held FROM pg_advisory_xact_lock(hashtextextended(current_schema(), 0))";

/// Numbers the facts that are visible, in the order in which they were written. PostgreSQL alone.
pub(super) const NUMBER: &str = "UPDATE outbox SET position = waiting.place
    FROM (SELECT arrival, row_number() OVER (ORDER BY arrival)
            + (SELECT COALESCE(MAX(position), 0) FROM outbox) AS place
          FROM outbox WHERE position IS NULL ORDER BY arrival LIMIT 4096) AS waiting
    WHERE outbox.arrival = waiting.arrival";
