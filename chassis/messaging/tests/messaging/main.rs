//! What messaging promises on every store and transport, and the simulation of crashes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here, and says where")]

mod bus;
mod flow;
mod handled;
mod jetstream;
mod replay;
mod simulation;
mod stores;
mod tally;
