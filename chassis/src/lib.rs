//! The microservice chassis: what every context stands on, and nothing that knows any of them.
//!
//! Reading order: [`sql`] (a database per context, one group-committing writer), [`messaging`] (outbox, relay, bus,
//! inbox, retries, dead letters, tasks and timers), [`web`] (identity, forms, problems, headers, the page frame),
//! [`outbound`] (calls to other systems), [`mail`], [`files`], [`security`] (who did what), [`telemetry`], and
//! [`platform`], the value in which a context receives
//! all of it.

pub mod files;
pub mod mail;
pub mod messaging;
pub mod outbound;
pub mod platform;
pub mod security;
pub mod sql;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
pub mod web;

pub use platform::{Platform, Site, SystemClock, SystemIds};
