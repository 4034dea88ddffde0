//! What spans of time brought, whichever their ends.

use async_trait::async_trait;
use shared_kernel::{Currency, StoreError};

use crate::domain::{Moments, MonthAmounts, Report, Scope};

/// Answers from the facts themselves, so that a span may begin and end at any moment. The cost of an answer grows with the
/// number of orders in the spans; [`SalesReports::monthly`](super::SalesReports::monthly) answers for whole months at once.
#[async_trait]
pub trait SalesOverTime: Send + Sync {
    /// What each of these spans brought in one currency, in their order: sales by when the money arrived, refunds by when
    /// it went back, as the monthly sums count them.
    async fn over(&self, of: Currency, spans: &[Moments], scope: Scope) -> Result<Report<MonthAmounts>, StoreError>;
}
