//! Answers: which articles brought most?

use shared_kernel::Limit;

use super::report_query::{ReportContext, ReportError, ReportParams};
use crate::domain::{ProductSales, Report};

/// Shows the articles that brought most.
pub struct ShowTopProducts {
    reading: ReportContext,
}

impl ShowTopProducts {
    /// Answers from this reading.
    pub fn new(reading: ReportContext) -> Self {
        Self { reading }
    }

    /// At most `limit` articles, best first.
    pub async fn execute(&self, asked: ReportParams, limit: Limit) -> Result<Report<ProductSales>, ReportError> {
        let (period, currency) = self.reading.resolve(asked)?;
        Ok(self.reading.reports.top_products(currency, period, limit).await?)
    }
}
