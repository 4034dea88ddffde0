//! What must never happen: the ten defects of the shop's predecessor, each by name; what bad input and strangers could
//! do. Everything over HTTP against the real binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here, and says where")]

mod authorization;
mod bad_forms;
mod bad_input;
mod browser;
mod counter;
#[path = "../support/hands.rs"]
mod hands;
mod matrix;
mod messages;
mod money;
mod payments;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "these tests need only a part of what all share")]
mod support;
mod wire;
