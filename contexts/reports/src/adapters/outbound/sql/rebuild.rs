//! Throwing away what a consumer has built, so that the archive can build it again.
//!
//! The consumer's own messages are stopped by the replay, which has deleted them before it comes here; those of the
//! other consumer, whose totals are these as well, by the lock on the categories.

use async_trait::async_trait;
use chassis::messaging::Rebuild;
use chassis::params;
use chassis::sql::Tx;
use shared_kernel::StoreError;

use super::{SqlBooks, dialect};

/// Notes how fresh the books were, so that reports can say until when they lack something.
const NOTE: &str = "INSERT INTO rebuilding (id, until) SELECT 1, as_of FROM books WHERE id = 1
    ON CONFLICT (id) DO UPDATE SET until = excluded.until WHERE rebuilding.until < excluded.until";

/// Empties everything that follows from facts about orders; what the catalogue stated stays.
#[derive(Debug, Clone, Copy)]
pub struct RebuildSales;

#[async_trait]
impl Rebuild for RebuildSales {
    async fn reset(&self, tx: &mut Tx) -> Result<(), StoreError> {
        dialect::hold_categories(tx).await?;
        tx.execute(NOTE, params![]).await?;
        for table in [
            "DELETE FROM sale",
            "DELETE FROM sale_line",
            "DELETE FROM completion",
            "DELETE FROM cancellation",
            "DELETE FROM refund",
            "DELETE FROM refund_failure",
            "DELETE FROM monthly_total",
            "DELETE FROM country_total",
            "DELETE FROM article_total",
            "DELETE FROM category_total",
            "DELETE FROM books",
        ] {
            tx.execute(table, params![]).await?;
        }
        Ok(())
    }
}

/// Takes the note away when the books are as fresh as they were before, or can get no fresher because a fact lies dead, and
/// no fact waits for its turn.
const DONE: &str = "DELETE FROM rebuilding
    WHERE (until <= (SELECT as_of FROM books WHERE books.id = 1)
        OR EXISTS (SELECT 1 FROM inbox WHERE consumer = 'record-sales' AND status = 'dead'))
    AND NOT EXISTS (SELECT 1 FROM inbox WHERE consumer = 'record-sales' AND settled_at IS NULL AND status = 'open')";

impl SqlBooks {
    /// Notes that the books are whole again, if they are.
    pub async fn finish_rebuild(&self) -> Result<(), StoreError> {
        let noted = self.database.read(|tx| Box::pin(tx.fetch_optional("SELECT id FROM rebuilding", params![])));
        if noted.await?.is_none() {
            return Ok(());
        }
        self.database.write(|tx| Box::pin(async move { tx.execute(DONE, params![]).await.map(drop) })).await
    }
}

/// Empties what the catalogue stated; the sales of all articles then belong to no category until it states it again.
#[derive(Debug, Clone, Copy)]
pub struct RebuildArticles;

#[async_trait]
impl Rebuild for RebuildArticles {
    async fn reset(&self, tx: &mut Tx) -> Result<(), StoreError> {
        dialect::hold_categories(tx).await?;
        tx.execute("DELETE FROM article", params![]).await?;
        tx.execute("DELETE FROM category_total", params![]).await?;
        let unsorted = "INSERT INTO category_total (currency, month, category, quantity, net_minor, tax_minor,
                gross_minor, returned, refunded_minor)
            SELECT currency, month, '', CAST(SUM(quantity) AS BIGINT), CAST(SUM(net_minor) AS BIGINT),
                CAST(SUM(tax_minor) AS BIGINT), CAST(SUM(gross_minor) AS BIGINT), CAST(SUM(returned) AS BIGINT),
                CAST(SUM(refunded_minor) AS BIGINT)
            FROM article_total GROUP BY currency, month";
        tx.execute(unsorted, params![]).await.map(|_| ())
    }
}
