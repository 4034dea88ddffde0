//! What holds when the shop is large, or when more is asked of it than it can do: no statement reads a whole table that
//! grows, and what cannot be done at once is refused at once.
//!
//! The shop is the real binary. Nothing here measures a time; `load` does.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here, and says where")]

#[path = "../support/api_fixtures.rs"]
mod api_fixtures;
mod journey;
mod overload;
mod plans;
mod postgres;
#[path = "../regressions/shop_fixture.rs"]
#[expect(dead_code, reason = "these tests need only a part of what attackers need")]
mod shop_fixture;
mod sqlite;
mod statements;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "these tests need only a part of what all share")]
mod support;
