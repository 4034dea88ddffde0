//! The books in tables: facts that are only ever added, and totals that each commit keeps true to them.
//!
//! `ledger` writes, `queries` and `over_time` read, `rebuild` empties, `audit` shows everything, `dialect` is what the engines write
//! differently. There is no SQL outside this folder, and nothing here decides what counts: that is
//! [`crate::domain::OrderHistory`].
//!
//! # Who waits for whom
//! On SQLite one unit of work runs at a time. On PostgreSQL facts about different orders are written side by side; each
//! takes, in this order and only as far as it needs it:
//! 1. its order (a lock by name, as there may be no row of it yet): two facts of one order never overlook each other;
//! 2. its inbox row, before anything is written: a rebuild, which deletes those rows first, comes before or after it;
//! 3. the categories, shared with all other sales: a transaction that moves articles between categories, or empties the
//!    totals, takes them alone, so that no sale is added to a category that its article has just left;
//! 4. the totals, those first that few share, each kind by key: article, category, country, month; and last, for no
//!    longer than the commit takes, the one row that says how fresh the books are. Who has nothing fresher to say leaves
//!    it alone.
//!
//! Totals grow by single statements (`x = total.x + gained.x`), so those who share one wait for each other's commit and
//! for nothing else, and there are no deadlocks.

mod audit;
mod dialect;
mod ledger;
mod over_time;
mod postings;
mod queries;
mod rebuild;
mod rows;

use chassis::messaging::Recorder;
use chassis::params;
use chassis::sql::{Database, Migration};
use shared_kernel::StoreError;

pub use audit::audit;
pub use rebuild::{RebuildArticles, RebuildSales};

/// The steps that make the tables.
pub const MIGRATIONS: &[Migration] = &[
    chassis::migration!("../../../../../../migrations/reports", 1, "0001_books.sql", "books"),
    chassis::migration!("../../../../../../migrations/reports", 2, "0002_refund_failures.sql", "refund failures"),
    chassis::migration!("../../../../../../migrations/reports", 3, "0003_kept.sql", "kept"),
    chassis::migration!("../../../../../../migrations/reports", 4, "0004_sales_by_time.sql", "sales by time"),
    chassis::migration!("../../../../../../migrations/reports", 5, "0005_articles_by_month.sql", "articles by month"),
];

/// By which rules totals are kept; counted up whenever a fact adds to them otherwise than before. 1: what goes back is
/// taken from articles, categories and countries, and a country has one code.
const RULES_VERSION: i64 = 1;

/// The books in a database.
#[derive(Clone)]
pub struct SqlBooks {
    database: Database,
    recorder: Recorder,
    time_zone: String,
}

impl SqlBooks {
    /// Books in this database, which has been migrated, kept by the calendar of `time_zone`.
    pub fn new(database: Database, recorder: Recorder, time_zone: &str) -> Self {
        Self { database, recorder, time_zone: time_zone.to_owned() }
    }

    /// Why the totals already in the books have to be built again, if they do: another calendar, or older rules.
    pub async fn outdated(&self) -> Result<Option<String>, StoreError> {
        let kept = self.database.read(|tx| {
            Box::pin(async move {
                let row = tx.fetch_optional("SELECT time_zone, rules FROM books WHERE id = 1", params![]).await?;
                row.map(|row| Ok((row.get::<String>("time_zone")?, row.get::<i64>("rules")?))).transpose()
            })
        });
        Ok(match kept.await? {
            Some((zone, _)) if zone != self.time_zone => {
                Some(format!("sales were dated in {zone} and are now dated in {}", self.time_zone))
            }
            Some((_, rules)) if rules < RULES_VERSION => {
                Some("an earlier version counted refunds otherwise".to_owned())
            }
            Some(_) | None => None,
        })
    }
}
