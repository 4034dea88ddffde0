//! Calls to other systems over HTTP: the payment provider, and the other processes of a shop that is split.
//!
//! A [`Caller`] per system gives every call a time limit and a place among few, repeats what may be repeated, and
//! leaves a system alone that fails all the time ([`Breaker`]). Callers decide how a request is written and what an
//! answer means.

#![warn(unreachable_pub)]

mod breaker;
mod caller;
mod spans;
mod tls;

pub use breaker::{Breaker, Health, Pass};
pub use caller::{Answer, CallError, CallSettings, Caller, Verdict, client};
