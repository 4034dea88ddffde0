//! What the chassis promises: units of work, messaging on every store, and the simulation of crashes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here, and says where")]

mod bus;
mod currency;
mod durability;
mod handled;
mod jetstream;
mod messaging;
mod replay;
mod simulation;
mod sql;
mod transfer;
