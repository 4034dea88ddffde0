//! What the order context calls: its database, the mailer, and the one translator of its facts
//! into their published form.

pub mod mail;
pub mod publish;
pub mod sql;
