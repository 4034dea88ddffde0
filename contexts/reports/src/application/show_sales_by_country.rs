//! Answers: what did each country bring?

use super::question::{Asked, QuestionError, Reading};
use crate::domain::{CountrySales, Report};

/// Shows sales by the country to which they went.
pub struct ShowSalesByCountry {
    reading: Reading,
}

impl ShowSalesByCountry {
    /// Answers from this reading.
    #[must_use]
    pub fn new(reading: Reading) -> Self {
        Self { reading }
    }

    /// Every country to which anything went, best first, shipping included.
    ///
    /// # Errors
    /// [`QuestionError`].
    pub async fn execute(&self, asked: Asked) -> Result<Report<CountrySales>, QuestionError> {
        let (period, currency) = self.reading.meant(asked)?;
        Ok(self.reading.reports.by_country(currency, period).await?)
    }
}
