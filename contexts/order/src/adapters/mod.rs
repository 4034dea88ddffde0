//! Where the order context meets the outside: what calls it ([`inbound`]), what it calls ([`outbound`]), and the payment
//! provider ([`stripe`]), which does both and so has one folder.

pub mod inbound;
pub mod outbound;
pub mod stripe;
