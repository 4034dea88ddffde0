//! Where the order context meets the world: what calls it ([`inbound`]) and what it calls ([`outbound`]).

pub mod inbound;
pub mod outbound;
