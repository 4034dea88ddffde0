//! Where the books meet the world: [`inbound`] (events, JSON, pages) and [`outbound`] (SQL).

pub mod inbound;
pub mod outbound;
