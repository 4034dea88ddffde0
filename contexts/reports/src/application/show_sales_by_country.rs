//! Answers: what did each country bring?

use super::report_query::{ReportContext, ReportError, ReportParams};
use crate::domain::{CountrySales, Report};

/// Shows sales by the country to which they went.
pub struct ShowSalesByCountry {
    reading: ReportContext,
}

impl ShowSalesByCountry {
    /// Answers from this reading.
    pub fn new(reading: ReportContext) -> Self {
        Self { reading }
    }

    /// Every country to which anything went, best first, shipping included.
    pub async fn execute(&self, asked: ReportParams) -> Result<Report<CountrySales>, ReportError> {
        let (period, currency) = self.reading.resolve(asked)?;
        Ok(self.reading.reports.by_country(currency, period).await?)
    }
}
