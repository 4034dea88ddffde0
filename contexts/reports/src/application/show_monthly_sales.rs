//! Answers: what did each of the last months bring?

use crate::domain::{MonthSales, Report, Scope};

use super::question::{Asked, QuestionError, Reading};

/// Shows sales month by month.
pub struct ShowMonthlySales {
    reading: Reading,
}

impl ShowMonthlySales {
    /// Answers from this reading.
    #[must_use]
    pub fn new(reading: Reading) -> Self {
        Self { reading }
    }

    /// One row per month, oldest first, the present month last, months without sales included.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn execute(&self, asked: Asked, scope: Scope) -> Result<Report<MonthSales>, QuestionError> {
        let (period, currency) = self.reading.meant(asked)?;
        Ok(self.reading.reports.monthly(currency, period, scope).await?.complete(period))
    }
}
