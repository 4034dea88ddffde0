//! What can be done with the books. One command, [`RecordFact`], takes facts about orders in; the queries
//! [`ReportQueries`], [`ShowSalesOverTime`] and [`ListRefunds`] answer with reports. What all reports have in common (which
//! months, which currency) is resolved by [`ReportContext`]. Statements about products are recorded by their consumer: there
//! is nothing to decide.

pub mod commands;
pub mod queries;
mod report_context;
pub mod use_cases;

pub use commands::{News, RecordFact, RecordFactCommand, RecordFactError};
pub use queries::{ListRefunds, RefundPage, ReportQueries, SalesOverTimeQuery, SalesOverTimeReport, ShowSalesOverTime};
pub use report_context::{ReportContext, ReportError, ReportParams};
pub use use_cases::{Ports, UseCases};
