//! What the context has promised to others: its ports to its use cases, its events to other contexts, its API to
//! clients, its pages to staff. `cargo test -p fulfilment --test contract`.
//!
//! `UPDATE_CONTRACTS=1` writes golden events and `openapi.json` again; without it they are checked.

#![expect(clippy::unwrap_used, reason = "helpers of tests panic to say what is wrong")]

mod api;
mod events;
mod foreign_events;
mod golden;
mod pages;
mod ports;
mod shop;
mod story;
mod versions;
