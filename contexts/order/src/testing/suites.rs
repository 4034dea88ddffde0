//! What every adapter of a port must do. Each function takes an adapter of an empty shop and panics where it falls short.

#![expect(clippy::expect_used, reason = "a suite is a test: it fails by panicking")]

pub mod carts;
pub mod history;
pub mod orders;
pub mod paging;
pub mod personal_data;
pub mod placement;
pub mod prices;
pub mod restoration;
pub mod webhook_inbox;
