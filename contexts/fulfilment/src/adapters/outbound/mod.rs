//! Adapters of the ports: [`sql`] remembers, [`mail`] posts, [`publish`] translates facts into what others read.

pub mod mail;
pub mod publish;
pub mod sql;
