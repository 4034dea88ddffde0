//! The customer context: who has an account, who is logged in, and what they may do.
//!
//! Reading order: [`domain`] (what a customer is and may become), [`application`] (what can be asked of the context, one
//! use case per file), [`ports`] (what that needs), [`adapters`] (who asks, and what the ports look like in production),
//! [`CustomerModule`] (which connects them). Others learn of customers only by the events in `contract/events`.
//!
//! This context decides who a caller is; what they may do with an order or a report is decided by the context that owns
//! it.

#![warn(unreachable_pub)]

pub mod adapters;
pub mod application;
pub mod domain;
pub mod ports;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

mod module;
mod settings;

pub use module::{CreateUserFailure, CustomerModule, NewUser};
pub use settings::CustomerSettings;
