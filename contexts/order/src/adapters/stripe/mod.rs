//! Stripe, the payment provider: everything that speaks its language, in both directions. The built-in sandbox speaks it, too.
//!
//! Reading order: `gateway` (our ports in the provider's language), `requests` (one function for each operation), `client`
//! (HTTP), `objects` (what the provider sends, in answers and in events), `translate` and `events` (what that means to us),
//! `webhook_route` and `webhook_signature` (receive and verify an event), `webhook_consumer` (act on it). Decides nothing
//! about orders. README.md says how a second provider is added.

mod client;
mod currencies;
mod decline;
pub mod events;
mod gateway;
mod lookup;
pub mod objects;
mod requests;
pub mod translate;
mod webhook_consumer;
mod webhook_route;
pub mod webhook_signature;

pub use currencies::charge_limits;
pub use gateway::{StripeGateway, livemode_of};
pub use requests::MONEY_EVENTS;
pub use webhook_consumer::WebhookConsumer;
pub use webhook_route::configure as configure_webhook;
