//! The mark that a restoration has left in the context's database.

use async_trait::async_trait;
use chassis::params;
use chassis::sql::Database;
use chassis::sql::transfer::RESTORED;
use shared_kernel::{StoreError, Timestamp};

use crate::ports::Restoration;

const UNMARK: &str = "DELETE FROM marker WHERE name = $1";
const RECONCILED: &str = "INSERT INTO marker (name, made_at) VALUES ('reconciled', $1)
    ON CONFLICT (name) DO UPDATE SET made_at = excluded.made_at";
const SKIP_NUMBERS: &str = "UPDATE order_numbers SET next = next + $1 WHERE \"only\" = 1";

/// Reads and takes away the mark.
#[derive(Clone)]
pub struct SqlRestoration {
    database: Database,
}

impl SqlRestoration {
    /// Works on this database.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl Restoration for SqlRestoration {
    async fn restore_point(&self) -> Result<Option<Timestamp>, StoreError> {
        self.database.marked_at(RESTORED).await
    }

    async fn mark_reconciled(&self, now: Timestamp, skipped: i64) -> Result<(), StoreError> {
        let done = self.database.write(move |tx| {
            Box::pin(async move {
                if tx.execute(UNMARK, params![RESTORED]).await? == 0 {
                    return Ok(());
                }
                tx.execute(RECONCILED, params![now]).await?;
                tx.execute(SKIP_NUMBERS, params![skipped]).await.map(|_| ())
            })
        });
        done.await
    }
}
