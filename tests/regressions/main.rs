//! Ten mistakes that a shop of this kind has made before: each has a test that would see it here. And who knocks too
//! often waits.
//!
//! The shop is the real binary, spoken to over HTTP; only what no answer shows is read from its books, and only a fault
//! of the disk is put there by hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here, and says where")]

#[path = "../support/api_fixtures.rs"]
mod api_fixtures;
mod erasure;
mod limits;
mod provider;
mod shop_fixture;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "these tests need only a part of what all share")]
mod support;
mod ten_defects;
