//! The composition root: [`setup`] (how settings become what the contexts are given), [`contexts`] (the list of all
//! contexts), [`modules`] (those of this process), [`shop`] (the databases, the contexts on them, and the engine that joins them by the bus), [`location_guard`]
//! (keeps a second shop from being opened beside the first), [`security_log`] (where it is kept, and for how long),
//! [`telemetry`] (what the process tells of itself) and [`process`] (what the operating system is asked for).
//!
//! Opens no door: see [`crate::http`].

pub mod contexts;
pub mod location_guard;
pub mod modules;
pub mod process;
pub mod security_log;
pub mod setup;
pub mod shop;
pub mod telemetry;
