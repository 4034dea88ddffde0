//! The payment provider: one adapter that speaks Stripe's HTTP API, whether to Stripe or to the built-in sandbox.
//!
//! Reading order: `gateway` (our ports in the provider's language), `operations` (its requests), `client` (HTTP
//! with time limits, repeats and a `breaker`), `wire` (what it says), `signature` (which webhooks are really its
//! own). Decides nothing about orders.

mod breaker;
mod client;
mod gateway;
mod operations;
pub mod signature;
mod tls;
mod wire;

pub use client::StripeError;
pub use gateway::StripeGateway;
pub use signature::{SignatureError, WebhookSecrets};
