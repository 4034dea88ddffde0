//! What the catalogue asks of others: a database, a cache before it, and the form in which its facts are published.

pub mod cache;
pub mod publish;
pub mod sellable;
pub mod sql;
