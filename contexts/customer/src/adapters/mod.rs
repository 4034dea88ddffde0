//! The context's contact with the outside: [`inbound`] is called by it, [`outbound`] calls it.

pub mod inbound;
pub mod outbound;
