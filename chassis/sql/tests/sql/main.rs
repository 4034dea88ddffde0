//! What the database promises: units of work, what a commit survives, the currency, moving house.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here, and says where")]

mod currency;
mod durability;
mod transfer;
mod units;
