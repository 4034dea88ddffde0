//! Throwing away what a consumer has built, so that the archive can build it again.
//!
//! The consumer's own messages are stopped by the replay, which has deleted them before it comes here; those of the
//! other consumer, whose totals are these as well, by the lock on the categories.

use async_trait::async_trait;
use chassis::messaging::Rebuild;
use chassis::params;
use chassis::sql::Tx;
use shared_kernel::StoreError;

use super::dialect;

/// Empties everything that follows from facts about orders; what the catalogue stated stays.
#[derive(Debug, Clone, Copy)]
pub struct RebuildSales;

#[async_trait]
impl Rebuild for RebuildSales {
    async fn reset(&self, tx: &mut Tx) -> Result<(), StoreError> {
        dialect::hold_categories(tx).await?;
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

/// Empties what the catalogue stated; the sales of all articles then belong to no category until it states it again.
#[derive(Debug, Clone, Copy)]
pub struct RebuildArticles;

#[async_trait]
impl Rebuild for RebuildArticles {
    async fn reset(&self, tx: &mut Tx) -> Result<(), StoreError> {
        dialect::hold_categories(tx).await?;
        tx.execute("DELETE FROM article", params![]).await?;
        tx.execute("DELETE FROM category_total", params![]).await?;
        let unsorted =
            "INSERT INTO category_total (currency, month, category, quantity, net_minor, tax_minor, gross_minor)
            SELECT currency, month, '', CAST(SUM(quantity) AS BIGINT), CAST(SUM(net_minor) AS BIGINT),
                CAST(SUM(tax_minor) AS BIGINT), CAST(SUM(gross_minor) AS BIGINT)
            FROM article_total GROUP BY currency, month";
        tx.execute(unsorted, params![]).await.map(|_| ())
    }
}
