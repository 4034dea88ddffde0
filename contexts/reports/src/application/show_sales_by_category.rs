//! Answers: what did each category bring?

use super::question::{Asked, QuestionError, Reading};
use crate::domain::{CategorySales, Report};

/// Shows sales by category.
pub struct ShowSalesByCategory {
    reading: Reading,
}

impl ShowSalesByCategory {
    /// Answers from this reading.
    #[must_use]
    pub fn new(reading: Reading) -> Self {
        Self { reading }
    }

    /// Every category that sold anything, best first. Shipping belongs to none and is left out.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn execute(&self, asked: Asked) -> Result<Report<CategorySales>, QuestionError> {
        let (period, currency) = self.reading.meant(asked)?;
        Ok(self.reading.reports.by_category(currency, period).await?)
    }
}
