//! What the ports look like in earnest: SQL, argon2, mail, and the published form of events.

pub mod argon2;
pub mod mail;
pub mod publish;
pub mod recent;
pub mod sql;
