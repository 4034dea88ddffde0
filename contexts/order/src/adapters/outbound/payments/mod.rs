//! The payment provider: one adapter that speaks Stripe's HTTP API, whether to Stripe or to the built-in sandbox.
//!
//! Reading order: `gateway` (our ports in the provider's language), `operations` (its requests), `client` (HTTP
//! with the patience of `chassis::outbound`), `wire` (what it says), `reading` (what that means), `signature` (which webhooks are really its
//! own). Decides nothing about orders.

mod client;
mod currencies;
mod decline;
mod gateway;
mod looking;
mod operations;
pub mod reading;
pub mod signature;
pub mod wire;

pub use currencies::charge_limits;
pub use gateway::{StripeGateway, livemode_of};
pub use operations::MONEY_EVENTS;
pub use signature::{SignatureError, WebhookSecrets};
