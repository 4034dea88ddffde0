//! The security log: who did what, from where and when, as far as it matters for finding misuse.
//!
//! Each record is a structured log event (target `security`) and a row in a table beside the outbox, which is only ever
//! added to; rows go when they are older than the shop keeps them. It holds ids, addresses and words of ours: no
//! password, no token, no e-mail address, no typed text.
//!
//! A record is written before the request is answered, but not in the transaction of the change: a process that is
//! killed between the two leaves a change without its row. What outsiders can cause by the thousand is written up to a
//! number a minute and counted beyond, so that it cannot fill the disk.

#![warn(unreachable_pub)]

mod budget;
mod event;
mod log;
mod rows;

pub use event::SecurityEvent;
pub use log::{Entry, SecurityLog};
pub use rows::{SecurityRecord, forget, records, remove_before};
