//! What bad input, forged messages and outsiders could do, and may not. Everything over HTTP against the real binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here, and says where")]

#[path = "../support/api_fixtures.rs"]
mod api_fixtures;
mod authorization;
mod bad_forms;
mod bad_input;
mod browser;
mod buy;
mod canaries;
mod host;
mod lockout;
mod matrix;
mod money;
mod payments;
mod privacy;
mod routes;
mod security_log;
mod slow;
#[path = "../deploy/source.rs"]
#[expect(dead_code, reason = "these tests need only a part of what all share")]
mod source;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "these tests need only a part of what all share")]
mod support;
mod wire;
