//! What the catalogue asks of others: a database, what stands before it when products are read, and the form in which its
//! facts are published.

pub mod listing;
pub mod publish;
pub mod sql;
