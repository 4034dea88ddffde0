//! The app: puts the contexts together into one shop and opens its doors.
//!
//! Each folder is one task. Reading order: [`config`] (what can be set, the parts that a process may hold, secrets),
//! [`composition`] (opens the databases, starts the contexts, joins them by the bus), [`http`] (the public door and the
//! private one), [`peers`] (contexts in this process and in others), [`pages`] (pages that join contexts), [`ops`] (the
//! operator's API), [`cli`] (commands, with and without a running shop), [`seed`] (what a new shop begins with), [`backup`]
//! (backups, restoring, the move onto servers).
//!
//! No business rule lives here. A context is asked through the lists and methods of its module and nothing else.

#![warn(unreachable_pub)]

pub mod backup;
pub mod cli;
pub mod composition;
pub mod config;
pub mod http;
pub mod ops;
pub mod pages;
pub mod peers;
pub mod seed;

pub use http::server::run;
