//! What the ports look like in production: SQL, argon2, mail, the published form of events, and a cache of identities.

pub mod argon2;
pub mod identity_cache;
pub mod mail;
pub mod publish;
pub mod sql;
