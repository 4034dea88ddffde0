//! What the reports need from outside, in the language of the books.
//!
//! [`SalesLedger`] takes facts in, [`SalesReports`] and [`SalesOverTime`] answer questions. They are ports of their own because
//! different use cases need them, though every adapter so far implements both over the same tables.

#![warn(missing_docs)]

mod sales_ledger;
mod sales_over_time;
mod sales_reports;

pub use sales_ledger::{Added, FactAdded, ProductStated, SalesLedger};
pub use sales_over_time::SalesOverTime;
pub use sales_reports::{RefundPlace, SalesReports};
