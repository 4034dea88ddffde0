//! The shop in a real browser: Chromium, driven as a person would use it.
//!
//! Skipped, and said so, where Chromium and its driver are missing; under `tests/run` that is a failure. With
//! `STORE_SCREENSHOTS=folder` every page that a journey passes is kept as a picture.

#![expect(clippy::unwrap_used, reason = "a journey that cannot go on ends here, and says where")]

mod driver;
mod journeys;
#[path = "../support/process.rs"]
#[expect(dead_code, reason = "these tests need only a part of what all share")]
mod process;
