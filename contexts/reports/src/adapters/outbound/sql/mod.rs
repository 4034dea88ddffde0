//! The books in tables: facts that are only ever added, and totals that each commit keeps true to them.
//!
//! `ledger` writes, `queries` read, `rebuild` empties, `audit` shows everything. There is no SQL outside this
//! folder, and nothing here decides what counts: that is [`crate::domain::OrderHistory`].

mod audit;
mod ledger;
mod postings;
mod queries;
mod rebuild;
mod rows;

use chassis::messaging::Recorder;
use chassis::params;
use chassis::sql::{Database, Migration};
use shared_kernel::StoreError;

pub use rebuild::{RebuildArticles, RebuildSales};

/// The steps that make the tables.
pub const MIGRATIONS: &[Migration] =
    &[chassis::migration!("../../../../../../migrations/reports", 1, "0001_books.sql", "books")];

/// The books in a database.
#[derive(Clone)]
pub struct SqlBooks {
    database: Database,
    recorder: Recorder,
    time_zone: String,
}

impl SqlBooks {
    /// Books in this database, which has been migrated, kept by the calendar of `time_zone`.
    #[must_use]
    pub fn new(database: Database, recorder: Recorder, time_zone: &str) -> Self {
        Self { database, recorder, time_zone: time_zone.to_owned() }
    }

    /// The zone by whose calendar the facts already in the books were dated, if it is another than the present one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn dated_otherwise(&self) -> Result<Option<String>, StoreError> {
        let kept = self.database.read(|tx| {
            Box::pin(async move {
                let row = tx.fetch_optional("SELECT time_zone FROM books WHERE id = 1", params![]).await?;
                row.map(|row| row.get::<String>("time_zone")).transpose()
            })
        });
        Ok(kept.await?.filter(|zone| *zone != self.time_zone))
    }
}
