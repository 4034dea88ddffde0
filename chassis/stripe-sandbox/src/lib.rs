//! The built-in payment provider: a Stripe-compatible sandbox, so that a shop without a Stripe account can be tried, shown
//! and tested with real requests, real webhooks and real declines, and without money.
//!
//! Reading order: [`domain`] (the state machine of a payment, test cards, refunds, disputes), [`store`] (a command is one
//! transaction: objects, events and the answer under its idempotency key), [`call`] (a request as the endpoints see it),
//! [`intents`], [`charges`], [`refunds`], [`disputes`], [`checkout`], [`events`], [`test_helpers`] (the endpoints under
//! `/sandbox/v1`), [`card_page`] (the hosted page `/pay/..`), [`webhooks`] and [`settling`] (what happens by itself), and
//! [`Sandbox`], which puts them together.
//!
//! It shares no table and no type with the order context, which talks to it over HTTP as it would to Stripe. It keeps no
//! card data but brand and last four digits. It plays what the shop uses (payment intents, refunds, charges, disputes,
//! checkout sessions, events) and refuses parameters that it does not play.

#![warn(unreachable_pub)]

mod answer;
mod audit;
mod call;
mod card_page;
mod charges;
mod checkout;
mod core;
mod disputes;
mod domain;
mod errors;
mod events;
mod expand;
mod failures;
mod form;
mod idempotency;
mod intents;
mod listing;
mod objects;
mod refunds;
mod sandbox;
mod settings;
mod settling;
mod store;
mod test_helpers;
mod webhooks;

#[cfg(test)]
mod tests;

pub use sandbox::Sandbox;
pub use settings::{SandboxSettings, WEBHOOK_EVENTS};
