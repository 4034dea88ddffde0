//! What the reports need from outside, in the language of the books.
//!
//! [`SalesLedger`] takes facts in, [`SalesReports`] answers questions. They are two ports because two kinds of people
//! use them, though every adapter so far implements both over the same tables.

mod sales_ledger;
mod sales_reports;

pub use sales_ledger::{Added, FactAdded, ProductStated, SalesLedger};
pub use sales_reports::{RefundPlace, SalesReports};
