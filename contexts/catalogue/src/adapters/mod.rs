//! Where the catalogue meets the world: inbound what asks it to do something, outbound what it asks others to do.

pub mod inbound;
pub mod outbound;
