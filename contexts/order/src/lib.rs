//! From cart to receipt: the core context of the shop.
//!
//! A tour, in reading order. [`domain`] says what a cart and an order are and what may happen to them: start with
//! [`domain::order`]. [`application`] holds one use case per file: read `place_order`, then `record_payment`. [`ports`]
//! say what the use cases need of the world; [`adapters`] put SQL, the payment provider, mail, JSON, pages and events
//! behind them. `adapters/outbound/publish.rs` is the published language, pinned by the files in `contract/events`.
//!
//! The purchase, seen from here: `order.placed` asks fulfilment for the goods; its answer gives out the task that
//! prepares the payment; the provider's webhook lands in our inbox and makes the order Paid, exactly if the captured
//! amount is its total; `order.paid` has the goods sent and the sale recorded, and a task mails the receipt. Money that
//! is late, double or of a wrong amount is returned once. Nothing here calls another context.

#![warn(unreachable_pub)]

pub mod adapters;
pub mod application;
pub mod domain;
mod module;
pub mod ports;
pub mod settings;
#[cfg(feature = "testing")]
pub mod testing;

pub use adapters::inbound::pages::{CART_COOKIE, CART_COUNT_COOKIE};
pub use adapters::stripe::charge_limits;
pub use module::{ExternalServices, OrderModule};
pub use settings::{CardPageMode, OrderSettings, StripeSettings};
