//! The questions that people ask the books.

use async_trait::async_trait;
use shared_kernel::{Currency, Limit, OrderId, StoreError, Timestamp};

use crate::domain::{
    CategorySales, CountrySales, MonthSales, Period, ProductSales, RefundEntry, RefundId, Report, Scope,
};

/// Where a page of refunds starts: after this one, which was the last of the page before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundPlace {
    /// When it was given.
    pub refunded_at: Timestamp,
    /// Of which order.
    pub order: OrderId,
    /// Which one.
    pub id: RefundId,
}

/// Answers from the totals. Every answer counts orders whose money arrived, of one currency, in whole months of the
/// shop's calendar, and is as fresh as it says or fresher. The cost of an answer does not grow with the number of
/// orders; that of the best articles grows with the number of articles.
#[async_trait]
pub trait SalesReports: Send + Sync {
    /// The months of the period that have anything to tell, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`]; so do all of them.
    async fn monthly(&self, of: Currency, period: Period, scope: Scope) -> Result<Report<MonthSales>, StoreError>;

    /// The articles that brought most, by gross and then by code.
    async fn top_products(
        &self,
        of: Currency,
        period: Period,
        limit: Limit,
    ) -> Result<Report<ProductSales>, StoreError>;

    /// The categories, by gross and then by name, articles without one first among equals.
    async fn by_category(&self, of: Currency, period: Period) -> Result<Report<CategorySales>, StoreError>;

    /// The countries, by gross and then by name, orders without one first among equals.
    async fn by_country(&self, of: Currency, period: Period) -> Result<Report<CountrySales>, StoreError>;

    /// The refunds given in the period, newest first and then by order and id backwards, from `after` on, whether or not their
    /// order is a sale. One row more than `limit` says that there are more.
    async fn refunds(
        &self,
        of: Currency,
        period: Period,
        limit: Limit,
        after: Option<RefundPlace>,
    ) -> Result<Report<RefundEntry>, StoreError>;
}
