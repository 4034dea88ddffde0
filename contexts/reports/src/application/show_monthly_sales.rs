//! Answers: what did each of the last months bring?

use crate::domain::{MonthSales, Report, Scope};

use super::report_query::{ReportContext, ReportError, ReportParams};

/// Shows sales month by month.
pub struct ShowMonthlySales {
    reading: ReportContext,
}

impl ShowMonthlySales {
    /// Answers from this reading.
    pub fn new(reading: ReportContext) -> Self {
        Self { reading }
    }

    /// One row per month, oldest first, the present month last, months without sales included.
    pub async fn execute(&self, asked: ReportParams, scope: Scope) -> Result<Report<MonthSales>, ReportError> {
        let (period, currency) = self.reading.resolve(asked)?;
        Ok(self.reading.reports.monthly(currency, period, scope).await?.complete(period))
    }
}
