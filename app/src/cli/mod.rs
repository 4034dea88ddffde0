//! The command line: [`command_line`] (arguments, and what runs for each), [`commands`] (what is done inside a shop),
//! [`control`] (how a command reaches a shop that is open), [`check`] (the settings, tried out), [`probe`] (for health
//! checks) and [`output`] (where lines go).

pub mod check;
pub mod command_line;
pub mod commands;
pub mod control;
pub mod output;
pub mod probe;

pub use command_line::main;
