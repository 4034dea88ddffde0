//! What this context promises: every port's suite on every adapter, the published events, the JSON API.
//!
//! `UPDATE_CONTRACTS=1` rewrites the golden files and `openapi.json`; a change must be additive.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a helper of a test may fail the test")]

#[path = "contract/api.rs"]
mod api;
#[path = "contract/concurrency.rs"]
mod concurrency;
#[path = "contract/events.rs"]
mod events;
#[path = "contract/golden.rs"]
mod golden;
#[path = "support/shop.rs"]
mod shop;
#[path = "contract/stores.rs"]
mod stores;
