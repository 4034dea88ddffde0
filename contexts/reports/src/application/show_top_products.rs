//! Answers: which articles brought most?

use shared_kernel::Limit;

use super::question::{Asked, QuestionError, Reading};
use crate::domain::{ProductSales, Report};

/// Shows the articles that brought most.
pub struct ShowTopProducts {
    reading: Reading,
}

impl ShowTopProducts {
    /// Answers from this reading.
    #[must_use]
    pub fn new(reading: Reading) -> Self {
        Self { reading }
    }

    /// At most `limit` articles, best first.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn execute(&self, asked: Asked, limit: Limit) -> Result<Report<ProductSales>, QuestionError> {
        let (period, currency) = self.reading.meant(asked)?;
        Ok(self.reading.reports.top_products(currency, period, limit).await?)
    }
}
