//! The microservice chassis under one name: what every context stands on, and nothing that knows any of them.
//!
//! Each part is a crate of its own in this folder. Reading order: [`sql`] (a database per context, one group-committing
//! writer), [`messaging`] (outbox, relay, bus, inbox, retries, dead letters, tasks and timers), [`web`] (identity, forms,
//! problems, headers, the page frame), [`outbound`] (calls to other systems), [`mail`], [`files`], [`security`] (who did
//! what), [`telemetry`], and [`Platform`], the value in which a context receives all of it.

#![warn(unreachable_pub)]

pub use chassis_http_client as outbound;
pub use chassis_mail as mail;
pub use chassis_messaging as messaging;
pub use chassis_platform::{ContextModule, OpenWork, Platform, Site};
pub use chassis_sql as sql;
pub use chassis_sql::{migration, params};
pub use chassis_system::{SystemClock, SystemIds, files};
pub use chassis_telemetry as telemetry;
#[cfg(feature = "testing")]
pub use chassis_testing as testing;
pub use chassis_web as web;
pub use chassis_web::api_words;

/// The security log, and what a handler writes into it.
pub mod security {
    pub use chassis_security::{Entry, SecurityEvent, SecurityLog, SecurityRecord, forget, records, remove_before};
    pub use chassis_web::SecurityTrail;
}
