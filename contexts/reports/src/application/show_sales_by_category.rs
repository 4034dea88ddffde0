//! Answers: what did each category bring?

use super::report_query::{ReportContext, ReportError, ReportParams};
use crate::domain::{CategorySales, Report};

pub struct ShowSalesByCategory {
    reading: ReportContext,
}

impl ShowSalesByCategory {
    /// Answers from this reading.
    pub fn new(reading: ReportContext) -> Self {
        Self { reading }
    }

    /// Every category that sold anything, best first. Shipping belongs to none and is left out.
    pub async fn execute(&self, asked: ReportParams) -> Result<Report<CategorySales>, ReportError> {
        let (period, currency) = self.reading.resolve(asked)?;
        Ok(self.reading.reports.by_category(currency, period).await?)
    }
}
