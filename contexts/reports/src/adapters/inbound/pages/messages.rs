//! What pages say when a report cannot be shown, and what they call things without a name.

use chassis::web::PageError;
use shared_kernel::country::name;

use crate::adapters::inbound::params::BadParameter;
use crate::application::ReportError;
use crate::domain::{Category, Country};

impl From<BadParameter> for PageError {
    fn from(bad: BadParameter) -> Self {
        Self::Refused(format!("The report cannot be shown: {bad}."))
    }
}

impl From<ReportError> for PageError {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Months(_) => BadParameter::Period.into(),
            ReportError::Dates(_) => BadParameter::Dates.into(),
            ReportError::Clock(error) => Self::internal(error),
            ReportError::Store(error) => error.into(),
        }
    }
}

pub(super) fn category(category: Option<&Category>) -> String {
    category.map_or("No category", Category::as_str).to_owned()
}

pub(super) fn country(country: Option<&Country>) -> String {
    country.map_or("Nothing sent", |code| name(code.as_str())).to_owned()
}
