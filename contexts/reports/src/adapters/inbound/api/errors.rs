//! Status and words of every refusal of the API.

use actix_web::http::StatusCode;
use chassis::web::Problem;

use crate::adapters::inbound::params::BadParameter;
use crate::application::ReportError;

impl From<BadParameter> for Problem {
    fn from(bad: BadParameter) -> Self {
        let (name, title) = match &bad {
            BadParameter::Query(_) => ("invalid-query", "The query cannot be read"),
            BadParameter::Months => ("invalid-months", "Not a number of months"),
            BadParameter::Period => ("invalid-period", "Not a span of months"),
            BadParameter::Dates => ("invalid-period", "Not a span of days"),
            BadParameter::GroupBy => ("unknown-grouping", "Unknown grouping"),
            BadParameter::Status => ("unknown-status", "Unknown status"),
            BadParameter::Currency => ("unknown-currency", "Unknown currency"),
            BadParameter::Limit => ("invalid-limit", "Not a size of a page"),
            BadParameter::Cursor => ("invalid-cursor", "Not a cursor"),
        };
        Self::new(StatusCode::BAD_REQUEST, name, title).detail(bad.to_string())
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Months(_) => BadParameter::Period.into(),
            ReportError::Dates(_) => BadParameter::Dates.into(),
            ReportError::Clock(error) => Self::internal(error),
            ReportError::Store(error) => error.into(),
        }
    }
}
