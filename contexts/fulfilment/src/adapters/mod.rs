//! Everything that touches the outside: [`inbound`] calls use cases, [`outbound`] serves ports.

pub mod inbound;
pub mod outbound;
