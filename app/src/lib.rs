//! The composition root: puts the contexts together into one shop and opens its doors.
//!
//! Reading order: [`settings`] (everything that can be set, and the only reader of the environment), [`parts`] (what one
//! process may hold of the shop), [`shop`] (opens the databases, starts the contexts of [`modules`], joins them by the
//! bus), [`server`] and [`door`] (the public door, and the private one behind which the payment sandbox lives), [`peers`] (contexts here
//! and in other processes), [`pages`] (pages that join contexts), [`ops`] (dead letters, replays, event types), [`cli`] and
//! [`control`] (the same commands with and without a running shop), [`backup`] (backups, and moving house), [`whereabouts`]
//! (keeps a shop from being opened beside itself), [`probe`] (for health checks), [`process`] (what the operating system
//! is asked for), [`check`] (the settings, tried out).
//!
//! No business rule lives here. A context is asked through the lists and methods of its module and nothing else.

pub mod backup;
pub mod check;
pub mod cli;
pub mod commands;
pub mod control;
pub mod demo;
pub(crate) mod door;
pub mod first_start;
pub mod modules;
pub mod ops;
pub mod pages;
pub mod parts;
pub mod peers;
pub mod probe;
pub mod process;
pub mod sample_orders;
pub mod secrets;
pub mod security;
pub mod server;
pub mod settings;
pub mod setup;
pub mod shop;
pub mod whereabouts;
