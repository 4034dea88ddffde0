//! Who calls this context: programs ([`api`]), people ([`pages`]), the edge of the shop or its gateway ([`identity`]), the
//! task engine ([`tasks`]) and the clock ([`jobs`]).

pub mod api;
pub mod identity;
pub mod jobs;
pub mod pages;
pub mod tasks;

mod caller;
mod fields;
mod security_log;
