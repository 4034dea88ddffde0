//! What answers with a report.

mod list_refunds;
mod report_queries;
mod show_sales_over_time;

pub use list_refunds::{ListRefunds, RefundPage};
pub use report_queries::ReportQueries;
pub use show_sales_over_time::{SalesOverTimeQuery, SalesOverTimeReport, ShowSalesOverTime};
