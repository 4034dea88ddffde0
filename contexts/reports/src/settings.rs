//! What an operator may set.

use crate::domain::FinancialYear;

/// Currency and time zone are facts about the shop and come with the platform.
#[derive(Debug, Clone, Default)]
pub struct ReportsSettings {
    /// When the financial year begins; usually in January.
    pub financial_year: FinancialYear,
}
