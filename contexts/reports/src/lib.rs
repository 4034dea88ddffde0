//! Sales facts and the reports drawn from them.
//!
//! A read model: it hears what other contexts state, keeps the facts in tables of its own, and keeps totals beside them
//! so that a report reads a handful of rows however many orders there are. It changes nothing outside itself, publishes
//! nothing, and can be thrown away and built again from the archive with identical rows.
//!
//! Reading order: [`domain`] (what a fact adds to which total), [`ports`], [`application`] (one command takes
//! facts in, the queries answer with reports), [`adapters`] (consumers and SQL, JSON and pages), and [`ReportsModule`], which hands the app its
//! four lists.

#![warn(unreachable_pub)]

pub mod adapters;
pub mod application;
pub mod domain;
mod module;
pub mod ports;
mod settings;
#[cfg(feature = "testing")]
pub mod testing;

pub use module::ReportsModule;
pub use settings::ReportsSettings;
