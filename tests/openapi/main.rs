//! The description of the API, read by those who rely on it: validators and linters, a fuzzer that holds every answer
//! against it, and clients that are generated from it and buy a book. And the description of the events.
//!
//! `tests/run` installs the tools; without it, a missing tool is reported and its test skipped.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here, and says where")]

#[path = "../support/api_fixtures.rs"]
#[expect(dead_code, reason = "these tests need only a part of what all share")]
mod api_fixtures;
mod clients;
mod events;
mod explored;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "these tests need only a part of what all share")]
mod support;
mod tools;
mod valid;
