//! What the chassis promises: units of work, messaging on every store, and the simulation of crashes.

mod messaging;
mod replay;
mod simulation;
mod sql;
